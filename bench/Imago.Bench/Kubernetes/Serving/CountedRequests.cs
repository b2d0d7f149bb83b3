using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace Imago.Bench.Kubernetes.Serving;

/// <summary>What the clients of a served cluster ask, counted where it arrives: every client is counted alike, whatever it says of itself.</summary>
/// <param name="prefix">The path under which the cluster is served.</param>
internal sealed class CountedRequests(string prefix)
{
    private readonly ConcurrentDictionary<RequestKind, Tally> _tallies = new();

    public RequestCount[] All => [.. _tallies.Select(t => new RequestCount(t.Key, t.Value.Count, t.Value.Sent, t.Value.Received))];

    public Task CountAsync(HttpContext context, Func<Task> next)
    {
        // The path is taken now: routing changes it. A watch is counted when it begins, and its bytes while it goes on.
        var path = context.Request.Path.Value!;
        Tally? tally = null;
        context.Response.OnStarting(() =>
        {
            tally = _tallies.GetOrAdd(KindOf(context, path), _ => new Tally());
            tally.Begin(context.Request.ContentLength ?? 0);
            return Task.CompletedTask;
        });
        context.Response.Body = new CountedBody(context.Response.Body, bytes => tally?.Add(bytes));
        return next();
    }

    private RequestKind KindOf(HttpContext context, string path)
    {
        var agent = context.Request.Headers.UserAgent.ToString().Split('/')[0];
        var parts = (path.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? path[prefix.Length..] : path).Split('/', StringSplitOptions.RemoveEmptyEntries);
        var place = parts is ["api", _, .. var core] ? core : parts is ["apis", _, _, .. var named] ? named : [];
        if (place is ["namespaces", _, _, ..])
        {
            place = place[2..];
        }

        var method = context.Request.Method;
        var verb = (method, place) switch
        {
            (_, []) => "discover",
            ("POST", [_, _, "eviction"]) => "evict",
            ("GET", [_]) => context.Request.Query.ContainsKey("watch") ? "watch" : "list",
            ("GET", _) => "get",
            ("POST", _) => "create",
            ("PUT", _) => "update",
            _ => method.ToLowerInvariant(),
        };
        return new RequestKind(agent, verb, place is [var resource, ..] ? resource : "", context.Response.StatusCode);
    }

    private sealed class Tally
    {
        private long _count;
        private long _sent;
        private long _received;

        public long Count => Interlocked.Read(ref _count);

        public long Sent => Interlocked.Read(ref _sent);

        public long Received => Interlocked.Read(ref _received);

        public void Begin(long sent)
        {
            Interlocked.Increment(ref _count);
            Interlocked.Add(ref _sent, sent);
        }

        public void Add(long received) => Interlocked.Add(ref _received, received);
    }
}

/// <summary>One kind of request.</summary>
/// <param name="Agent">The program that sent it.</param>
/// <param name="Verb">As Kubernetes names it; <c>evict</c> for the eviction of a pod, <c>discover</c> for everything about the API itself.</param>
/// <param name="Resource">For example <c>nodes</c>.</param>
/// <param name="Code">HTTP status.</param>
internal sealed record RequestKind(string Agent, string Verb, string Resource, int Code);

/// <summary>How often it came, and the bytes of its bodies, as they were on the wire.</summary>
internal sealed record RequestCount(RequestKind Kind, long Count, long Sent, long Received);
