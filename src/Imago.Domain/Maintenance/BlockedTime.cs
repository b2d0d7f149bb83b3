using System.Collections.Immutable;
using NodaTime;

namespace Imago.Domain.Maintenance;

/// <summary>A range of blocked dates as it is written: whole local days, the end day included.</summary>
/// <param name="Start">First blocked day.</param>
/// <param name="End">Last blocked day; not before <paramref name="Start"/>.</param>
/// <remarks>Rules: MW-25, MW-49.</remarks>
public sealed record BlockedDates(LocalDate Start, LocalDate End);

/// <summary>Blocked time as disjoint, ordered, half-open intervals; touching ones are merged.</summary>
public sealed class BlockedTime
{
    private readonly ImmutableArray<(Instant Start, Instant End)> _blocks;

    private BlockedTime(ImmutableArray<(Instant Start, Instant End)> blocks) => _blocks = blocks;

    /// <summary>No blocked time.</summary>
    public static BlockedTime None { get; } = new([]);

    /// <summary>Blocked time of blocked dates at an offset.</summary>
    /// <remarks>MW-49: 2022-12-23..2023-01-03 at +02:00 blocks 2022-12-22T22:00Z up to 2023-01-03T22:00Z.</remarks>
    public static BlockedTime OfDates(IEnumerable<BlockedDates> dates, Offset offset) =>
        Of(dates.Select(d => (Midnight(d.Start, offset), d.End == LocalDate.MaxIsoValue ? Instant.MaxValue : Midnight(d.End.PlusDays(1), offset))));

    /// <summary>Blocked time of half-open intervals of instants (MW-73).</summary>
    public static BlockedTime Of(IEnumerable<(Instant Start, Instant End)> blocks)
    {
        var merged = ImmutableArray.CreateBuilder<(Instant Start, Instant End)>();
        foreach (var block in blocks.Where(b => b.End > b.Start).OrderBy(b => b.Start))
        {
            if (merged.Count > 0 && block.Start <= merged[^1].End)
            {
                merged[^1] = (merged[^1].Start, Instant.Max(merged[^1].End, block.End));
            }
            else
            {
                merged.Add(block);
            }
        }

        return merged.Count == 0 ? None : new BlockedTime(merged.ToImmutable());
    }

    /// <summary>The end of the block that covers an instant; null if none does.</summary>
    public Instant? BlockedUntil(Instant instant)
    {
        var at = FirstEndingAfter(instant);
        return at < _blocks.Length && _blocks[at].Start <= instant ? _blocks[at].End : null;
    }

    /// <summary>The first part of [<paramref name="start"/>, <paramref name="end"/>) that is not blocked; null if all of it is.</summary>
    /// <remarks>MW-49a: what is left stays usable whatever its length.</remarks>
    public (Instant Start, Instant End)? FirstFree(Instant start, Instant end)
    {
        var at = FirstEndingAfter(start);
        if (at < _blocks.Length && _blocks[at].Start <= start)
        {
            start = _blocks[at].End;
            at++;
        }

        if (start >= end)
        {
            return null;
        }

        return (start, at < _blocks.Length ? Instant.Min(end, _blocks[at].Start) : end);
    }

    private int FirstEndingAfter(Instant instant)
    {
        var low = 0;
        var high = _blocks.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_blocks[middle].End <= instant)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private static Instant Midnight(LocalDate date, Offset offset) => CalendarEdges.InstantOf(date, LocalTime.Midnight, offset);
}
