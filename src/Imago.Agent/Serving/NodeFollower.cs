using System.Globalization;
using System.Threading.Channels;
using Imago.Domain.Clusters;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Watching;

namespace Imago.Agent.Serving;

/// <summary>Knows the agent's own node as the watch tells it, and wakes whoever waits for a change.</summary>
internal sealed class NodeFollower(string node) : IInformerSink<KubernetesNode>
{
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private KubernetesNode? _node;
    private volatile bool _isSynced;

    /// <summary>The node; null: there is none, or nobody has told yet.</summary>
    public KubernetesNode? Node => _isSynced ? Volatile.Read(ref _node) : null;

    /// <inheritdoc />
    public void Seen(KubernetesNode item)
    {
        if (item.Key.Name == node)
        {
            Volatile.Write(ref _node, item);
            Wake();
        }
    }

    /// <inheritdoc />
    public void Gone(ObjectKey key)
    {
        if (key.Name == node)
        {
            Volatile.Write(ref _node, null);
            Wake();
        }
    }

    /// <inheritdoc />
    public void Synced()
    {
        _isSynced = true;
        Wake();
    }

    /// <summary>A write has answered with the node as it was then. The watch may have told something newer already, perhaps an order: that counts.</summary>
    public void Answered(KubernetesNode then)
    {
        var known = Volatile.Read(ref _node);
        if (known is null || !IsNewer(then, known))
        {
            return;
        }

        // Only if nothing was told in between.
        Interlocked.CompareExchange(ref _node, then, known);
    }

    /// <summary>Waits for a change, but not longer than so.</summary>
    public async Task WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(longest, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            await _news.Reader.ReadAsync(both.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The time is over; the caller looks at the clock itself.
        }
    }

    private static bool IsNewer(KubernetesNode item, KubernetesNode than) =>
        ulong.TryParse(item.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var one)
        && ulong.TryParse(than.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var other) && one > other;

    private void Wake() => _news.Writer.TryWrite(true);
}
