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

        // The server promised to end it by then, and to say something now and then. One that does not is not there any more.
        var (began, limit) = (options.Time.GetTimestamp(), length + options.WatchGrace);
        var wait = Shorter(options.WatchSilence, limit);
        using var timer = new CancellationTokenSource(wait, options.Time);
        using var lines = new LineReader(answer.Body, options.LongestAnswer);
        while (await sender.GuardAsync(request, wait, NextAsync, timer.Token, cancellation) is { } told)
        {
            yield return told;
            wait = Shorter(options.WatchSilence, limit - options.Time.GetElapsedTime(began));
            timer.CancelAfter(wait);
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

    private static TimeSpan Shorter(TimeSpan silence, TimeSpan left) => left <= TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : silence < left ? silence : left;
}
