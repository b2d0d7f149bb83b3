using Imago.Domain.Maintenance;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Settings;
using NodaTime;
using NodaTime.Text;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>Whether automatic work may start now, as far as windows decide it.</summary>
/// <param name="IsOpen">Whether it may.</param>
/// <param name="Current">The open window; null when closed, and when no window is needed.</param>
/// <param name="ChangesAt">When the answer can change by itself; null if it cannot.</param>
/// <param name="Closed">Why not, when closed.</param>
internal sealed record WindowGate(bool IsOpen, Window? Current, Instant? ChangesAt, Reason? Closed)
{
    public static WindowGate Of(ClusterSpec spec, Instant now)
    {
        // MW-13: an operator's explicit override, for urgent work.
        if (spec.WindowOverrideUntil is { } until && now < until)
        {
            return new(true, null, until, null);
        }

        // MW-12: no window, any time. MW-8: no other configuration stands in. MW-62: so it is from the moment one is deleted.
        if (spec.Window is not { } configuration)
        {
            return new(true, null, null, null);
        }

        var state = configuration.Times.StateAt(now);
        if (state.Current is { } open)
        {
            // MW-52: work starts only while a window is open; MW-42: the closing instant is outside. CH-32, MW-63: that holds for live patches, too.
            return new(true, open, open.End, null);
        }

        if (state.Next is not { } next)
        {
            return new(false, null, null, new Reason(ReasonCode.WindowClosed, "The maintenance window never opens again: its blocked dates reach to the end of the calendar. Change the configuration."));
        }

        var opens = InstantPattern.General.Format(next.Start);
        if (configuration.Times.BlockedUntil(now) is { } blocked && blocked <= next.Start)
        {
            return new(false, null, next.Start, new Reason(
                ReasonCode.BlockedDate, $"Blocked dates last until {InstantPattern.General.Format(blocked)}; the window opens at {opens}.", next.Start));
        }

        var late = configuration.ChangedLate(next);
        return new(false, null, next.Start, late
            ? new Reason(ReasonCode.LeadTime, $"The maintenance window was changed less than {MaintenanceConfiguration.LeadTime.TotalMinutes:0} minutes before it opens at {opens}; it is honoured from then on.", next.Start)
            : new Reason(ReasonCode.WindowClosed, $"The maintenance window is closed; it opens at {opens}.", next.Start));
    }
}
