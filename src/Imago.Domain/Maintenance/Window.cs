using NodaTime;

namespace Imago.Domain.Maintenance;

/// <summary>One effective window: the part of a scheduled occurrence that no blocked time covers.</summary>
/// <param name="Start">Opening instant; inclusive.</param>
/// <param name="End">Closing instant; exclusive (MW-42).</param>
/// <param name="OccurrenceStart">Start of the scheduled occurrence it belongs to. Blocked dates may leave several windows of one occurrence.</param>
/// <remarks>Rules: MW-42, MW-49a, MW-49b.</remarks>
public readonly record struct Window(Instant Start, Instant End, Instant OccurrenceStart)
{
    /// <summary>MW-42: the closing instant is outside.</summary>
    public bool Contains(Instant instant) => instant >= Start && instant < End;
}

/// <summary>Whether a window is open.</summary>
/// <param name="Current">The open window; null when closed.</param>
/// <param name="Next">The next window that opens after now; null if there is none.</param>
public readonly record struct WindowState(Window? Current, Window? Next)
{
    /// <summary>Whether a window is open.</summary>
    public bool IsOpen => Current is not null;
}
