using NodaTime;

namespace Imago.Domain.Maintenance;

/// <summary>The times of a maintenance configuration: either form says when its occurrences are, and what is taken away from them is the same for both.</summary>
public abstract record MaintenanceTimes
{
    private readonly BlockedTime _blocked;

    private protected MaintenanceTimes(BlockedTime blocked) => _blocked = blocked;

    /// <summary>The first scheduled occurrence that ends after an instant, blocked or not; null if there is none before the end of the calendar.</summary>
    /// <remarks>Occurrences of one configuration do not overlap; they may touch (MW-49b). The cost does not depend on the distance from the start date.</remarks>
    public abstract Occurrence? OccurrenceEndingAfter(Instant instant);

    /// <summary>The first effective window that ends after an instant; null if there is none before the end of the calendar.</summary>
    /// <remarks>At most one step for every block of blocked time, however long it is.</remarks>
    public Window? FirstEndingAfter(Instant instant)
    {
        for (var scheduled = OccurrenceEndingAfter(instant); scheduled is { } occurrence;)
        {
            for (var at = occurrence.Start; _blocked.FirstFree(at, occurrence.End) is { } free; at = free.End)
            {
                // MW-49a: a block in the middle splits the occurrence; each part is a window of its own.
                if (free.End > instant)
                {
                    return new Window(free.Start, free.End, occurrence.Start);
                }
            }

            // All that was left of it is blocked. What ends within the same block is blocked, too: a century of blocked dates costs one step.
            scheduled = OccurrenceEndingAfter(Instant.Max(occurrence.End, _blocked.BlockedUntil(occurrence.Start) ?? occurrence.End));
        }

        return null;
    }

    /// <summary>
    /// When the blocked time that covers an instant ends, if it hides an occurrence, or a part of one, from then on; null if nothing is blocked then, and if
    /// what is blocked hides nothing, so that the windows are as they would be without it.
    /// </summary>
    /// <remarks>MW-49: blocked are whole local days. A freeze around New Year hides Sunday's window already on the Tuesday before it.</remarks>
    public Instant? BlockedUntil(Instant instant) =>
        _blocked.BlockedUntil(instant) is { } until && OccurrenceEndingAfter(instant) is { } occurrence && occurrence.Start < until ? until : null;

    /// <summary>Effective windows that end after an instant, in order, lazily.</summary>
    public IEnumerable<Window> EndingAfter(Instant instant)
    {
        for (var window = FirstEndingAfter(instant); window is { } found; window = FirstEndingAfter(found.End))
        {
            yield return found;
        }
    }

    /// <summary>Whether a window is open at an instant, and which opens next.</summary>
    public WindowState StateAt(Instant now)
    {
        var first = FirstEndingAfter(now);
        return first is { } window && window.Contains(now) ? new WindowState(window, FirstEndingAfter(window.End)) : new WindowState(null, first);
    }
}
