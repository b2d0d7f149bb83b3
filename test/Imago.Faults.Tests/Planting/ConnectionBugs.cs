using System.Collections.Immutable;
using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Faults.Tests.Checking;
using Imago.Simulation.Blueprints;
using NodaTime;

namespace Imago.Faults.Tests.Planting;

/// <summary>Budgets allow one disruption more than they say, and the API goes by that.</summary>
internal sealed class BudgetOffByOne : PlantedBug
{
    public override ClusterBlueprint Around(ClusterBlueprint blueprint) => blueprint with
    {
        Budgets = [.. blueprint.Budgets.Select(b => b with { MaxUnavailable = OneMore(b.MaxUnavailable, 1), MinAvailable = OneMore(b.MinAvailable, -1) })],
    };

    private static IntOrPercent? OneMore(IntOrPercent? value, int change) =>
        value is { IsPercent: false } count ? IntOrPercent.Of(Math.Max(0, count.Value + change)) : value;
}

/// <summary>Every machine that is made comes with the next Kubernetes version, and the pool's first node has it already.</summary>
internal sealed class KubeletMovesAlong : PlantedBug
{
    public override ClusterBlueprint Around(ClusterBlueprint blueprint) => blueprint with
    {
        Nodes = [.. blueprint.Nodes.GroupBy(n => n.Pool, StringComparer.Ordinal).SelectMany(p => p.Select((n, i) => i == 0 ? n with { KubeletVersion = "v1.99.0" } : n))],
    };
}

/// <summary>Pods are deleted instead of evicted.</summary>
internal sealed class DeletedNotEvicted : PlantedBug
{
    public override IClusterConnection Around(IClusterConnection connection, Truth truth) => new Connection(connection);

    private sealed class Connection(IClusterConnection inner) : WrappedConnection(inner)
    {
        public override ValueTask<EvictionOutcome> EvictAsync(RolloutAction.EvictPod action, CancellationToken cancellation) =>
            Inner.DeletePodAsync(new RolloutAction.DeletePod(action.Pod, action.Uid, action.Node), cancellation);
    }
}

/// <summary>Pods that several budgets cover are deleted, because the API answers 500 to every eviction of theirs.</summary>
internal sealed class SeveralBudgetsIgnored : PlantedBug
{
    public override IClusterConnection Around(IClusterConnection connection, Truth truth) => new Connection(connection);

    private sealed class Connection(IClusterConnection inner) : WrappedConnection(inner)
    {
        public override async ValueTask<ClusterView> ObserveAsync(CancellationToken cancellation)
        {
            var view = await Inner.ObserveAsync(cancellation);
            var second = view.Pods.Values.Where(p => p.Budgets.Length > 1).SelectMany(p => p.Budgets.Skip(1)).Distinct();
            return second.Aggregate(view, (v, b) => v.Apply(new ClusterChange.BudgetGone(b)));
        }

        public override async ValueTask<EvictionOutcome> EvictAsync(RolloutAction.EvictPod action, CancellationToken cancellation)
        {
            var answer = await Inner.EvictAsync(action, cancellation);
            return answer.Status == EvictionStatus.SeveralBudgets
                ? await Inner.DeletePodAsync(new RolloutAction.DeletePod(action.Pod, action.Uid, action.Node), cancellation)
                : answer;
        }
    }
}

/// <summary>The mark comes off, the cordon stays.</summary>
internal sealed class UncordonLost : PlantedBug
{
    public override IClusterConnection Around(IClusterConnection connection, Truth truth) => new Connection(connection);

    private sealed class Connection(IClusterConnection inner) : WrappedConnection(inner)
    {
        public override ValueTask<PatchOutcome> UpdateNodeAsync(RolloutAction.UpdateNode action, CancellationToken cancellation) =>
            Inner.UpdateNodeAsync(action.Update.Unschedulable == false ? action with { Update = action.Update with { Unschedulable = null } } : action, cancellation);
    }
}

/// <summary>Whatever was before, a node is uncordoned when it is handed back.</summary>
internal sealed class ForeignCordonUndone : PlantedBug
{
    public override IClusterConnection Around(IClusterConnection connection, Truth truth) => new Connection(connection);

