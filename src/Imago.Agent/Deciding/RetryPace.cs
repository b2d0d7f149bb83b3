using System.Globalization;
using Imago.Domain;
using NodaTime;

namespace Imago.Agent.Deciding;

/// <summary>How long an agent waits: before its first attempt and between attempts.</summary>
/// <remarks>Rules: NM-33. Nothing is random: node and attempt give the jitter, so that a test, and whoever reads a report, can work it out again.</remarks>
internal sealed record RetryPace
{
    /// <summary>NM-33: the first wait of an order that stands for itself.</summary>
    public static readonly Duration First = Duration.FromMinutes(10);

    /// <summary>NM-33: the longest one.</summary>
    public static readonly Duration Longest = Duration.FromHours(6);

    /// <summary>Longer than any wait, with its jitter and the widest spread.</summary>
    public static readonly Duration NeverBeyond = Duration.FromHours(12);

    // The window of the control side's orders is open while they stand, or opens soon, and may be as short as four hours.
    private static readonly Duration LongestInWindow = Duration.FromMinutes(10);

    // A quarter is added at most.
    private const int JitterSteps = 256;

    /// <summary>NM-33: over how long first attempts that nobody waits for are spread.</summary>
    public Duration Spread { get; init; } = Duration.FromMinutes(5);

    /// <summary>The first wait of an order of the control side.</summary>
    public Duration FirstInWindow { get; init; } = Duration.FromMinutes(1);

    /// <summary>When the first attempt at an order may begin.</summary>
    public Instant FirstAttempt(AgentOrder order, string node, Instant now) =>
        // A window is open, or a person waits: at once.
        order is { Origin: OrderOrigin.ByHand } or { Origin: OrderOrigin.ControlSide, StagesOnly: false }
            ? now
            : now + Duration.FromTicks(Spread.TotalTicks / 4096 * (StableHash.Of(node) % 4096));

    /// <summary>When the attempt after a failed one may begin.</summary>
    /// <param name="order">The order.</param>
    /// <param name="node">The node.</param>
    /// <param name="attempts">Attempts so far, the failed one included.</param>
    /// <param name="now">Now.</param>
    public Instant Next(AgentOrder order, string node, int attempts, Instant now)
    {
        // Staging, too: the window may be open by now, with nodes that wait for it, and the control side lets few nodes stage at a time.
        var (first, longest) = order is { Origin: OrderOrigin.Level } ? (First, Longest) : (FirstInWindow, LongestInWindow);
        var wait = Math.Min(first.TotalTicks * Math.Pow(2, Math.Clamp(attempts - 1, 0, 30)), longest.TotalTicks);
        var jitter = StableHash.Of(string.Create(CultureInfo.InvariantCulture, $"{node}/{attempts}")) % JitterSteps;
        return now + Duration.FromTicks(wait + (wait / 4 * jitter / JitterSteps));
    }
}
