using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace Imago.Kubernetes.Tests.Kit;

/// <summary>What an API server says.</summary>
internal static class Replies
{
    public static Func<HttpContext, Task> Json(string body, int code = 200) => async context =>
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body, context.RequestAborted);
    };

    public static Func<HttpContext, Task> Status(int code, string reason, string message, int? retryAfter = null, string details = "{}", string metadata = "{}") => async context =>
    {
        if (retryAfter is not null)
        {
            context.Response.Headers.RetryAfter = retryAfter.ToString();
        }

        await Json($$$"""{"kind":"Status","apiVersion":"v1","metadata":{{{metadata}}},"status":"Failure","message":"{{{message}}}","reason":"{{{reason}}}","details":{{{details}}},"code":{{{code}}}}""", code)(context);
    };

    /// <summary>Breaks the connection without an answer.</summary>
    public static Func<HttpContext, Task> Abort() => context =>
    {
        context.Abort();
        return Task.CompletedTask;
    };

    /// <summary>Never answers.</summary>
    public static Func<HttpContext, Task> Nothing(CancellationToken stopping) => async context =>
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted);
        await Task.Delay(Timeout.Infinite, either.Token).ContinueWith(_ => { }, TaskScheduler.Default);
    };

    /// <summary>Says these texts as a watch, each as a packet of its own, and ends, or breaks the connection.</summary>
    public static Func<HttpContext, Task> Watch(IEnumerable<string> packets, bool broken = false) => async context =>
    {
        context.Response.ContentType = "application/json";
        await context.Response.StartAsync();
        foreach (var packet in packets)
        {
            await context.Response.WriteAsync(packet);
            await context.Response.Body.FlushAsync();
        }

        if (broken)
        {
            context.Abort();
        }
    };

    /// <summary>Says what a test writes into a channel as a watch, until it completes it.</summary>
    public static Func<HttpContext, Task> Watch(ChannelReader<string> packets, CancellationToken stopping) => async context =>
    {
        context.Response.ContentType = "application/json";
        await context.Response.StartAsync();
        await context.Response.Body.FlushAsync();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted);
        try
        {
            await foreach (var packet in packets.ReadAllAsync(either.Token))
            {
                await context.Response.WriteAsync(packet, either.Token);
                await context.Response.Body.FlushAsync(either.Token);
            }
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
    };
}
