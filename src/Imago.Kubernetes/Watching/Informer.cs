using Imago.Domain.Clusters;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Transport;
using NodaTime;

namespace Imago.Kubernetes.Watching;

/// <summary>
/// Takes what an informer finds out, in order. It is called from the informer's own loop, one call at a time, and must neither wait nor throw. Between the beginning of a
/// list and <see cref="Synced"/> what was told is a mixture of two versions.
/// </summary>
public interface IInformerSink<in T>
    where T : KubernetesObject
{
    /// <summary>An object is new or has changed.</summary>
    void Seen(T item);

    /// <summary>An object is gone.</summary>
    void Gone(ObjectKey key);

    /// <summary>Everything has been told up to a version: at the end of each list.</summary>
    void Synced();
}

/// <summary>How well an informer knows what it watches.</summary>
/// <param name="Synced">Whether it has listed everything once.</param>
/// <param name="Connected">Whether a watch is open now.</param>
/// <param name="LastHeardAt">When the server last said anything; null: never.</param>
/// <param name="Trouble">What went wrong last, if it is not connected; null: nothing.</param>
public sealed record InformerState(bool Synced, bool Connected, Instant? LastHeardAt, string? Trouble);

/// <summary>
/// Knows all objects of a kind: lists them, then watches from the version of the list, for as long as it runs. Nothing polls. What a broken watch missed comes with the next
/// one, which begins where the last one ended; when the server has forgotten that version, everything is listed again and only differences are told.
/// </summary>
/// <remarks>
/// It keeps the key and the version of each object, a few dozen bytes, and hands the objects on. It never gives up: a server that is away, a token that is refused, a
/// permission that is missing are waited out, and <see cref="State"/> says what is wrong.
/// </remarks>
public sealed class Informer<T>(KubernetesClient client, ResourceType<T> type, IInformerSink<T> sink, InformerOptions? options = null)
    where T : KubernetesObject
{
    private readonly InformerOptions _options = options ?? new();
    private readonly KnownObjects _known = new();
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time = client.Options.Time;
    private long? _openedAt;
    private volatile InformerState _state = new(Synced: false, Connected: false, null, null);
    private long _currentAt = client.Options.Time.GetTimestamp();

    /// <summary>How well it knows.</summary>
    public InformerState State => _state;

    /// <summary>How many objects there are.</summary>
    public int Count => _known.Count;

    /// <summary>Whether what it has told can be relied upon. Measured on the monotonic clock: one that is set must neither hide a silence nor make one up.</summary>
    /// <param name="longestBreak">How long no watch may be open.</param>
    /// <param name="longestSilence">How long an open one may say nothing, not even a bookmark.</param>
    public bool IsCurrent(TimeSpan longestBreak, TimeSpan longestSilence) => _time.GetElapsedTime(Volatile.Read(ref _currentAt)) <= (_state.Connected ? longestSilence : longestBreak);

    /// <summary>Ends when everything has been listed once.</summary>
    public Task WaitSyncedAsync(CancellationToken cancellation) => _synced.Task.WaitAsync(cancellation);

    /// <summary>Works until it is cancelled, and then ends without an error.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var waits = new BackOff(_options, _time, client.Options.Jitter);
        string? version = null;
        try
        {
            while (true)
            {
                try
                {
                    _openedAt = null;
                    version ??= await ListAsync(cancellation);
                    var began = _time.GetTimestamp();
                    var (reached, told) = (version, 0);
                    await foreach (var happened in WatchAsync(version, cancellation))
                    {
                        version = happened.ResourceVersion;
                        told++;
                        Take(happened);
                    }

                    Lost(_state.Trouble);
                    if (told == 0 && version == reached && _time.GetElapsedTime(began) < TimeSpan.FromSeconds(1))
                    {
                        // It ended at once and said nothing. A server that is going down does that, and would be asked in a circle.
                        await waits.WaitAsync(null, cancellation);
                    }
                }
                catch (KubernetesException e) when (e.IsGone || e.IsAhead)
                {
                    // The server has forgotten what came after our version, or never had it.
                    version = null;
                    Lost(e.Message);
                    await waits.WaitAsync(e.RetryAfter, cancellation);
                }
                catch (Imago.Application.Ports.ConnectionException e)
                {
                    Lost(e.Message);
                    if (_openedAt is { } opened && _time.GetElapsedTime(opened) >= _options.FirstWait)
                    {
                        // Proxies cut long connections all the time. A watch that was open and then broke is not a server that does not answer: waits must not grow by it.
                        waits.Forgive();
                    }

                    await waits.WaitAsync((e as KubernetesException)?.RetryAfter, cancellation);
                }
#pragma warning disable CA1031 // One object that nobody expected must not end the watching for good, and leave a view behind that looks alive.
                catch (Exception e) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    // How much of it was taken is not known: everything is listed and told again.
                    version = null;
                    _known.Distrust();
                    Lost($"What it told could not be taken: {e.Message}");
                    await waits.WaitAsync(null, cancellation);
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            _state = _state with { Connected = false };
        }
    }

    private IAsyncEnumerable<WatchEvent<T>> WatchAsync(string version, CancellationToken cancellation) => client.WatchAsync(
        type,
        new WatchQuery { ResourceVersion = version, Namespace = _options.Namespace, LabelSelector = _options.LabelSelector, FieldSelector = _options.FieldSelector },
        Opened,
        cancellation);

    private async Task<string> ListAsync(CancellationToken cancellation)
    {
        _known.BeginList();
        var query = new ListQuery { Namespace = _options.Namespace, LabelSelector = _options.LabelSelector, FieldSelector = _options.FieldSelector, Limit = _options.PageSize };
        while (true)
        {
            var page = await client.ListPageAsync(type, query, cancellation);
            Heard();
            foreach (var item in page.Items ?? [])
            {
                if (_known.Note(item))
                {
                    sink.Seen(item);
                }
            }

            if (page.Metadata.Continue is { Length: > 0 } next)
            {
                query = query with { Continue = next };
                continue;
            }

            foreach (var key in _known.EndList())
            {
                sink.Gone(key);
            }

            Volatile.Write(ref _currentAt, _time.GetTimestamp());
            _state = _state with { Synced = true, Trouble = null };
            sink.Synced();
            _synced.TrySetResult();
            return page.Metadata.ResourceVersion ?? throw new KubernetesException($"The list of {type} has no resource version, so that it cannot be watched.");
        }
    }

    private void Take(WatchEvent<T> happened)
    {
        Heard();
        Volatile.Write(ref _currentAt, _time.GetTimestamp());
        switch (happened.Type)
        {
            case WatchEventType.Added or WatchEventType.Modified:
                if (_known.Note(happened.Object))
                {
                    sink.Seen(happened.Object);
                }

                break;
            case WatchEventType.Deleted:
                if (_known.Forget(happened.Object.Key))
                {
                    sink.Gone(happened.Object.Key);
                }

                break;
            case WatchEventType.Bookmark:
                break;
        }
    }

    private void Opened()
    {
        _openedAt = _time.GetTimestamp();
        Volatile.Write(ref _currentAt, _time.GetTimestamp());
        _state = _state with { Connected = true, Trouble = null, LastHeardAt = Now() };
    }

    // A watch that was open has told everything up to now; from here on nothing is heard.
    private void Lost(string? trouble)
    {
        if (_state.Connected)
        {
            Volatile.Write(ref _currentAt, _time.GetTimestamp());
        }

        _state = _state with { Connected = false, Trouble = trouble };
    }

    private void Heard() => _state = _state with { LastHeardAt = Now() };

    private Instant Now() => Instant.FromDateTimeOffset(_time.GetUtcNow());
}
