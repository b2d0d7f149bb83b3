using System.Globalization;
using System.Runtime.InteropServices;
using Imago.Domain.Clusters;
using Imago.Kubernetes.Objects;

namespace Imago.Kubernetes.Watching;

/// <summary>Which objects have been told at which version, and nothing else of them: the objects themselves are their taker's.</summary>
internal sealed class KnownObjects
{
    // No version that is a number is below zero.
    private const long Doubtful = -1;

    private readonly Dictionary<ObjectKey, Entry> _entries = [];
    private int _list;

    public int Count => _entries.Count;

    /// <summary>A list begins; what it does not mention is gone at its end.</summary>
    public void BeginList() => _list++;

    /// <summary>Notes an object. False: this version has been told.</summary>
    public bool Note(KubernetesObject item)
    {
        var key = item.Key;
        var version = VersionOf(item.Metadata);
        ref var known = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, key);
        if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref known) && known.Version == version)
        {
            known = new(version, _list);
            return false;
        }

        // Taken out and put in, so that the key is made of the texts of the new object: the taker holds them, and the old ones can go.
        _entries.Remove(key);
        _entries.Add(key, new(version, _list));
        return true;
    }

    /// <summary>What has been told is in doubt: every object is told again, whatever its version.</summary>
    public void Distrust()
    {
        foreach (var key in _entries.Keys.ToList())
        {
            _entries[key] = new(Doubtful, _list);
        }
    }

    /// <summary>Forgets an object. False: it was not known.</summary>
    public bool Forget(ObjectKey key) => _entries.Remove(key);

    /// <summary>Forgets what the list that ends did not mention.</summary>
    public List<ObjectKey> EndList()
    {
        List<ObjectKey> gone = [.. _entries.Where(e => e.Value.List != _list).Select(e => e.Key)];
        gone.ForEach(k => _entries.Remove(k));
        return gone;
    }

    // Versions are opaque; numbers in practice. Anything else is hashed: two versions of one object that look the same would need a collision of 64 bits.
    private static long VersionOf(ObjectMeta metadata) =>
        long.TryParse(metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : BitConverter.ToInt64(System.Security.Cryptography.SHA256.HashData(MemoryMarshal.AsBytes((metadata.ResourceVersion + metadata.Uid).AsSpan())));

    private readonly record struct Entry(long Version, int List);
}
