using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Explanations;
using NodaTime;

namespace Imago.Simulation.Forecasts;

/// <summary>What an automatic run would do, node by node.</summary>
public sealed record Forecast(
    ForecastSummary Summary,
    ImmutableArray<ForecastWindow> Windows,
    ImmutableArray<ForecastNode> Nodes,
    ImmutableArray<ForecastBudget> Budgets,
    ImmutableArray<string> Assumptions);

/// <summary>The run in numbers.</summary>
public sealed record ForecastSummary
{
    public required int Nodes { get; init; }

    public required int Upgraded { get; init; }

    public required int Current { get; init; }

    public required int Pending { get; init; }

    public required int Blocked { get; init; }

    public required int Failed { get; init; }

    public required int NotSupported { get; init; }

    /// <summary>When the last node was finished with; null while nodes are pending at the horizon, and when there was nothing to do.</summary>
    public required Instant? FinishedAt { get; init; }

    public required int Evictions { get; init; }

    /// <summary>Evictions ÷ evictable pods that were on nodes of upgraded pools; 0 without such pods.</summary>
    public required double EvictionsPerPod { get; init; }

    /// <summary>Most nodes at a time, surge included; a node being reimaged counts.</summary>
    public required int PeakNodes { get; init; }

    /// <summary>The most nodes by which a pool fell short of those it could use at the start; surge nodes make up for others.</summary>
    public required int MaxUnavailableSeen { get; init; }

    /// <summary>From the first start of a node to the last finish, less the time in which no window was open and nothing was in flight.</summary>
    public required double MakespanSeconds { get; init; }

    /// <summary>No run could have been shorter; see docs/concepts/timing-model.md.</summary>
    public required double LowerBoundSeconds { get; init; }

    public required int WindowsUsed { get; init; }
}

/// <summary>A window of the run and what was done in it.</summary>
public sealed record ForecastWindow(Instant Start, Instant End, int NodesUpgraded);

/// <summary>One node of the cluster.</summary>
/// <param name="From">Image, or patched level, at the start.</param>
/// <param name="To">What it is to run; null when there is no target.</param>
/// <param name="Window">Start of the window in which it was started; null when none was needed, or it was not started.</param>
/// <param name="Evictions">Pods evicted from it.</param>
public sealed record ForecastNode(
    string Name, string Pool, string? Zone, string From, string? To, NodeStatus Status, Instant? StartedAt, Instant? FinishedAt, Instant? Window, int Evictions, ImmutableArray<Reason> Reasons);

/// <summary>A budget that held something up.</summary>
/// <param name="BlockedSeconds">Time during which at least one wanted eviction was refused or held back by it.</param>
/// <param name="Nodes">The nodes that waited for it.</param>
public sealed record ForecastBudget(ObjectKey Key, double BlockedSeconds, ImmutableArray<string> Nodes);
