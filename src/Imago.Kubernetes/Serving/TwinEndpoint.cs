using Imago.Application.Ports;
using Imago.Application.Twins;
using Imago.Kubernetes.Serving.Access;
using Imago.Kubernetes.Serving.Answers;
using Imago.Kubernetes.Serving.Discovery;
using Imago.Kubernetes.Serving.Kinds;
using Imago.Kubernetes.Serving.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Imago.Kubernetes.Serving;

/// <summary>
/// Everything below <c>/kubernetes</c>: which cluster, who calls, whether they may, and what they want. Nothing behind it is reached by such a path, whatever it is.
/// </summary>
internal sealed partial class TwinEndpoint
{
    private const string Bearer = "Bearer ";

    private readonly ITwinHost _twins;
    private readonly ClusterTokens _tokens;
    private readonly CallerLimits _limits;
    private readonly ServingMetrics _metrics;
    private readonly ObjectEndpoints _objects;
    private readonly AccessReviews _reviews;
    private readonly ServedKinds _kinds;
    private readonly DiscoveryAnswer _discovery;
    private readonly ILogger<TwinEndpoint> _log;

    public TwinEndpoint(
        ITwinHost twins, ClusterTokens tokens, CallerLimits limits, ServingMetrics metrics, ObjectEndpoints objects, AccessReviews reviews, ILogger<TwinEndpoint> log)
    {
        (_twins, _tokens, _limits, _metrics, _objects, _reviews, _log) = (twins, tokens, limits, metrics, objects, reviews, log);
        _kinds = new ServedKinds(twins.Kinds);
        _discovery = new DiscoveryAnswer(_kinds);
    }

    public async Task HandleAsync(HttpContext http)
    {
        var (verb, resource) = (http.Request.Method.ToLowerInvariant(), "");
        try
        {
            await AnswerAsync(http, (v, r) => (verb, resource) = (v, r));
        }
        catch (RefusedException refused)
        {
            await RefuseAsync(http, refused.Status);
        }
        catch (ConnectionException problem)
        {
            await RefuseAsync(http, new StatusDocument(StatusCodes.Status503ServiceUnavailable, "ServiceUnavailable", problem.Message) { RetryAfter = 5 });
        }
        catch (BadHttpRequestException problem)
        {
            await RefuseAsync(http, new StatusDocument(problem.StatusCode, problem.StatusCode == StatusCodes.Status413PayloadTooLarge ? "RequestEntityTooLarge" : "BadRequest", problem.Message));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer.
        }
#pragma warning disable CA1031 // The last line of defence: whatever it was, the client gets an answer of the API and the log the reason.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            Failed(problem, http.Request.Method, resource);
            await RefuseAsync(http, new StatusDocument(StatusCodes.Status500InternalServerError, "InternalError", "Internal error occurred: see the server's log"));
        }
        finally
        {
            _metrics.Count(verb, resource, http.Response.StatusCode);
        }
    }

    private async Task AnswerAsync(HttpContext http, Action<string, string> note)
    {
        if (ClusterPath.Of(http.Request.Path.Value ?? "") is not { } path)
        {
            await RefuseAsync(http, StatusDocument.NoSuchPath());
            return;
        }

        var segments = path.Api.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var isRead = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);
        var caller = CallerOf(http, path.ClusterKey);
        if (caller is null)
        {
            if (!_limits.TakeRefused(http))
            {
                throw TooMany();
            }

            if (isRead && await DiscoveryAnswer.TryProbeAsync(http, segments))
            {
                return;
            }

            http.Response.Headers.WWWAuthenticate = "Bearer";
            throw new RefusedException(new StatusDocument(StatusCodes.Status401Unauthorized, "Unauthorized", "Unauthorized"));
        }

        if (!_limits.Take(caller))
        {
            throw TooMany();
        }

        if (await _twins.FindAsync(path.ClusterKey, http.RequestAborted) is not { } twin)
        {
            throw new RefusedException(new StatusDocument(
                StatusCodes.Status404NotFound,
                "NotFound",
                $"there is no simulated cluster '{path.ClusterKey}': it does not exist (any more), has no nodes yet, or is a real cluster that is attached. Real clusters are asked at their own address")
            { HasDetails = true });
        }

        var request = new TwinRequest(http, caller, twin, _kinds);
        if (isRead && (segments is not ["version"] && await DiscoveryAnswer.TryProbeAsync(http, segments) || await _discovery.TryAnswerAsync(request, segments)))
        {
            return;
        }

        await AnswerAsync(request, segments, note);
    }

    private async Task AnswerAsync(TwinRequest request, string[] segments, Action<string, string> note)
    {
        if (AccessReviews.KindOf(segments) is { } review)
        {
            note("create", segments[^1]);
            await (HttpMethods.IsPost(request.Http.Request.Method) ? _reviews.AnswerAsync(request, review) : RefuseAsync(request.Http, StatusDocument.MethodNotAllowed()));
            return;
        }

        var target = segments is ["api" or "apis", ..] ? ObjectTarget.Of(_kinds, segments.AsSpan(1), segments[0] is "api") : null;
        if (target is null)
        {
            await (_discovery.IsInGroup(segments)
                ? RefuseAsync(request.Http, StatusDocument.NoSuchPath())
                : JsonForm.WriteTextAsync(request.Http, StatusCodes.Status404NotFound, "404 page not found\n"));
            return;
        }

        var verb = Verbs.Of(request.Http.Request, target);
        var resource = target.Subresource is { } part ? $"{target.Kind.Kind.Plural}/{part}" : target.Kind.Kind.Plural;
        note(verb, resource);
        if (request.Caller.Node is { } node)
        {
            if (await NodeAccess.RefusalAsync(node, AccessAsked.Of(request, target, verb), request.Twin, request.Cancellation) is { } why)
            {
                throw new RefusedException(Verbs.Forbidden(request.Caller, verb, target, why));
            }
        }
        else if (!Verbs.Allow(request.Caller.Role, verb, target.Kind.Kind.Group, target.Kind.Kind.Plural))
        {
            throw new RefusedException(Verbs.Forbidden(request.Caller, verb, target));
        }

        await _objects.AnswerAsync(request, target);
        if (verb is not ("get" or "list" or "watch"))
        {
            Wrote(verb, resource, target.Namespace ?? "", target.Name ?? "", request.Caller.Cluster, request.Caller.User, request.Http.Response.StatusCode);
        }
    }

    // A token for another cluster is none here.
    private TwinCaller? CallerOf(HttpContext http, string clusterKey) =>
        http.Request.Headers.Authorization is [{ } header] && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
        && _tokens.Read(header[Bearer.Length..].Trim()) is { } caller && string.Equals(caller.Cluster, clusterKey, StringComparison.OrdinalIgnoreCase)
            ? caller
            : null;

    private static RefusedException TooMany() => new(new StatusDocument(
        StatusCodes.Status429TooManyRequests, "TooManyRequests", "the server has received too many requests and has asked us to try again later")
    { RetryAfter = 1, HasDetails = true });

    private static async Task RefuseAsync(HttpContext http, StatusDocument status)
    {
        // Half an answer cannot be taken back; the client sees that it is cut off.
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        await JsonForm.WriteAsync(http, status);
    }
}
