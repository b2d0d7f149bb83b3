using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Imago.Kubernetes.Tests.Clusters.Kit;
using Microsoft.AspNetCore.Http;

namespace Imago.Kubernetes.Tests.Faults.Kit;

/// <summary>What goes wrong between a client and an API. Each is what stands before a server; they can be put one before the other.</summary>
internal static class Faults
{
    private static readonly WallClock Clock = new();

    /// <summary>One before the other.</summary>
    public static Func<HttpContext, Func<Task>, Task> Both(Func<HttpContext, Func<Task>, Task> first, Func<HttpContext, Func<Task>, Task> second) =>
        (context, next) => first(context, () => second(context, next));

    /// <summary>A share of some calls is refused, and not done.</summary>
    public static Func<HttpContext, Func<Task>, Task> Refuse(Func<string, bool> calls, double share, int code, int? retryAfter = null, int seed = 1)
    {
        var random = new Random(seed);
        return (context, next) => calls(Calls.Of(context)) && Draw(random) < share ? RefuseAsync(context, code, retryAfter) : next();
    }

    /// <summary>Every so many of some calls is done, and its answer is lost; one that says no comes through.</summary>
    public static Func<HttpContext, Func<Task>, Task> Lose(Func<string, bool> calls, int every, Action<string>? lost = null)
    {
        var count = 0;
        return async (context, next) =>
        {
            var call = Calls.Of(context);
            if (!calls(call))
            {
                await next();
                return;
            }

            var body = context.Response.Body;
            using var kept = new MemoryStream();
            context.Response.Body = kept;
            await next();
            context.Response.Body = body;
            if (context.Response.StatusCode < 300 && Interlocked.Increment(ref count) % every == 0)
            {
                lost?.Invoke(call);
                context.Abort();
                return;
            }

            await body.WriteAsync(kept.ToArray(), context.RequestAborted);
        };
    }

    /// <summary>Calls take a while; each another one.</summary>
    public static Func<HttpContext, Func<Task>, Task> Slow(Func<string, bool> calls, TimeSpan atMost, int seed)
    {
        var random = new Random(seed);
        return async (context, next) =>
        {
            if (calls(Calls.Of(context)))
            {
                // Before it is done or after: both look the same from outside.
                await Task.Delay(atMost * Draw(random), context.RequestAborted);
            }

            await next();
        };
    }

    /// <summary>No watch lives longer than that; some end with the error that their version is too old, so that everything has to be listed again.</summary>
    public static Func<HttpContext, Func<Task>, Task> DropWatches(TimeSpan after, int expiredEvery)
    {
        var count = 0;
        return async (context, next) =>
        {
            if (!Calls.IsWatch(Calls.Of(context)))
            {
                await next();
                return;
            }

            if (Interlocked.Increment(ref count) % expiredEvery == 0)
            {
                await RefuseAsync(context, 410, null);
                return;
            }

            await using var timer = new Timer(_ => context.Abort(), null, after, Timeout.InfiniteTimeSpan);
            await next();
        };
    }

    /// <summary>What watches tell arrives late.</summary>
    public static Func<HttpContext, Func<Task>, Task> DelayWatches(TimeSpan by) => async (context, next) =>
    {
        if (!Calls.IsWatch(Calls.Of(context)))
        {
            await next();
            return;
        }

        await using var late = new LateStream(context.Response.Body, by);
        context.Response.Body = late;
        await next();
    };

    /// <summary>Lists are those of a moment ago: each is answered with what it was when it was asked for before, if that is not too long ago.</summary>
    public static Func<HttpContext, Func<Task>, Task> StaleLists(Func<string, bool> calls, TimeSpan atMost, Action<string>? stale = null)
    {
        var answers = new ConcurrentDictionary<string, (DateTimeOffset At, string? Type, byte[] Body)>(StringComparer.Ordinal);
        return async (context, next) =>
        {
            var call = Calls.Of(context);
            if (!call.StartsWith("list ", StringComparison.Ordinal) || !calls(call))
            {
                await next();
                return;
            }

            var asked = $"{context.Request.Path}{context.Request.QueryString}";
            var body = context.Response.Body;
            using var fresh = new MemoryStream();
            context.Response.Body = fresh;
            await next();
            context.Response.Body = body;
            var answer = (At: Clock.GetUtcNow(), Type: context.Response.ContentType, Body: fresh.ToArray());
            var told = context.Response.StatusCode == 200 && answers.TryGetValue(asked, out var before) && before.At + atMost > answer.At ? before : answer;
            if (context.Response.StatusCode == 200)
            {
                answers[asked] = answer;
            }

            if (told.At != answer.At)
            {
                stale?.Invoke(call);
            }

            context.Response.ContentLength = null;
            await body.WriteAsync(told.Body, context.RequestAborted);
        };
    }

    private static double Draw(Random random)
    {
        lock (random)
        {
            return random.NextDouble();
        }
    }

    private static Task RefuseAsync(HttpContext context, int code, int? retryAfter)
    {
        var reason = code switch
        {
            401 => "Unauthorized",
            409 => "Conflict",
            410 => "Expired",
            429 => "TooManyRequests",
            500 => "InternalError",
            503 => "ServiceUnavailable",
            _ => throw new ArgumentOutOfRangeException(nameof(code), code, "This test knows no reason for it."),
        };
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        if (retryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        var status = $$"""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"a fault of this test","reason":"{{reason}}","code":{{code}}}""";
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(status)).AsTask();
    }
}
