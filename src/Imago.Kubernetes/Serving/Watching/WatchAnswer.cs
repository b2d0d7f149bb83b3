using System.Security.Cryptography;
using Imago.Application.Ports;
using Imago.Application.Twins;
using Imago.Kubernetes.Serving.Access;
using Imago.Kubernetes.Serving.Answers;
using Imago.Kubernetes.Serving.Listing;
using Imago.Kubernetes.Serving.Requests;
using Imago.Kubernetes.Serving.Selecting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;

namespace Imago.Kubernetes.Serving.Watching;

/// <summary>Watches: what is there, then what changes, until the time is over, the client goes or the server stops.</summary>
internal sealed class WatchAnswer(ServingOptions options, CallerLimits limits, ServingMetrics metrics, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    public async Task WriteAsync(TwinRequest request, ObjectTarget target)
    {
        var query = request.Query;
        var (asked, initial) = (query.Text("resourceVersion"), query.Text("sendInitialEvents"));
        var version = Versions.Parse(asked);
        Versions.Check(asked, query.Text("resourceVersionMatch"), null, initial, isWatch: true);
        var selection = Selection.Of(target, query);
        var view = ObjectView.Of(request, target.Kind, clock);
        var length = query.Number("timeoutSeconds") is { } seconds and > 0 ? TimeSpan.FromSeconds(Math.Min(seconds, 86_400)) : UsualLength();
        if (!limits.TryBeginWatch(request.Caller))
        {
            throw new RefusedException(new StatusDocument(
                StatusCodes.Status429TooManyRequests, "TooManyRequests", $"too many watches: '{request.Caller.User}' has {options.WatchesPerCaller} on this cluster, and more are not served. End some of them")
            {
                RetryAfter = 5,
            });
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(request.Cancellation, lifetime.ApplicationStopping);
        try
        {
            using var counted = metrics.BeginWatch(target.Kind.Kind.Plural);
            var list = await request.Twin.ListAsync(target.Kind.Kind, stop.Token);
            var stream = new WatchStream(request.Http.Response, view, selection, clock, options.SlowestReader, stop.Token);
            var wantsBookmarks = query.Flag("allowWatchBookmarks");
            await BeginAsync(request.Http, stop.Token);
            if (initial is not null ? query.Flag("sendInitialEvents") : version == 0)
            {
                await stream.BeginAsync(list);
                if (initial is not null && wantsBookmarks)
                {
                    await stream.BookmarkAsync(endsInitialEvents: true);
                }
            }
            else
            {
                stream.UpTo = version == 0 ? list.ResourceVersion : version;
            }

            // A version in the future is waited for, as the API does: changes before it are not told.
            await FollowAsync(request.Twin.WatchAsync(target.Kind.Kind, Math.Min(stream.UpTo, list.ResourceVersion), stop.Token), stream, length, wantsBookmarks, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The client went, or the server stops: a watch ends like that.
        }
        finally
        {
            limits.EndWatch(request.Caller);
        }
    }

    private async Task FollowAsync(IAsyncEnumerable<TwinNews> changes, WatchStream stream, TimeSpan length, bool wantsBookmarks, CancellationTokenSource stop)
    {
        var end = clock.GetUtcNow() + length;
        var bookmark = clock.GetUtcNow() + options.BookmarkEvery;
        var news = changes.GetAsyncEnumerator(stop.Token);
        Task<bool>? next = null;
        try
        {
            while (true)
            {
                next ??= news.MoveNextAsync().AsTask();
                var until = wantsBookmarks && bookmark < end ? bookmark : end;
                if (await IsFirstAsync(next, until, stop.Token))
                {
                    var has = await next;
                    next = null;
                    if (!has)
                    {
                        return;
                    }

                    await stream.TellAsync(news.Current);
                    continue;
                }

                if (wantsBookmarks)
                {
                    await stream.BookmarkAsync();
                }

                if (until == end)
                {
                    return;
                }

                bookmark = clock.GetUtcNow() + options.BookmarkEvery;
            }
        }
        catch (TwinHistoryGoneException gone)
        {
            await stream.ErrorAsync(StatusDocument.Expired($"too old resource version: {stream.UpTo} ({gone.Message})"));
        }
        catch (ConnectionException problem)
        {
            await stream.ErrorAsync(new StatusDocument(StatusCodes.Status503ServiceUnavailable, "ServiceUnavailable", problem.Message));
        }
        finally
        {
            await EndAsync(news, next, stop);
        }
    }

    // An enumerator must not be ended while it moves.
    private static async Task EndAsync(IAsyncEnumerator<TwinNews> news, Task<bool>? next, CancellationTokenSource stop)
    {
        await stop.CancelAsync();
        if (next is not null)
        {
            await next.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        await news.DisposeAsync();
    }

    private async Task<bool> IsFirstAsync(Task<bool> next, DateTimeOffset until, CancellationToken cancellation)
    {
        if (next.IsCompleted)
        {
            return true;
        }

        var left = until - clock.GetUtcNow();
        if (left <= TimeSpan.Zero)
        {
            return false;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var timer = Task.Delay(left, clock, over.Token);
        var first = await Task.WhenAny(next, timer);
        await over.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
        return first == next;
    }

    // The answer begins at once: a client that waits for its first byte knows that the watch stands.
    private static async Task BeginAsync(HttpContext http, CancellationToken cancellation)
    {
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentType = JsonForm.ContentType;
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await http.Response.StartAsync(cancellation);
        await http.Response.BodyWriter.FlushAsync(cancellation);
    }

    // Not all at the same time: watches that began together would otherwise come back together.
    private TimeSpan UsualLength() => options.ShortestWatch + TimeSpan.FromSeconds(RandomNumberGenerator.GetInt32(1 + (int)options.ShortestWatch.TotalSeconds));
}
