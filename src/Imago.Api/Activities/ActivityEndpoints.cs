using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Api.Subscriptions;
using Imago.Application.Storage;
using Imago.Contracts.Errors;

namespace Imago.Api.Activities;

/// <summary>The activity log (AZ-28).</summary>
internal sealed class ActivityEndpoints(IStore store, Scopes scopes) : IRouteSource
{
    private const int PageSize = 200;

    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "/subscriptions/{subscription}/providers/Microsoft.Insights/eventtypes/management/values", "ActivityLogs_List", VersionSet.Insights, ListAsync)
        {
            Summary = "The activity log of a subscription, newest first; narrowed by $filter.",
            AnswerSchema = "EventDataCollection",
        },
        new("GET", "/providers/Microsoft.Insights/eventtypes/management/values", "TenantActivityLogs_List", VersionSet.Insights, r => ListAsync(r, TenantLog.Id))
        {
            Summary = "The activity log of what lies above all subscriptions, newest first: service principals, roles over everything, releases.",
            AnswerSchema = "EventDataCollection",
        },
    ];

    private async ValueTask<ApiAnswer> ListAsync(ApiRequest request)
    {
        return await scopes.RefusalOfSubscriptionAsync(request) ?? await ListAsync(request, request.Subscription.ToLowerInvariant());
    }

    private async ValueTask<ApiAnswer> ListAsync(ApiRequest request, string log)
    {
        var query = new ActivityQuery { SubscriptionId = log };
        if (request.Query("$filter") is { } filter && !string.IsNullOrWhiteSpace(filter))
        {
            var (narrowed, wrong) = ActivityFilter.Read(filter, query);
            if (narrowed is null)
            {
                return Problems.Of(400, ErrorCodes.InvalidParameter, wrong!, "$filter");
            }

            query = narrowed;
        }

        // $select is allowed and has no effect: whoever asks for fewer fields can live with more.
        return await Paging.AnswerAsync(
            request, PageSize, page => store.ActivitiesAsync(query with { After = page.After, Limit = page.Limit }, request.Cancellation), ActivityDocument.Of);
    }
}