    private sealed class Connection(IClusterConnection inner) : WrappedConnection(inner)
    {
        public override ValueTask<PatchOutcome> UpdateNodeAsync(RolloutAction.UpdateNode action, CancellationToken cancellation) =>
            Inner.UpdateNodeAsync(action.Update.RemoveMark ? action with { Update = action.Update with { Unschedulable = false } } : action, cancellation);
    }
}

/// <summary>The steering taint is never taken off, and not seen to be still there.</summary>
internal sealed class SteeringTaintLeft : PlantedBug
{
    public override IClusterConnection Around(IClusterConnection connection, Truth truth) => new Connection(connection);

    private sealed class Connection(IClusterConnection inner) : WrappedConnection(inner)
    {
        private readonly HashSet<string> _forgotten = new(StringComparer.Ordinal);

        public override async ValueTask<ClusterView> ObserveAsync(CancellationToken cancellation)
        {
            var view = await Inner.ObserveAsync(cancellation);
            return _forgotten.Select(n => view.Nodes.GetValueOrDefault(n)).OfType<Node>().OrderBy(n => n.Name, StringComparer.Ordinal)
                .Aggregate(view, (v, n) => v.Apply(new ClusterChange.NodeSeen(n with { SteeredAway = false })));
        }

        public override ValueTask<PatchOutcome> UpdateNodeAsync(RolloutAction.UpdateNode action, CancellationToken cancellation)
        {
            if (action.Update.SteeredAway == false)
            {
                _forgotten.Add(action.Node);
                action = action with { Update = action.Update with { SteeredAway = null } };
            }

            return Inner.UpdateNodeAsync(action, cancellation);
        }
    }
}

/// <summary>Actions come first and the record after them: a crash in between loses what was done.</summary>
internal sealed class RecordWrittenLate : PlantedBug
{
    public override IClusterConnection Around(IClusterConnection connection, Truth truth) => new Connection(connection);

    private sealed class Connection(IClusterConnection inner) : WrappedConnection(inner)
    {
        private (RolloutRecord Record, string? Expected)? _owed;

        public override async ValueTask<ImmutableSortedDictionary<string, StoredRecord>> ReadRecordsAsync(CancellationToken cancellation)
        {
            if (_owed is { } owed)
            {
                _owed = null;
                await Inner.WriteRecordAsync(owed.Record, owed.Expected, cancellation);
            }

            return await Inner.ReadRecordsAsync(cancellation);
        }

        public override ValueTask<WriteResult> WriteRecordAsync(RolloutRecord record, string? expectedVersion, CancellationToken cancellation)
        {
            _owed = (record, expectedVersion);
            return ValueTask.FromResult(new WriteResult(new StoredRecord(record, "later")));
        }
    }
}

/// <summary>Evictions carry no UID: a pod that came back under its name is evicted from where it is now.</summary>
internal sealed class EvictionWithoutUid : PlantedBug
{
    public override IClusterConnection Around(IClusterConnection connection, Truth truth) => new Connection(connection, truth);

    private sealed class Connection(IClusterConnection inner, Truth truth) : WrappedConnection(inner)
    {
        public override ValueTask<EvictionOutcome> EvictAsync(RolloutAction.EvictPod action, CancellationToken cancellation) =>
            Inner.EvictAsync(truth.View.Pods.TryGetValue(action.Pod, out var now) ? action with { Uid = now.Pod.Uid } : action, cancellation);
    }
}

/// <summary>Whoever asks believes that the lease is theirs, with the highest epoch there is.</summary>
internal sealed class LeaseIgnored : PlantedBug
{
    public override IClusterConnection Around(IClusterConnection connection, Truth truth) => new Connection(connection, truth);

    private sealed class Connection(IClusterConnection inner, Truth truth) : WrappedConnection(inner)
    {
        public override async ValueTask<ClusterLease?> HoldLeaseAsync(string holder, Duration length, CancellationToken cancellation) =>
            await Inner.HoldLeaseAsync(holder, length, cancellation) ?? new ClusterLease(holder, truth.HighestEpoch, truth.Now + length);
    }
}
