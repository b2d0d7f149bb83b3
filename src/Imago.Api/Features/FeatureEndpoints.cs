using System.Text.Json.Nodes;
using Imago.Api.Activities;
using Imago.Api.Pipeline;
using Imago.Api.Providers;
using Imago.Api.Routing;
using Imago.Api.Subscriptions;
using Imago.Application.Resources;

namespace Imago.Api.Features;

/// <summary>Preview features and their registration (AZ-6, CH-71).</summary>
internal sealed class FeatureEndpoints(Registrations registrations, Scopes scopes) : IRouteSource
{
    private const string Base = "/subscriptions/{subscription}/providers/Microsoft.Features";
    private const string One = Base + "/providers/{namespace}/features/{feature}";

    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", Base + "/features", "Features_ListAll", VersionSet.Resources, ListAsync) { Summary = "All features of all namespaces.", AnswerSchema = "FeatureList" },
        new("GET", Base + "/providers/{namespace}/features", "Features_List", VersionSet.Resources, ListAsync) { Summary = "All features of a namespace.", AnswerSchema = "FeatureList" },
        new("GET", One, "Features_Get", VersionSet.Resources, r => ForAsync(r, GetAsync)) { Summary = "One feature and the state of its registration.", AnswerSchema = "Feature" },
        new("POST", One + "/register", "Features_Register", VersionSet.Resources, r => ForAsync(r, RegisterAsync))
        {
            Summary = "Registers a feature, which takes a while.",
            AnswerSchema = "Feature",
            Operation = OperationNames.FeatureRegister,
        },
        new("POST", One + "/unregister", "Features_Unregister", VersionSet.Resources, r => ForAsync(r, UnregisterAsync))
        {
            Summary = "Takes the registration of a feature back.",
            AnswerSchema = "Feature",
            Operation = OperationNames.FeatureUnregister,
        },
    ];

    private async ValueTask<ApiAnswer> ListAsync(ApiRequest request)
    {
        if (await scopes.RefusalOfSubscriptionAsync(request) is { } refused)
        {
            return refused;
        }

        if (request.Http.Request.RouteValues.ContainsKey("namespace") && ProviderNames.Find(request["namespace"]) is null)
        {
            return UnknownNamespace(request);
        }

        // Only one namespace has features.
        var listed = !request.Http.Request.RouteValues.ContainsKey("namespace") || IsContainerService(request) ? FeatureNames.All : [];
        var documents = new JsonArray();
        foreach (var feature in listed)
        {
            documents.Add(Document(request, feature, await registrations.StateAsync(Id(request, feature), request.Now, request.Cancellation)));
        }

        return ApiAnswer.Ok(new JsonObject { ["value"] = documents });
    }

    private async ValueTask<ApiAnswer> ForAsync(ApiRequest request, Func<ApiRequest, string, ValueTask<ApiAnswer>> answer)
    {
        if (await scopes.RefusalOfSubscriptionAsync(request) is { } refused)
        {
            return refused;
        }

        if (ProviderNames.Find(request["namespace"]) is null)
        {
            return UnknownNamespace(request);
        }

        return IsContainerService(request) && FeatureNames.Find(request["feature"]) is { } feature
            ? await answer(request, feature)
            : Problems.Of(
                404, "FeatureNotFound",
                $"The feature '{Problems.Quoted(request["feature"])}' could not be found in '{Problems.Quoted(request["namespace"])}'. {ProviderNames.ContainerService} has {string.Join(", ", FeatureNames.All)}.");
    }

    private async ValueTask<ApiAnswer> GetAsync(ApiRequest request, string feature) =>
        ApiAnswer.Ok(Document(request, feature, await registrations.StateAsync(Id(request, feature), request.Now, request.Cancellation)));

    private ValueTask<ApiAnswer> RegisterAsync(ApiRequest request, string feature) =>
        registrations.RegisterAsync(request, Id(request, feature), ResourceTypes.Feature, state => Document(request, feature, state));

    private ValueTask<ApiAnswer> UnregisterAsync(ApiRequest request, string feature) =>
        registrations.UnregisterAsync(request, Id(request, feature), state => Document(request, feature, state));

    private static bool IsContainerService(ApiRequest request) => ProviderNames.ContainerService.Equals(request["namespace"], StringComparison.OrdinalIgnoreCase);

    private static ApiAnswer UnknownNamespace(ApiRequest request) => ProviderEndpoints.UnknownNamespace(request["namespace"]);

    private static string Id(ApiRequest request, string feature) => Registrations.FeatureId(request.Subscription, ProviderNames.ContainerService, feature);

    private static JsonObject Document(ApiRequest request, string feature, string state) => new()
    {
        ["id"] = Id(request, feature),
        ["name"] = $"{ProviderNames.ContainerService}/{feature}",
        ["type"] = ResourceTypes.Feature,
        ["properties"] = new JsonObject { ["state"] = state },
    };
}
