using Imago.Application.Storage;
using NodaTime;

namespace Imago.Application.Engine;

/// <summary>
/// The wakes of one shard that this process knows: those that the store says are due, and those of clusters that are open. A cluster is in it once, so that it is passed
/// over once however often it is nudged. Not safe for use from several threads.
/// </summary>
internal sealed class ShardQueue
{
    private readonly Dictionary<string, (ClusterWake Wake, Instant At)> _waiting = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, (Instant At, string Key)> _order = new();
    private readonly Dictionary<string, Instant> _notBefore = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Instant> _hurried = new(StringComparer.Ordinal);

    public int Count => _waiting.Count;

    /// <summary>When the first one is due; null when there is none.</summary>
    public Instant? NextAt => Peek() is { } key ? _waiting[key].At : null;

    /// <summary>A wake that the store knows; the earlier one counts, and the later generation.</summary>
    public void Offer(ClusterWake wake)
    {
        if (wake.At is not { } at)
        {
            return;
        }

        if (_notBefore.TryGetValue(wake.ClusterKey, out var earliest))
        {
            at = Instant.Max(at, earliest);
        }

        var (before, present) = (_waiting.TryGetValue(wake.ClusterKey, out var waiting), waiting);
        if (!before || at < present.At || wake.Generation > present.Wake.Generation)
        {
            Put(wake, before ? Instant.Min(at, present.At) : at);
        }
    }

    /// <summary>A pass asks for another one; null: it does not. A nudge that came meanwhile counts more, the wake that the pass was woken by counts no longer.</summary>
    public void Plan(ClusterWake wake, Instant? at)
    {
        if (_waiting.TryGetValue(wake.ClusterKey, out var waiting) && waiting.Wake.Generation > wake.Generation)
        {
            return;
        }

        var hurried = _hurried.Remove(wake.ClusterKey, out var sooner);
        if (at is { } instant)
        {
            Put(wake, hurried ? Instant.Min(instant, sooner) : instant);
        }
        else
        {
            _waiting.Remove(wake.ClusterKey);
        }
    }

    /// <summary>
    /// Something has happened in a cluster that is open: at the latest then it is passed over. While a pass is under way that counts for the one after it, for it may have
    /// looked before.
    /// </summary>
    public void Hurry(string clusterKey, Instant at)
    {
        if (_waiting.TryGetValue(clusterKey, out var waiting))
        {
            at = _notBefore.TryGetValue(clusterKey, out var earliest) ? Instant.Max(at, earliest) : at;
            if (at < waiting.At)
            {
                Put(waiting.Wake, at);
            }
        }
        else if (!_hurried.TryGetValue(clusterKey, out var present) || at < present)
        {
            _hurried[clusterKey] = at;
        }
    }

    /// <summary>Nothing before that instant, whatever the store says: another process holds the cluster, or a pass failed.</summary>
    public void Hold(ClusterWake wake, Instant until)
    {
        _notBefore[wake.ClusterKey] = until;
        Put(wake, until);
    }

    /// <summary>A hold has served its purpose.</summary>
    public void Release(string clusterKey) => _notBefore.Remove(clusterKey);

    /// <summary>The pass that a wake was taken for is over; what has come for the cluster meanwhile may be taken.</summary>
    public void Ended(string clusterKey)
    {
        if (_taken.Remove(clusterKey) && _waiting.TryGetValue(clusterKey, out var waiting))
        {
            _order.Enqueue(clusterKey, (waiting.At, clusterKey));
        }
    }

    /// <summary>Takes the earliest wake that is due, of a cluster that is not being passed over; null when none is. <see cref="Ended"/> has to follow.</summary>
    public ClusterWake? Take(Instant now)
    {
        if (Peek() is not { } key || _waiting[key].At > now)
        {
            return null;
        }

        _order.Dequeue();
        _waiting.Remove(key, out var taken);
        _taken.Add(key);
        return taken.Wake;
    }

    private void Put(ClusterWake wake, Instant at)
    {
        _waiting[wake.ClusterKey] = (wake, at);
        if (!_taken.Contains(wake.ClusterKey))
        {
            _order.Enqueue(wake.ClusterKey, (at, wake.ClusterKey));
        }
    }

    // Entries that an earlier or later one has overtaken are passed over.
    private string? Peek()
    {
        while (_order.TryPeek(out var key, out var place))
        {
            if (_waiting.TryGetValue(key, out var waiting) && waiting.At == place.At)
            {
                return key;
            }

            _order.Dequeue();
        }

        return null;
    }
}
