using System.Collections.Immutable;
using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Simulation.Worlds;

/// <summary>One client's connection to the simulated cluster: its own view, kept change by change as a watch cache would.</summary>
internal sealed class SimulatedConnection : IClusterConnection
{
    private readonly ClusterState _state;
    private readonly RecordStore _records;
    private readonly NodeUpdates _updates;
    private readonly EvictionApi _evictions;
    private readonly SortedSet<string> _nodes = new(StringComparer.Ordinal);
    private readonly SortedSet<ObjectKey> _pods = [];
    private readonly SortedSet<ObjectKey> _budgets = [];
    private ClusterView _view;

    public SimulatedConnection(ClusterState state, RecordStore records, NodeUpdates updates, EvictionApi evictions)
    {
        _state = state;
        _records = records;
        _updates = updates;
        _evictions = evictions;
        _view = ClusterView.Of(
            state.Nodes.Values.Select(n => n.Observe()), state.Pods.Values.Select(p => p.Observe()), state.Budgets.Values.Select(b => b.Observe()));
        state.NodeNews += name => _nodes.Add(name);
        state.PodNews += key => _pods.Add(key);
        state.BudgetNews += key => _budgets.Add(key);
    }

    public ValueTask<ClusterView> ObserveAsync(CancellationToken cancellation)
    {
        foreach (var name in _nodes)
        {
            _view = _view.Apply(_state.Nodes.TryGetValue(name, out var node) ? new ClusterChange.NodeSeen(node.Observe()) : new ClusterChange.NodeGone(name));
        }

        foreach (var key in _pods)
        {
            _view = _view.Apply(_state.Pods.TryGetValue(key, out var pod) ? new ClusterChange.PodSeen(pod.Observe()) : new ClusterChange.PodGone(key));
        }

        foreach (var key in _budgets)
        {
            _view = _view.Apply(_state.Budgets.TryGetValue(key, out var budget) ? new ClusterChange.BudgetSeen(budget.Observe()) : new ClusterChange.BudgetGone(key));
        }

        _nodes.Clear();
        _pods.Clear();
        _budgets.Clear();
        return ValueTask.FromResult(_view);
    }

    public ValueTask<ImmutableSortedDictionary<string, StoredRecord>> ReadRecordsAsync(CancellationToken cancellation) => ValueTask.FromResult(_records.All);

    public ValueTask<WriteResult> WriteRecordAsync(RolloutRecord record, string? expectedVersion, CancellationToken cancellation) =>
        ValueTask.FromResult(_records.Write(record, expectedVersion));

    public ValueTask<PatchOutcome> UpdateNodeAsync(RolloutAction.UpdateNode action, CancellationToken cancellation) => ValueTask.FromResult(_updates.Apply(action));

    public ValueTask<EvictionOutcome> EvictAsync(RolloutAction.EvictPod action, CancellationToken cancellation) =>
        ValueTask.FromResult(_evictions.Evict(action.Pod, action.Uid));

    public ValueTask<EvictionOutcome> DeletePodAsync(RolloutAction.DeletePod action, CancellationToken cancellation) =>
        ValueTask.FromResult(_evictions.Delete(action.Pod, action.Uid));

    public ValueTask<ClusterLease?> HoldLeaseAsync(string holder, Duration length, CancellationToken cancellation) => ValueTask.FromResult(_records.Hold(holder, length));
}
