using System.Collections.Immutable;
using Imago.Application.Ports;
using Imago.Application.Reconciling;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Machines;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Faults.Tests.Planting;

/// <summary>A connection that behaves; planted bugs override the one call in which they do not.</summary>
internal abstract class WrappedConnection(IClusterConnection inner) : IClusterConnection
{
    protected IClusterConnection Inner { get; } = inner;

    public virtual ValueTask<ClusterView> ObserveAsync(CancellationToken cancellation) => Inner.ObserveAsync(cancellation);

    public virtual ValueTask<ImmutableSortedDictionary<string, StoredRecord>> ReadRecordsAsync(CancellationToken cancellation) => Inner.ReadRecordsAsync(cancellation);

    public virtual ValueTask<WriteResult> WriteRecordAsync(RolloutRecord record, string? expectedVersion, CancellationToken cancellation) =>
        Inner.WriteRecordAsync(record, expectedVersion, cancellation);

    public virtual ValueTask<PatchOutcome> UpdateNodeAsync(RolloutAction.UpdateNode action, CancellationToken cancellation) => Inner.UpdateNodeAsync(action, cancellation);

    public virtual ValueTask<EvictionOutcome> EvictAsync(RolloutAction.EvictPod action, CancellationToken cancellation) => Inner.EvictAsync(action, cancellation);

    public virtual ValueTask<EvictionOutcome> DeletePodAsync(RolloutAction.DeletePod action, CancellationToken cancellation) => Inner.DeletePodAsync(action, cancellation);

    public virtual ValueTask<ClusterLease?> HoldLeaseAsync(string holder, Duration length, CancellationToken cancellation) => Inner.HoldLeaseAsync(holder, length, cancellation);
}

/// <summary>A provider that behaves.</summary>
internal abstract class WrappedProvider(INodeProvider inner) : INodeProvider
{
    protected INodeProvider Inner { get; } = inner;

    public virtual ValueTask<ProviderOperation> BeginAsync(ProviderRequest request, CancellationToken cancellation) => Inner.BeginAsync(request, cancellation);

    public virtual ValueTask<ProviderOperation?> FindAsync(string operationId, CancellationToken cancellation) => Inner.FindAsync(operationId, cancellation);
}

/// <summary>The planners between two rewritings: of what they are asked, and of what they answer.</summary>
internal sealed class WrappedDecider(IDecider inner) : IDecider
{
    public Func<ClusterInput, ClusterInput> Input { get; init; } = input => input;

    public Func<ClusterInput, RolloutRecord, RolloutRecord> Record { get; init; } = (_, record) => record;

    public Func<ClusterInput, ClusterPlan, ClusterPlan> Cluster { get; init; } = (_, plan) => plan;

    public Func<ClusterInput, RolloutRecord, RolloutPlan, RolloutPlan> Rollout { get; init; } = (_, _, plan) => plan;

    public Func<ClusterInput, MachineCarePlan, MachineCarePlan> Machines { get; init; } = (_, plan) => plan;

    public MachineCarePlan Care(ClusterInput input) => Machines(input, inner.Care(Input(input)));

    public ClusterPlan Decide(ClusterInput input) => Cluster(input, inner.Decide(Input(input)));

    public RolloutPlan Decide(ClusterInput input, PoolSpec pool, RolloutRecord record)
    {
        var asked = Input(input);
        var doctored = Record(asked, record);
        var spec = asked.Spec.Pools.FirstOrDefault(p => string.Equals(p.Name, pool.Name, StringComparison.Ordinal)) ?? pool;
        return Rollout(input, doctored, inner.Decide(asked, spec, doctored));
    }
}
