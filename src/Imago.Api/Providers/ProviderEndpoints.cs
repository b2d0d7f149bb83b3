using System.Text.Json.Nodes;
using Imago.Api.Activities;
using Imago.Api.Features;
using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Api.Subscriptions;
using Imago.Application.Resources;

namespace Imago.Api.Providers;

/// <summary>Resource providers and their registration (AZ-7, AZ-60).</summary>
internal sealed class ProviderEndpoints(Registrations registrations, Scopes scopes) : IRouteSource
{
    private const string One = "/subscriptions/{subscription}/providers/{namespace}";

    // AZ-60: clients take the first api-version that is listed, so the newest stable one comes first.
    private static readonly Dictionary<string, (string Type, VersionSet Versions)[]> Types = new(StringComparer.Ordinal)
    {
        [ProviderNames.ContainerService] =
        [
            ("managedClusters", VersionSet.ContainerService),
            ("managedClusters/agentPools", VersionSet.ContainerService),
            ("managedClusters/maintenanceConfigurations", VersionSet.ContainerService),
            ("locations", VersionSet.ContainerService),
            ("locations/kubernetesVersions", VersionSet.ContainerService),
            ("locations/operations", VersionSet.ContainerService),
            ("locations/operationresults", VersionSet.ContainerService),
        ],
        [ProviderNames.Features] = [("features", VersionSet.Resources), ("providers", VersionSet.Resources)],
        [ProviderNames.Insights] = [("eventtypes", VersionSet.Insights)],
        [ProviderNames.Resources] =
        [
            ("subscriptions", VersionSet.Resources), ("tenants", VersionSet.Resources), ("resourceGroups", VersionSet.Resources), ("resources", VersionSet.Resources),
            ("providers", VersionSet.Resources),
        ],
        [ProviderNames.Imago] =
        [
            ("rollouts", VersionSet.Imago), ("nodes", VersionSet.Imago), ("forecast", VersionSet.Imago), ("pause", VersionSet.Imago), ("resume", VersionSet.Imago),
            ("overrideWindow", VersionSet.Imago), ("releases", VersionSet.Imago),
        ],
    };

    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "/subscriptions/{subscription}/providers", "Providers_List", VersionSet.Resources, ListAsync) { Summary = "All resource providers.", AnswerSchema = "ProviderList" },
        new("GET", One, "Providers_Get", VersionSet.Resources, r => ForAsync(r, GetAsync)) { Summary = "One resource provider, its types and their api-versions.", AnswerSchema = "Provider" },
        new("POST", One + "/register", "Providers_Register", VersionSet.Resources, r => ForAsync(r, RegisterAsync))
        {
            Summary = "Registers a resource provider, which takes a while.",
            AnswerSchema = "Provider",
            Operation = OperationNames.ProviderRegister,
        },
        new("POST", One + "/unregister", "Providers_Unregister", VersionSet.Resources, r => ForAsync(r, UnregisterAsync))
        {
            Summary = "Takes the registration of a resource provider back.",
            AnswerSchema = "Provider",
            Operation = OperationNames.ProviderUnregister,
        },
    ];

    public static ApiAnswer UnknownNamespace(string name) =>
        Problems.Of(404, "InvalidResourceNamespace", $"The resource namespace '{Problems.Quoted(name)}' is invalid. This service has {string.Join(", ", ProviderNames.All)}.");

    private async ValueTask<ApiAnswer> ListAsync(ApiRequest request)
    {
        if (await scopes.RefusalOfSubscriptionAsync(request) is { } refused)
        {
            return refused;
        }

        var documents = new JsonArray();
        foreach (var name in ProviderNames.All)
        {
            documents.Add(Document(request, name, await registrations.StateAsync(Id(request, name), request.Now, request.Cancellation)));
        }

        return ApiAnswer.Ok(new JsonObject { ["value"] = documents });
    }

    private async ValueTask<ApiAnswer> ForAsync(ApiRequest request, Func<ApiRequest, string, ValueTask<ApiAnswer>> answer)
    {
        if (await scopes.RefusalOfSubscriptionAsync(request) is { } refused)
        {
            return refused;
        }

        return ProviderNames.Find(request["namespace"]) is { } name ? await answer(request, name) : UnknownNamespace(request["namespace"]);
    }

    private async ValueTask<ApiAnswer> GetAsync(ApiRequest request, string name) =>
        ApiAnswer.Ok(Document(request, name, await registrations.StateAsync(Id(request, name), request.Now, request.Cancellation)));

    // AZ-7. Nothing of Imago depends on it: clusters can be made without, as clients expect after they registered once somewhere else.
    private ValueTask<ApiAnswer> RegisterAsync(ApiRequest request, string name) =>
        registrations.RegisterAsync(request, Id(request, name), ResourceTypes.ProviderRegistration, state => Document(request, name, state));

    private ValueTask<ApiAnswer> UnregisterAsync(ApiRequest request, string name) =>
        registrations.UnregisterAsync(request, Id(request, name), state => Document(request, name, state));

    private static string Id(ApiRequest request, string name) => Registrations.ProviderId(request.Subscription, name);

    private static JsonObject Document(ApiRequest request, string name, string state) => new()
    {
        ["id"] = Id(request, name),
        ["namespace"] = name,
        ["registrationPolicy"] = "RegistrationRequired",
        ["registrationState"] = state,
        ["resourceTypes"] = new JsonArray([.. Types[name].Select(t => new JsonObject
        {
            ["resourceType"] = t.Type,

            // Any location will do: regions are names that the owner of the server gives.
            ["locations"] = new JsonArray(),
            ["apiVersions"] = new JsonArray([.. t.Versions.Listed.Select(v => (JsonNode)v)]),
        })]),
    };
}
