using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Imago.Kubernetes.Objects;

/// <summary>A PodDisruptionBudget as the API tells it.</summary>
public sealed record KubernetesBudget : KubernetesObject
{
    public BudgetSpec Spec { get; init => field = value ?? new(); } = new();

    public BudgetStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What a budget demands.</summary>
public sealed record BudgetSpec
{
    /// <summary>A number or a percentage, as text.</summary>
    [JsonConverter(typeof(IntOrTextConverter))]
    public string? MinAvailable { get; init; }

    /// <summary>A number or a percentage, as text.</summary>
    [JsonConverter(typeof(IntOrTextConverter))]
    public string? MaxUnavailable { get; init; }

    /// <summary>Null selects nothing, an empty one everything in its namespace.</summary>
    public WireSelector? Selector { get; init; }

    [JsonConverter(typeof(PooledTextConverter))]
    public string? UnhealthyPodEvictionPolicy { get; init; }
}

/// <summary>A label selector as objects carry it.</summary>
public sealed record WireSelector
{
    [JsonConverter(typeof(LabelsConverter))]
    public ImmutableDictionary<string, string>? MatchLabels { get; init; }

    public IReadOnlyList<WireRequirement>? MatchExpressions { get; init; }
}

/// <summary>One expression of a label selector.</summary>
public sealed record WireRequirement
{
    [JsonConverter(typeof(PooledTextConverter))]
    public string Key { get; init; } = "";

    /// <summary><c>In</c>, <c>NotIn</c>, <c>Exists</c> or <c>DoesNotExist</c>.</summary>
    [JsonConverter(typeof(PooledTextConverter))]
    public string Operator { get; init; } = "";

    public IReadOnlyList<string>? Values { get; init; }
}

/// <summary>What the disruption controller found.</summary>
public sealed record BudgetStatus
{
    public int DisruptionsAllowed { get; init; }

    public int CurrentHealthy { get; init; }

    public int DesiredHealthy { get; init; }

    public int ExpectedPods { get; init; }

    /// <summary>The generation it was computed for.</summary>
    public long? ObservedGeneration { get; init; }

    public IReadOnlyList<Condition>? Conditions { get; init; }
}
