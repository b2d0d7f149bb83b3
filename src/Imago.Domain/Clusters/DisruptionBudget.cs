namespace Imago.Domain.Clusters;

/// <summary>What the eviction API does with pods that run but are not Ready.</summary>
public enum UnhealthyPodEvictionPolicy
{
    /// <summary>They may go only while the budget's healthy pods suffice (the default).</summary>
    IfHealthyBudget,

    /// <summary>They may always go.</summary>
    AlwaysAllow,
}

/// <summary>One PodDisruptionBudget as observed, status included.</summary>
public sealed record DisruptionBudget
{
    /// <summary>Namespace and name.</summary>
    public required ObjectKey Key { get; init; }

    /// <summary>Which pods of the namespace the budget covers.</summary>
    public required LabelSelector Selector { get; init; }

    /// <summary><c>minAvailable</c>, if the budget is written that way.</summary>
    public IntOrPercent? MinAvailable { get; init; }

    /// <summary><c>maxUnavailable</c>, if the budget is written that way.</summary>
    public IntOrPercent? MaxUnavailable { get; init; }

    /// <summary>How many of its pods may go now, by the budget's own status; ≥ 0.</summary>
    public int DisruptionsAllowed { get; init; }

    /// <summary>Healthy pods counted by the budget's status.</summary>
    public int CurrentHealthy { get; init; }

    /// <summary>Healthy pods the budget wants.</summary>
    public int DesiredHealthy { get; init; }

    /// <summary>Pods the budget expects to exist.</summary>
    public int ExpectedPods { get; init; }

    /// <summary>Whether the status was computed for an older version of the spec. The API then refuses evictions with 429.</summary>
    public bool StatusIsStale { get; init; }

    /// <summary>Treatment of pods that are not Ready.</summary>
    public UnhealthyPodEvictionPolicy UnhealthyPodEviction { get; init; }

    /// <summary>
    /// Whether the budget allows no disruption even when every expected pod is healthy, as <c>minAvailable: 1</c> over one replica. No
    /// waiting helps; somebody has to change the budget or the number of replicas.
    /// </summary>
    public bool CanNeverBeSatisfied => ExpectedPods > 0 && DesiredHealthy >= ExpectedPods;
}
