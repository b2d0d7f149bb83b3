using Imago.Api.Pipeline;
using Imago.Application.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Imago.Api.Activities;

/// <summary>Notes writes in the activity log of their subscription, or in that of the tenant (<see cref="TenantLog"/>).</summary>
internal sealed partial class WriteAudit(IStore store, TimeProvider clock, ILogger<WriteAudit> logger) : IWriteAudit
{
    // Paths have not been checked yet where the gate refuses.
    private const int LongestId = 1024;

    public async ValueTask NoteAsync(HttpContext context, string action, int status)
    {
        var ids = RequestIds.Of(context);
        try
        {
            // Also when the caller has gone: what was written is noted.
            await store.CommitAsync(new StoreBatch { Activities = [Entry(context, ids, action, status)] }, CancellationToken.None);
        }
        catch (StoreUnavailableException lost)
        {
            LogLost(logger, ids.Correlation, lost);
        }
    }

    private ActivityEntry Entry(HttpContext context, RequestIds ids, string action, int status)
    {
        var id = ResourceIdOf(context.Request);
        var segments = id.Split('/');
        var isInSubscription = segments.Length > 2 && Is(segments[1], "subscriptions") && Guid.TryParse(segments[2], out _);
        var facts = WriteFacts.Of(context);
        facts["statusCode"] = status;
        if (Caller.IdOf(context.User) is { } caller)
        {
            facts["callerId"] = caller;
        }

        return new ActivityEntry
        {
            EventDataId = RequestIds.NewId(),
            At = Instant.FromDateTimeOffset(clock.GetUtcNow()),
            SubscriptionId = isInSubscription ? segments[2].ToLowerInvariant() : TenantLog.Id,
            ResourceGroup = isInSubscription && segments.Length > 4 && Is(segments[3], "resourceGroups") ? segments[4] : "",
            ResourceId = id,
            OperationName = Plain(action),
            Status = status < 400 ? "Succeeded" : "Failed",
            Level = status < 400 ? "Informational" : "Error",
            Caller = Caller.NameOf(context.User),
            CorrelationId = ids.Correlation,
            HttpMethod = context.Request.Method,
            ClientRequestId = ids.Client ?? ids.Request,
            ClientIpAddress = context.Connection.RemoteIpAddress?.ToString(),
            Properties = facts.ToJsonString(),
        };
    }

    // The path of an action is the id of its resource and the action's name behind it.
    private static string ResourceIdOf(HttpRequest request)
    {
        var path = Plain((request.Path.Value ?? "/").TrimEnd('/'));
        return HttpMethods.IsPost(request.Method) && path.LastIndexOf('/') is > 0 and var end ? path[..end] : path;
    }

    // What no database takes as text is not told.
    private static string Plain(string text) =>
        new([.. text.Take(LongestId).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '\uFFFD' : c)]);

    private static bool Is(string text, string word) => string.Equals(text, word, StringComparison.OrdinalIgnoreCase);
}
