using System.Collections.Immutable;
using Imago.Application.Reconciling;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;
using Imago.Simulation.Runs;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Simulation.Forecasts;

/// <summary>
/// Forecasts: the production reconciler, run in the simulated world on virtual time. It knows nothing that an automatic run would not know; if a forecast and
/// the real run differ, the worlds differed.
/// </summary>
public static class Forecaster
{
    /// <summary>Runs until the horizon.</summary>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static Forecast Run(ForecastRequest request, CancellationToken cancellation = default)
    {
        var catalog = KnownAt(request.Catalog, request.From);
        var ledger = new RunLedger(request.Blueprint, request.Trace);
        var world = new SimulatedWorld(request.Blueprint, request.World, request.Seed, request.From, ledger);
        var start = world.Look();
        var windows = new WindowBell(world, request.Spec.Window?.Times, ledger);
        var watch = new BudgetWatch();
        var options = new ReconcilerOptions { Holder = "forecast" };
        var reconciler = new ClusterReconciler(world.Connect(), world.Provider, world.Clock, options, watch);
        var host = new ReconcilerHost(world, reconciler, () => request.Spec, () => catalog, options.ChangeCoalescing);
        host.Start();
        var end = request.From + request.Horizon;
        while (world.Time.Step(end))
        {
            if ((world.Time.Happened & 0xFFF) == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                request.Progress?.Invoke(world.Time.Now);
            }
        }

        host.Stop();
        var explanations = FirstPass.Explain(world, request.Spec, catalog);
        var nodes = Nodes(request, ledger, explanations, world.Records.ToDictionary(r => r.Pool, r => r.Target.Name, StringComparer.Ordinal));
        var budgets = watch.Until(end).ToImmutableArray();
        return new Forecast(Summary(request, ledger, start, nodes, windows), windows.Rung(nodes), nodes, budgets, Assumptions.Of(request));
    }

    /// <summary>The catalogue as it was known at an instant: releases and withdrawals that came later are left out.</summary>
    public static ReleaseCatalog KnownAt(ReleaseCatalog catalog, Instant at) => ReleaseCatalog.Of(
        catalog.Families.SelectMany(f => catalog.ImagesOf(f)).Where(r => r.PublishedAt <= at).Select(r => r.WithdrawnAt > at ? r with { WithdrawnAt = null } : r),
        catalog.Tracks.SelectMany(t => catalog.PatchesOf(t)).Where(r => r.PublishedAt <= at));

    private static ImmutableArray<ForecastNode> Nodes(
        ForecastRequest request, RunLedger ledger, ImmutableSortedDictionary<string, NodeExplanation> explanations, Dictionary<string, string> targets)
    {
        var nodes = ImmutableArray.CreateBuilder<ForecastNode>();
        foreach (var node in request.Blueprint.Nodes.OrderBy(n => n.Name, StringComparer.Ordinal))
        {
            var history = ledger.Nodes[node.Name];
            var explained = explanations.GetValueOrDefault(node.Name);
            if (explained is null && !node.Managed)
            {
                // Nobody upgrades it: a guest of a simulated cluster, or a node of the control plane. It only holds pods.
                continue;
            }

            var status = explained switch
            {
                { Status: NodeStatus.Current } when history.Result == NodeResult.Upgraded => NodeStatus.Upgraded,
                { Status: var known } => known,

                // The node is not in the cluster: it is being reimaged, or its reimage did not bring it back.
                null => history is { StartedAt: not null, FinishedAt: null } ? NodeStatus.Pending : NodeStatus.Failed,
            };
            nodes.Add(new ForecastNode(
                node.Name, node.Pool, node.Zone, node.Image, explained is null ? targets.GetValueOrDefault(node.Pool) : explained.Target, status, history.StartedAt, history.FinishedAt, history.Window, history.Evictions,
                explained?.Reasons ?? [WhyAbsent(node.Name, status)]));
        }

        return nodes.ToImmutable();
    }

    private static Reason WhyAbsent(string node, NodeStatus status) => status == NodeStatus.Pending
        ? new Reason(ReasonCode.InProgress, "It is being reimaged when the forecast ends.", Event: "the step ends")
        : new Reason(ReasonCode.NotReadyAfterUpgrade, $"Node '{node}' did not come back after its reimage. Look at the machine.");

    private static ForecastSummary Summary(
        ForecastRequest request, RunLedger ledger, ClusterView start, ImmutableArray<ForecastNode> nodes, WindowBell windows)
    {
        int Count(NodeStatus status) => nodes.Count(n => n.Status == status);
        var upgraded = nodes.Where(n => n.Status == NodeStatus.Upgraded).ToList();
        var pods = upgraded.Select(n => n.Pool).Distinct(StringComparer.Ordinal)
            .SelectMany(p => start.NodesOf(p).Keys).Sum(n => start.PodsOn(n).Count(e => e.Pod.LeavesOnDrain));
        return new ForecastSummary
        {
            Nodes = nodes.Length,
            Upgraded = upgraded.Count,
            Current = Count(NodeStatus.Current),
            Pending = Count(NodeStatus.Pending),
            Blocked = Count(NodeStatus.Blocked),
            Failed = Count(NodeStatus.Failed),
            NotSupported = Count(NodeStatus.NotSupported),
            FinishedAt = Count(NodeStatus.Pending) > 0 || upgraded.Count == 0 ? null : upgraded.Max(n => n.FinishedAt),
            Evictions = ledger.Evictions,
            EvictionsPerPod = pods == 0 ? 0 : Math.Round((double)ledger.Evictions / pods, 4),
            PeakNodes = ledger.PeakNodes,
            MaxUnavailableSeen = ledger.MaxUnavailableSeen,
            MakespanSeconds = Math.Round(Makespan(ledger, upgraded, windows).TotalSeconds, 3),
            LowerBoundSeconds = Math.Round(LowerBound.Of(request, ledger, start).TotalSeconds, 3),
            WindowsUsed = nodes.Where(n => n.Window is not null).Select(n => n.Window).Distinct().Count(),
        };
    }

    private static Duration Makespan(RunLedger ledger, List<ForecastNode> upgraded, WindowBell windows)
    {
        if (upgraded.Count == 0)
        {
            return Duration.Zero;
        }

        var whole = new Interval(upgraded.Min(n => n.StartedAt!.Value), upgraded.Max(n => n.FinishedAt!.Value));
        return windows.AlwaysOpen ? whole.Duration : Union.LengthWithin(whole, ledger.Flights.Concat(windows.Open));
    }
}
