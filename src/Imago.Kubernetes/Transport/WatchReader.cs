using System.Runtime.CompilerServices;
using Imago.Kubernetes.Objects;

namespace Imago.Kubernetes.Transport;

/// <summary>Reads watches, event by event as they come.</summary>
internal static class WatchReader
{
    public static async IAsyncEnumerable<WatchEvent<T>> ReadAsync<T>(
        RequestSender sender, KubernetesClientOptions options, ResourceType<T> type, WatchQuery query, Action? opened, [EnumeratorCancellation] CancellationToken cancellation)
        where T : KubernetesObject
    {
        var length = query.Length ?? options.WatchLength * (1 + options.Jitter());
        var request = ApiRequests.Watch(type, query, length);
        using var answer = await sender.OpenAsync(request, cancellation);
        opened?.Invoke();

        // The server promised to end it by then. One that does not is not there any more.
        var limit = length + options.WatchGrace;
        using var timer = new CancellationTokenSource(limit, options.Time);
        using var lines = new LineReader(answer.Body, options.LongestAnswer);
        while (await sender.GuardAsync(request, limit, NextAsync, timer.Token, cancellation) is { } told)
        {
            yield return told;
        }

        async Task<WatchEvent<T>?> NextAsync(CancellationToken either)
        {
            if (!await lines.MoveNextAsync(either))
            {
                return null;
            }

            var (happened, error) = WatchLine.Read(lines.Current.Span, type);
            return happened ?? throw sender.Refused(request, error!);
        }
    }
}
