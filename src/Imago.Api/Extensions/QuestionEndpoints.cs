using System.Text.Json.Nodes;
using Imago.Api.Clusters;
using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Api.Subscriptions;
using Imago.Application.Engine;
using Imago.Contracts.Errors;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Explanations;
using NodaTime;

namespace Imago.Api.Extensions;

/// <summary>Where each node stands and why, and when it will move.</summary>
internal sealed class QuestionEndpoints(Scopes scopes, IClusterQueries queries, IForecasts forecasts) : IRouteSource
{
    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", ExtensionRoutes.Base + "/nodes", "Nodes_List", VersionSet.Imago, NodesAsync) { Summary = "Every node: what it runs, where it stands and why.", AnswerSchema = "NodeList" },
        new("POST", ExtensionRoutes.Base + "/forecast", "Clusters_Forecast", VersionSet.Imago, ForecastAsync)
        {
            Summary = "When each node will be upgraded, and what will be in the way.", Body = BodyUse.Optional, BodySchema = "ForecastRequest", AnswerSchema = "Forecast",
        },
    ];

    private async ValueTask<ApiAnswer> NodesAsync(ApiRequest request)
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        if (refusal is not null)
        {
            return refusal;
        }

        var explained = await queries.ExplainAsync(cluster!.Cluster.Key, request.Cancellation);
        return Paging.Answer<NodeExplanation>(request, explained is null ? [] : [.. explained.Nodes.Values], node => Document(node, explained!.View));
    }

    private async ValueTask<ApiAnswer> ForecastAsync(ApiRequest request)
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        if (refusal is not null)
        {
            return refusal;
        }

        var (body, problems) = ExtensionSchemas.Read(ExtensionSchemas.Forecast, request);
        PatchLevel? level = null;
        if ((string?)body["patchLevel"] is { } text)
        {
            level = PatchLevel.TryParse(text, out var read) ? read : null;
            if (level is null)
            {
                problems = problems.Add(new ArmError(ErrorCodes.InvalidParameter, $"'{Problems.Quoted(text)}' is not a patch level. Write one such as 20261120T000000Z.", "patchLevel"));
            }
        }

        if (problems.Length > 0)
        {
            return Problems.BadRequest(problems);
        }

        var horizon = (long?)body["horizonDays"] is { } days ? Duration.FromDays(days) : (Duration?)null;
        return await forecasts.ForecastAsync(cluster!.Cluster.Key, new ForecastQuestion(horizon, (string?)body["image"], level), request.Cancellation) switch
        {
            null => Problems.NotAllowedNow($"Cluster '{ClusterResources.NameOf(cluster.Cluster)}' has no nodes yet, so there is nothing to forecast. Wait until it has been made."),
            { Refusal: { } why } => Problems.Of(400, ErrorCodes.InvalidParameter, why),
            var forecast => ApiAnswer.Ok(JsonNode.Parse(forecast.Json!)!),
        };
    }

    private static JsonObject Document(NodeExplanation explanation, ClusterView view)
    {
        var node = view.Nodes.GetValueOrDefault(explanation.Node);
        return new JsonObject
        {
            ["name"] = explanation.Node,
            ["pool"] = explanation.Pool,
            ["zone"] = explanation.Zone,
            ["image"] = explanation.Image,
            ["patchLevel"] = node?.ReachedLevel?.ToString(),
            ["orderedLevel"] = (node?.Order?.Level ?? node?.DesiredLevel)?.ToString(),
            ["rebootPending"] = node?.RebootPending ?? false,
            ["ready"] = node?.Ready ?? false,
            ["schedulable"] = node is { Unschedulable: false },
            ["state"] = explanation.Status.ToString(),
            ["targetImage"] = explanation.Target,

            // The earliest instant at which it can move: when the most decisive reason ends by itself.
            ["expectedAt"] = WireText.Of(ExpectedAt(explanation)),
            ["agent"] = node is null ? null : AgentDocument.Of(node),
            ["reasons"] = new JsonArray([.. explanation.Reasons.Select(Document)]),
        };
    }

    private static Instant? ExpectedAt(NodeExplanation explanation) =>
        explanation.Status == NodeStatus.Pending && explanation.Reasons[0].Until is { } until ? until : null;

    private static JsonObject Document(Reason reason) => new()
    {
        ["code"] = reason.Code.ToString(),
        ["message"] = reason.Message,
        ["until"] = WireText.Of(reason.Until),
        ["event"] = reason.Event,
    };
}
