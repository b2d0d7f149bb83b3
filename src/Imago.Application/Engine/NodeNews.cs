using System.Collections.Immutable;
using NodaTime;

namespace Imago.Application.Engine;

/// <summary>Clusters that are not open and have other nodes than before, and when they are to be passed over for it. Safe for use from several threads.</summary>
internal sealed class NodeNews
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Instant> _at = new(StringComparer.Ordinal);

    /// <summary>Notes a change; the first one decides when, so that a cluster which always changes is passed over nevertheless.</summary>
    public void Note(string clusterKey, Instant at)
    {
        lock (_lock)
        {
            _at.TryAdd(clusterKey, at);
        }
    }

    /// <summary>The clusters whose time has come.</summary>
    public ImmutableArray<string> Due(Instant now)
    {
        lock (_lock)
        {
            return [.. _at.Where(c => c.Value <= now).Select(c => c.Key).Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>They have been seen to.</summary>
    public void Forget(ImmutableArray<string> clusters)
    {
        lock (_lock)
        {
            foreach (var cluster in clusters)
            {
                _at.Remove(cluster);
            }
        }
    }
}
