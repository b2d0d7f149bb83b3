namespace Imago.Simulation.Dumps;

/// <summary>Objects of one kind by their key; of several with the same key the newest stays.</summary>
internal sealed class Objects<TKey, T>
    where TKey : notnull
{
    private readonly SortedDictionary<TKey, (Revision Revision, T Value)> _byKey;

    public Objects(IComparer<TKey> order) => _byKey = new SortedDictionary<TKey, (Revision, T)>(order);

    /// <summary>Keys that came more than once.</summary>
    public HashSet<TKey> Repeated { get; } = [];

    public int Count => _byKey.Count;

    /// <summary>In the order of keys.</summary>
    public IEnumerable<KeyValuePair<TKey, T>> InOrder => _byKey.Select(o => KeyValuePair.Create(o.Key, o.Value.Value));

    public void Add(TKey key, Revision revision, T value)
    {
        if (_byKey.TryGetValue(key, out var known))
        {
            Repeated.Add(key);
            if (revision.CompareTo(known.Revision) <= 0)
            {
                return;
            }
        }

        _byKey[key] = (revision, value);
    }

    public T? Find(TKey key) => _byKey.TryGetValue(key, out var known) ? known.Value : default;
}
