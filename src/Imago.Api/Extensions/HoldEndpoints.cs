using System.Text.Json.Nodes;
using Imago.Api.Activities;
using Imago.Api.Clusters;
using Imago.Api.Documents;
using Imago.Api.Operations;
using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Api.Subscriptions;
using Imago.Api.Writing;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Contracts.Errors;

namespace Imago.Api.Extensions;

/// <summary>Pausing automatic work, letting it go on, and letting it ignore windows for a while (UP-153, MW-13).</summary>
internal sealed class HoldEndpoints(Scopes scopes, Commits commits) : IRouteSource
{
    public IEnumerable<ApiRoute> Routes =>
    [
        new("POST", ExtensionRoutes.Base + "/pause", "Clusters_Pause", VersionSet.Imago, PauseAsync)
        {
            Summary = "No new disruptive step until somebody resumes; what is in flight finishes.", Body = BodyUse.Required, BodySchema = "Pause", Operation = OperationNames.Pause,
        },
        new("POST", ExtensionRoutes.Base + "/resume", "Clusters_Resume", VersionSet.Imago, ResumeAsync)
        {
            Summary = "Automatic work goes on.", Body = BodyUse.Optional, BodySchema = "Resume", Operation = OperationNames.Resume,
        },
        new("POST", ExtensionRoutes.Base + "/overrideWindow", "Clusters_OverrideWindow", VersionSet.Imago, OverrideAsync)
        {
            Summary = "Automatic work ignores windows and blocked dates until an instant.", Body = BodyUse.Required, BodySchema = "WindowOverride", Operation = OperationNames.OverrideWindow,
        },
    ];

    // UP-153: who paused, when and why is part of every explanation.
    private ValueTask<ApiAnswer> PauseAsync(ApiRequest request)
    {
        var (body, problems) = ExtensionSchemas.Read(ExtensionSchemas.Pause, request);
        if ((string?)body["why"] is null)
        {
            problems = problems.Add(new ArmError(ErrorCodes.InvalidParameter, "'why' is required: whoever finds the nodes not moving is told it.", "why"));
        }

        return problems.Length > 0
            ? ValueTask.FromResult(Problems.BadRequest(problems))
            : SetAsync(request, (string?)body["pool"], new StoredPause(request.Caller, request.Now, (string)body["why"]!));
    }

    private ValueTask<ApiAnswer> ResumeAsync(ApiRequest request)
    {
        var (body, problems) = ExtensionSchemas.Read(ExtensionSchemas.Resume, request);
        return problems.Length > 0 ? ValueTask.FromResult(Problems.BadRequest(problems)) : SetAsync(request, (string?)body["pool"], null);
    }

    private ValueTask<ApiAnswer> SetAsync(ApiRequest request, string? poolName, StoredPause? pause) => commits.RunAsync(request, async () =>
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        if (refusal is not null)
        {
            return Attempt.Only(refusal);
        }

        var pool = poolName is null ? null : cluster!.Pool(poolName);
        if (poolName is not null && pool is null)
        {
            return Attempt.Only(Problems.ResourceNotFound($"{ResourceTypes.ManagedCluster}/{request.Cluster}/agentPools/{poolName}", request.Group));
        }

        var subject = pool ?? cluster!.Cluster;
        var answer = new JsonObject { ["paused"] = pause is not null };
        if (pool is not null)
        {
            answer["pool"] = ClusterResources.NameOf(pool);
        }

        if (pause is not null)
        {
            answer["by"] = pause.By;
            answer["since"] = WireText.Of(pause.Since);
            answer["why"] = pause.Why;
        }

        var write = pool is null ? NewOperations.Cluster(subject, s => s with { Pause = pause }) : NewOperations.Pool(subject, s => s with { Pause = pause });
        return new Attempt(Batch(request, cluster!.Cluster, subject, write, pause?.Why), ApiAnswer.Ok(answer));
    });

    // MW-13: an explicit override, noted with its reason.
    private ValueTask<ApiAnswer> OverrideAsync(ApiRequest request)
    {
        var (body, problems) = ExtensionSchemas.Read(ExtensionSchemas.OverrideWindow, request);
        var text = (string?)body["until"];
        var until = text is null ? null : ClusterDocument.ReadInstant(text);
        if (text is not null && (until is null || until <= request.Now))
        {
            problems = problems.Add(new ArmError(
                ErrorCodes.InvalidParameter, $"'until' is '{Problems.Quoted(text)}'. It has to be an instant in the future in RFC 3339, such as 2026-12-24T18:00:00Z.", "until"));
        }

        if (text is not null && (string?)body["why"] is null)
        {
            problems = problems.Add(new ArmError(ErrorCodes.InvalidParameter, "'why' is required: ignoring windows is noted with its reason.", "why"));
        }

        return problems.Length > 0 ? ValueTask.FromResult(Problems.BadRequest(problems)) : commits.RunAsync(request, async () =>
        {
            var (cluster, refusal) = await scopes.ClusterAsync(request);
            return refusal is not null
                ? Attempt.Only(refusal)
                : new Attempt(
                    Batch(request, cluster!.Cluster, cluster.Cluster, NewOperations.Cluster(cluster.Cluster, s => s with { WindowOverrideUntil = until }), (string?)body["why"]),
                    ApiAnswer.Ok(new JsonObject { ["until"] = WireText.Of(until) }));
        });
    }

    private static StoreBatch Batch(ApiRequest request, StoredResource cluster, StoredResource subject, ResourceWrite write, string? why) => new()
    {
        Resources = [write],
        Activities = [ActivityJournal.Succeeded(request, subject.Id, why is null ? null : new JsonObject { ["why"] = why })],
        Nudges = [(cluster.Key, request.Now)],
    };
}
