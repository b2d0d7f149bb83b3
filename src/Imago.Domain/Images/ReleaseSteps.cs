using System.Collections.Immutable;
using NodaTime;

namespace Imago.Domain.Images;

/// <summary>A staircase over time: from each instant on, the index of the newest release published so far. Indexes follow the order of versions.</summary>
internal sealed class ReleaseSteps
{
    private readonly ImmutableArray<int> _index;

    private ReleaseSteps(ImmutableArray<Instant> at, ImmutableArray<int> index)
    {
        At = at;
        _index = index;
    }

    /// <summary>The instants at which the answer rises, ascending.</summary>
    public ImmutableArray<Instant> At { get; }

    /// <summary>The steps of releases in ascending order of versions; those without a publication do not count.</summary>
    public static ReleaseSteps Of<T>(ReadOnlySpan<T> ascending, Func<T, Instant?> publishedAt)
    {
        var byTime = new List<(Instant At, int Index)>(ascending.Length);
        for (var i = 0; i < ascending.Length; i++)
        {
            if (publishedAt(ascending[i]) is { } at)
            {
                byTime.Add((at, i));
            }
        }

        // Of releases published at the same instant the newest version counts; it comes first, the others do not rise above it.
        byTime.Sort(static (a, b) => a.At != b.At ? a.At.CompareTo(b.At) : b.Index.CompareTo(a.Index));
        var instants = ImmutableArray.CreateBuilder<Instant>(byTime.Count);
        var indexes = ImmutableArray.CreateBuilder<int>(byTime.Count);
        foreach (var (at, index) in byTime)
        {
            if (indexes.Count == 0 || index > indexes[^1])
            {
                instants.Add(at);
                indexes.Add(index);
            }
        }

        return new ReleaseSteps(instants.ToImmutable(), indexes.ToImmutable());
    }

    /// <summary>The index in force at an instant, inclusive; null before the first step.</summary>
    public int? IndexAt(Instant instant) => CountUpTo(At, instant) is > 0 and var count ? _index[count - 1] : null;

    /// <summary>The first of ascending instants after an instant, exclusive; null if there is none.</summary>
    public static Instant? After(ImmutableArray<Instant> ascending, Instant instant) =>
        CountUpTo(ascending, instant) is var count && count < ascending.Length ? ascending[count] : null;

    private static int CountUpTo(ImmutableArray<Instant> ascending, Instant instant)
    {
        var low = 0;
        var high = ascending.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = ascending[middle] <= instant ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
