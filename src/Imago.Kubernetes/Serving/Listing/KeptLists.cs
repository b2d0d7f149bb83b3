using Imago.Application.Twins;

namespace Imago.Kubernetes.Serving.Listing;

/// <summary>
/// Lists that somebody reads page by page, for a few minutes: the pages of one list show one version. A list shares its objects with the twin, so that keeping it costs
/// what has changed since.
/// </summary>
internal sealed class KeptLists(ServingOptions options, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Key, Kept> _kept = [];

    public void Keep(string cluster, ObjectKind kind, TwinList list)
    {
        var now = clock.GetUtcNow();
        lock (_gate)
        {
            _kept[new Key(cluster, kind, list.ResourceVersion)] = new Kept(list, now + options.ListsAreKeptFor);
            foreach (var (key, _) in _kept.Where(k => k.Value.Until <= now).ToList())
            {
                _kept.Remove(key);
            }

            while (_kept.Count > options.KeptLists)
            {
                _kept.Remove(_kept.MinBy(k => k.Value.Until).Key);
            }
        }
    }

    public TwinList? Find(string cluster, ObjectKind kind, long version)
    {
        lock (_gate)
        {
            return _kept.TryGetValue(new Key(cluster, kind, version), out var kept) && kept.Until > clock.GetUtcNow() ? kept.List : null;
        }
    }

    private readonly record struct Key(string Cluster, ObjectKind Kind, long Version);

    private sealed record Kept(TwinList List, DateTimeOffset Until);
}
