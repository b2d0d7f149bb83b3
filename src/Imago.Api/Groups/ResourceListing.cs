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
            Summary = "All resources of a subscription; narrowed by $filter=resourceType eq '…'.",
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
            if (OfType().Match(filter) is not { Success: true } found)
            {
                return ValueTask.FromResult(Problems.Of(
                    400, ErrorCodes.InvalidParameter, $"The $filter '{Problems.Quoted(filter)}' is not supported. Allowed is: resourceType eq '<namespace>/<type>'.", "$filter"));
            }

            type = found.Groups["type"].Value;
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

    [GeneratedRegex(@"\A\s*resourceType\s+eq\s+'(?<type>[^']*)'\s*\z", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex OfType();
}
