using System.Text.Json.Nodes;
using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Application.Resources;
using Imago.Application.Storage;

namespace Imago.Api.Subscriptions;

/// <summary>Subscriptions and tenants, as clients look for them when they sign in (AZ-2, AZ-3).</summary>
internal sealed class SubscriptionEndpoints(IStore store, Scopes scopes) : IRouteSource
{
    private const int PageSize = 1000;

    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "/subscriptions", "Subscriptions_List", VersionSet.Resources, ListAsync) { Summary = "All subscriptions.", AnswerSchema = "SubscriptionList" },
        new("GET", "/subscriptions/{subscription}", "Subscriptions_Get", VersionSet.Resources, GetAsync) { Summary = "One subscription.", AnswerSchema = "Subscription" },
        new("GET", "/tenants", "Tenants_List", VersionSet.Resources, TenantsAsync) { Summary = "The tenants of all subscriptions.", AnswerSchema = "TenantList" },
    ];

    // AZ-2
    private ValueTask<ApiAnswer> ListAsync(ApiRequest request) => Paging.AnswerAsync(request, PageSize, page => PageAsync(page.After, page.Limit, request), Document);

    private async ValueTask<ApiAnswer> GetAsync(ApiRequest request)
    {
        var (subscription, refusal) = await scopes.SubscriptionAsync(request);
        return refusal ?? ApiAnswer.Ok(Document(subscription!));
    }

    // AZ-3
    private async ValueTask<ApiAnswer> TenantsAsync(ApiRequest request)
    {
        var tenants = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
        string? after = null;
        do
        {
            var page = await PageAsync(after, PageSize, request);
            tenants.UnionWith(page.Items.Select(s => Text(s, "tenantId")));
            after = page.Next;
        }
        while (after is not null);

        return Paging.Answer(request, [.. tenants], tenant => new JsonObject
        {
            ["id"] = $"/tenants/{tenant}",
            ["tenantId"] = tenant,
            ["displayName"] = "Imago",
            ["defaultDomain"] = "imago.local",
            ["tenantCategory"] = "Home",
        });
    }

    private ValueTask<Page<StoredResource>> PageAsync(string? after, int limit, ApiRequest request) =>
        store.ListAsync(new ResourceQuery { Type = ResourceTypes.Subscription, After = after, Limit = limit }, request.Cancellation);

    private static JsonObject Document(StoredResource subscription) => new()
    {
        ["id"] = subscription.Id,
        ["subscriptionId"] = subscription.Id["/subscriptions/".Length..],
        ["tenantId"] = Text(subscription, "tenantId"),
        ["displayName"] = Text(subscription, "displayName"),
        ["state"] = "Enabled",
        ["subscriptionPolicies"] = new JsonObject { ["locationPlacementId"] = "Public_2014-09-01", ["quotaId"] = "Imago", ["spendingLimit"] = "Off" },
        ["authorizationSource"] = "RoleBased",
        ["managedByTenants"] = new JsonArray(),
    };

    private static string Text(StoredResource subscription, string field) => (string?)JsonNode.Parse(subscription.Document)?[field] ?? "";
}
