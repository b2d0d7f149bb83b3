using NodaTime;

namespace Imago.Domain.Rollouts.Records;

/// <summary>The step a surge node is in.</summary>
public enum SurgeStep
{
    /// <summary>Named here; the provider is asked to make it.</summary>
    Creating,

    /// <summary>Made; must become healthy at the target in time (UP-150).</summary>
    Verifying,

    /// <summary>The canary of the rollout is watched (UP-151).</summary>
    Watching,

    /// <summary>Serves as buffer for nodes under way (UP-1).</summary>
    Serving,

    /// <summary>Stays: it replaces a node that is quarantined or did not come back (UP-51).</summary>
    Kept,

    /// <summary>No longer needed: cordoned and drained (UP-5).</summary>
    Draining,

    /// <summary>The provider is asked to delete it.</summary>
    Deleting,

    /// <summary>Could not be drained in time; left to serve, and taken up again by the pool's next rollout.</summary>
    Stranded,
}

/// <summary>One surge node.</summary>
public sealed record SurgeNode
{
    /// <summary>The step.</summary>
    public required SurgeStep Step { get; init; }

    /// <summary>When the step was entered.</summary>
    public required Instant Since { get; init; }

    /// <summary>When it was named.</summary>
    public required Instant NamedAt { get; init; }

    /// <summary>The image it is made from.</summary>
    public required string Image { get; init; }

    /// <summary>The node it replaces when it is kept; null otherwise.</summary>
    public string? ReplacementFor { get; init; }

    /// <summary>Whether it is the canary of the rollout (UP-151).</summary>
    public bool IsCanary { get; init; }

    /// <summary>Enters a step.</summary>
    public SurgeNode Enter(SurgeStep step, Instant now) => this with { Step = step, Since = now };

    /// <summary>Whether the node exists as far as we know, or is being made: it counts towards the surge.</summary>
    public bool Counts => Step is not (SurgeStep.Kept or SurgeStep.Stranded);
}
