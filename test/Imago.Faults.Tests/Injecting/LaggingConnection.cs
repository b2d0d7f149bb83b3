using System.Collections.Immutable;
using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Faults.Tests.Checking;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Faults.Tests.Injecting;

/// <summary>A connection whose watch lags behind: what it shows was true a while ago, all of it at the same moment. Everything else is fresh.</summary>
internal sealed class LaggingConnection : IClusterConnection
{
    private readonly IClusterConnection _inner;
    private readonly SimulatedWorld _world;
    private readonly Duration _lag;
    private readonly Action _arrived;
    private ClusterView _view;
    private bool _refreshPlanned;

    public LaggingConnection(IClusterConnection inner, SimulatedWorld world, Duration lag, Action arrived)
    {
        (_inner, _world, _lag, _arrived) = (inner, world, lag, arrived);
        _view = world.Look();
        world.Changed += OnChanged;
    }

    public ValueTask<ClusterView> ObserveAsync(CancellationToken cancellation) => ValueTask.FromResult(_view);

    public ValueTask<ImmutableSortedDictionary<string, StoredRecord>> ReadRecordsAsync(CancellationToken cancellation) => _inner.ReadRecordsAsync(cancellation);

    public ValueTask<WriteResult> WriteRecordAsync(RolloutRecord record, string? expectedVersion, CancellationToken cancellation) =>
        _inner.WriteRecordAsync(record, expectedVersion, cancellation);

    public ValueTask<PatchOutcome> UpdateNodeAsync(RolloutAction.UpdateNode action, CancellationToken cancellation) => _inner.UpdateNodeAsync(action, cancellation);

    public ValueTask<EvictionOutcome> EvictAsync(RolloutAction.EvictPod action, CancellationToken cancellation) => _inner.EvictAsync(action, cancellation);

    public ValueTask<EvictionOutcome> DeletePodAsync(RolloutAction.DeletePod action, CancellationToken cancellation) => _inner.DeletePodAsync(action, cancellation);

    public ValueTask<ClusterLease?> HoldLeaseAsync(string holder, Duration length, CancellationToken cancellation) => _inner.HoldLeaseAsync(holder, length, cancellation);

    private void OnChanged()
    {
        if (!_refreshPlanned)
        {
            _refreshPlanned = true;
            _world.Time.After(_lag, Refresh);
        }
    }

    private void Refresh()
    {
        _refreshPlanned = false;
        _view = Truth.Immediate(_inner.ObserveAsync(CancellationToken.None));
        _arrived();
    }
}
