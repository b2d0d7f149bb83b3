using NodaTime;

namespace Imago.Application.Engine;

/// <summary>How a pass over a cluster ended.</summary>
public enum PassOutcome
{
    /// <summary>Done; the next wake is planned.</summary>
    Done,

    /// <summary>Somebody changed what the pass was about to write: the same again, at once.</summary>
    Again,

    /// <summary>Another process holds the cluster's lease.</summary>
    HeldElsewhere,

    /// <summary>The cluster does not exist (any more).</summary>
    Gone,

    /// <summary>The attached cluster could not be reached; that is noted, and the next try is planned.</summary>
    Unreachable,
}

/// <summary>The result of a pass.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="WakeAt">When to pass again even if nobody changes anything; null: only then.</param>
/// <param name="StaysOpen">Whether the cluster is kept open because something happens in it.</param>
public readonly record struct PassResult(PassOutcome Outcome, Instant? WakeAt, bool StaysOpen);
