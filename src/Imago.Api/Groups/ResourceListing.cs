using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Imago.Api.Clusters;
using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Api.Subscriptions;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Contracts.Errors;
using Imago.Contracts.Resources;

namespace Imago.Api.Groups;

/// <summary>What is in a subscription or a group, whatever its type (AZ-60).</summary>
internal sealed partial class ResourceListing(IStore store, Scopes scopes) : IRouteSource
{
    private const int PageSize = 200;

    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "/subscriptions/{subscription}/resources", "Resources_List", VersionSet.Resources, OfSubscriptionAsync)
        {
            Summary = "All resources of a subscription; narrowed by $filter=resourceType eq '…' or resourceGroup eq '…'.",
            AnswerSchema = "ResourceList",
        },
        new("GET", "/subscriptions/{subscription}/resourceGroups/{group}/resources", "Resources_ListByResourceGroup", VersionSet.Resources, OfGroupAsync)
        {
            Summary = "All resources of a resource group; narrowed by $filter=resourceType eq '…'.",
            AnswerSchema = "ResourceList",
        },
    ];

    private async ValueTask<ApiAnswer> OfSubscriptionAsync(ApiRequest request) =>
        await scopes.RefusalOfSubscriptionAsync(request) ?? await ListAsync(request, ResourceId.OfSubscription(request.Subscription).Key);

    private async ValueTask<ApiAnswer> OfGroupAsync(ApiRequest request)
    {
        var (group, refusal) = await scopes.GroupAsync(request);
        return refusal ?? await ListAsync(request, group!.Key);
    }

    private ValueTask<ApiAnswer> ListAsync(ApiRequest request, string under)
    {
        // Managed clusters are the only resources that stand by themselves.
        var type = ResourceTypes.ManagedCluster;
        if (request.Query("$filter") is { } filter && !string.IsNullOrWhiteSpace(filter))
        {
            // AZ-60: 'az resource list --resource-group' asks the subscription, by a filter.
            foreach (var condition in Conjunction().Split(filter))
            {
                if (Condition().Match(condition) is not { Success: true } found)
                {
                    return ValueTask.FromResult(Problems.Of(
                        400,
                        ErrorCodes.InvalidParameter,
                        $"The $filter '{Problems.Quoted(filter)}' is not supported. Allowed are, joined by 'and': resourceType eq '<namespace>/<type>' and resourceGroup eq '<name>'.",
                        "$filter"));
                }

                var value = found.Groups["value"].Value;
                if (found.Groups["what"].Value.Equals("resourceType", StringComparison.OrdinalIgnoreCase))
                {
                    type = value;
                }
                else
                {
                    // A filter only ever narrows: what the caller may see was decided by the path.
                    var group = value.Contains('/', StringComparison.Ordinal) || value.Length == 0 ? null : ResourceId.OfGroup(request.Subscription, value).Key;
                    if (group is null || !$"{group}/".StartsWith($"{under}/", StringComparison.Ordinal))
                    {
                        return ValueTask.FromResult(ApiAnswer.Ok(new JsonObject { ["value"] = new JsonArray() }));
                    }

                    under = group;
                }
            }
        }

        return type.Equals(ResourceTypes.ManagedCluster, StringComparison.OrdinalIgnoreCase)
            ? Paging.AnswerAsync(request, PageSize, page => store.ListAsync(new ResourceQuery { Type = type, Under = under, After = page.After, Limit = page.Limit }, request.Cancellation), Document)
            : ValueTask.FromResult(ApiAnswer.Ok(new JsonObject { ["value"] = new JsonArray() }));
    }

    private static JsonObject Document(StoredResource cluster)
    {
        var stored = (JsonObject)JsonNode.Parse(cluster.Document)!;
        var document = new JsonObject { ["id"] = cluster.Id, ["name"] = ClusterResources.NameOf(cluster), ["type"] = ResourceTypes.ManagedCluster };
        foreach (var name in (string[])["location", "tags", "sku", "identity"])
        {
            if (stored[name] is { } value)
            {
                document[name] = value.DeepClone();
            }
        }

        return document;
    }

    [GeneratedRegex(@"\s+and\s+", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Conjunction();

    [GeneratedRegex(@"\A\s*(?<what>resourceType|resourceGroup)\s+eq\s+'(?<value>[^']*)'\s*\z", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Condition();
}
