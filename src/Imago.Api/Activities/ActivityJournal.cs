using System.Text.Json.Nodes;
using Imago.Api.Pipeline;
using Imago.Application.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Imago.Api.Activities;

/// <summary>Makes the entries of the activity log for what is asked through the API (EV-50…58).</summary>
internal sealed partial class ActivityJournal(IStore store, ILogger<ActivityJournal> logger)
{
    /// <summary>A long operation that begins; the engine notes how it ends, under the same correlation id (EV-57).</summary>
    public static ActivityEntry Started(ApiRequest request, string resourceId, JsonObject? properties = null) =>
        Entry(request, resourceId, "Started", "Informational", properties);

    /// <summary>A change that is done with the answer.</summary>
    public static ActivityEntry Succeeded(ApiRequest request, string resourceId, JsonObject? properties = null) =>
        Entry(request, resourceId, "Succeeded", "Informational", properties);

    /// <summary>Notes a write that was refused. That the note is lost must not change the answer.</summary>
    public async ValueTask NoteRefusalAsync(ApiRequest request, ApiAnswer answer)
    {
        var properties = new JsonObject { ["statusCode"] = answer.Status };
        if (answer.Body?["error"] is JsonObject error)
        {
            // EV-58: the error as an object; it becomes text when it is read.
            properties["message"] = error.DeepClone();
        }

        try
        {
            await store.CommitAsync(
                new StoreBatch { Activities = [Entry(request, ResourceIdOf(request), "Failed", "Error", properties)] }, request.Cancellation);
        }
        catch (StoreUnavailableException lost)
        {
            LogLost(logger, request.Ids.Correlation, lost);
        }
    }

    private static ActivityEntry Entry(ApiRequest request, string resourceId, string status, string level, JsonObject? properties)
    {
        var told = properties ?? [];
        if (request.CallerId is { } id)
        {
            told["callerId"] = id;
        }

        return new ActivityEntry
        {
            EventDataId = RequestIds.NewId(),
            At = request.Now,
            SubscriptionId = SubscriptionOf(request),
            ResourceGroup = request.Http.Request.RouteValues["group"] as string ?? "",
            ResourceId = resourceId,
            OperationName = request.Route.Operation!,
            Status = status,
            Level = level,
            Caller = request.Caller,
            CorrelationId = request.Ids.Correlation,
            HttpMethod = request.Http.Request.Method,
            ClientRequestId = request.Ids.Client ?? request.Ids.Request,
            ClientIpAddress = request.Http.Connection.RemoteIpAddress?.ToString(),
            Properties = told.ToJsonString(),
        };
    }

    private static string SubscriptionOf(ApiRequest request) =>
        request.Http.Request.RouteValues["subscription"] is string subscription && Guid.TryParse(subscription, out _) ? subscription.ToLowerInvariant() : TenantLog.Id;

    // The path of an action is the id of its resource and the action's name behind it.
    private static string ResourceIdOf(ApiRequest request)
    {
        var path = request.Http.Request.Path.Value!.TrimEnd('/');
        return HttpMethods.IsPost(request.Http.Request.Method) ? path[..path.LastIndexOf('/')] : path;
    }
}
