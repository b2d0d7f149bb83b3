using System.Collections.Immutable;

namespace Imago.Kubernetes.Objects;

/// <summary>Gives the same instance for equal label sets, as <see cref="TextPool"/> does for texts: the pods of a workload differ in their names, seldom in their labels.</summary>
internal static class LabelSetPool
{
    private const int Places = 1 << 13;

    private static readonly ImmutableDictionary<string, string>?[] Pool = new ImmutableDictionary<string, string>?[Places];

    public static ImmutableDictionary<string, string> Of(List<KeyValuePair<string, string>> pairs)
    {
        if (pairs.Count == 0)
        {
            return ImmutableDictionary<string, string>.Empty;
        }

        var hash = 0;
        foreach (var (key, value) in pairs)
        {
            // The order of the pairs is the sender's business.
            hash += HashCode.Combine(key, value);
        }

        ref var place = ref Pool[hash & (Places - 1)];
        var pooled = Volatile.Read(ref place);
        if (pooled is not null && IsSame(pooled, pairs))
        {
            return pooled;
        }

        var made = pairs.ToImmutableDictionary();
        Volatile.Write(ref place, made);
        return made;
    }

    private static bool IsSame(ImmutableDictionary<string, string> pooled, List<KeyValuePair<string, string>> pairs)
    {
        if (pooled.Count != pairs.Count)
        {
            return false;
        }

        foreach (var (key, value) in pairs)
        {
            if (!pooled.TryGetValue(key, out var known) || known != value)
            {
                return false;
            }
        }

        return true;
    }
}
