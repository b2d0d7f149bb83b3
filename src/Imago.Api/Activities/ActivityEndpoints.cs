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
    ];

    private async ValueTask<ApiAnswer> ListAsync(ApiRequest request)
    {
        if (await scopes.RefusalOfSubscriptionAsync(request) is { } refused)
        {
            return refused;
        }

        var query = new ActivityQuery { SubscriptionId = request.Subscription.ToLowerInvariant() };
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
