using System.Collections.Immutable;
using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Faults.Tests.Injecting;

/// <summary>A connection over an unreliable network.</summary>
internal sealed class FaultyConnection(IClusterConnection inner, CallFaults faults) : IClusterConnection
{
    public ValueTask<ClusterView> ObserveAsync(CancellationToken cancellation) => faults.Through(() => inner.ObserveAsync(cancellation));

    public ValueTask<ImmutableSortedDictionary<string, StoredRecord>> ReadRecordsAsync(CancellationToken cancellation) =>
        faults.Through(() => inner.ReadRecordsAsync(cancellation));

    public ValueTask<WriteResult> WriteRecordAsync(RolloutRecord record, string? expectedVersion, CancellationToken cancellation) =>
        faults.Through(() => inner.WriteRecordAsync(record, expectedVersion, cancellation));

    public ValueTask<PatchOutcome> UpdateNodeAsync(RolloutAction.UpdateNode action, CancellationToken cancellation) =>
        faults.Through(() => inner.UpdateNodeAsync(action, cancellation));

    public ValueTask<EvictionOutcome> EvictAsync(RolloutAction.EvictPod action, CancellationToken cancellation) =>
        faults.Through(() => inner.EvictAsync(action, cancellation));

    public ValueTask<EvictionOutcome> DeletePodAsync(RolloutAction.DeletePod action, CancellationToken cancellation) =>
        faults.Through(() => inner.DeletePodAsync(action, cancellation));

    public ValueTask<ClusterLease?> HoldLeaseAsync(string holder, Duration length, CancellationToken cancellation) =>
        faults.Through(() => inner.HoldLeaseAsync(holder, length, cancellation));
}

/// <summary>A provider over an unreliable network.</summary>
internal sealed class FaultyProvider(INodeProvider inner, CallFaults faults) : INodeProvider
{
    public ValueTask<ProviderOperation> BeginAsync(ProviderRequest request, CancellationToken cancellation) =>
        faults.Through(() => inner.BeginAsync(request, cancellation));

    public ValueTask<ProviderOperation?> FindAsync(string operationId, CancellationToken cancellation) =>
        faults.Through(() => inner.FindAsync(operationId, cancellation));
}
