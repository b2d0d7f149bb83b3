using System.Collections.Immutable;
using System.Threading.Channels;
using Imago.Application.Ports;
using Imago.Domain.Rollouts.Events;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Transport;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Imago.Kubernetes.Events;

/// <summary>
/// Tells the story of rollouts in the cluster, beside the work: a pass never waits for it. What cannot be told, because there is too much of it or nobody answers, is
/// counted and lost. An event that is there already is the same event.
/// </summary>
internal sealed partial class EventTeller : IAsyncDisposable
{
    // A rollout tells about five lines per node; a pool of a thousand nodes that all start at once fits twice.
    private const int MostWaiting = 2000;
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    private readonly KubernetesClient _client;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly string _cluster;
    private readonly Channel<KubernetesEvent> _waiting;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _telling;
    private long _lost;

    public EventTeller(KubernetesClient client, TimeProvider clock, string cluster, ILogger logger)
    {
        (_client, _clock, _cluster, _logger) = (client, clock, cluster, logger);
        _waiting = Channel.CreateBounded<KubernetesEvent>(
            new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => Interlocked.Increment(ref _lost));
        _telling = TellWaitingAsync();
    }

    /// <summary>Events that were not told.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    public void Tell(ImmutableArray<ClusterEvent> events)
    {
        var now = Instant.FromDateTimeOffset(_clock.GetUtcNow());
        foreach (var told in events)
        {
            _waiting.Writer.TryWrite(EventMap.Write(told, now));
        }
    }

    /// <summary>Tells what waits, for a moment, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await Task.WhenAny(_telling, Task.Delay(LastWords, _clock));
        await _stop.CancelAsync();
        await _telling;
        _stop.Dispose();
    }

    private async Task TellWaitingAsync()
    {
        // Not on the thread of whoever opens the cluster.
        await Task.Yield();
        try
        {
            await foreach (var told in _waiting.Reader.ReadAllAsync(_stop.Token))
            {
                await TellOneAsync(told);
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task TellOneAsync(KubernetesEvent told)
    {
        try
        {
            var answer = await _client.CreateAsync(ResourceTypes.Events, told, _stop.Token);
            if (!answer.Done && !answer.AlreadyExists)
            {
                Interlocked.Increment(ref _lost);
                LogRefused(_logger, _cluster, told.Metadata.Name, answer.Refusal?.ToString());
            }
        }
        catch (ConnectionException failure)
        {
            Interlocked.Increment(ref _lost);
            LogFailed(_logger, _cluster, told.Metadata.Name, failure.Message);
        }
    }
}
