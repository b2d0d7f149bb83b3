using System.Collections.Immutable;
using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Faults.Tests.Checking;

/// <summary>The innermost connection: tells the checker of everything that takes effect, whatever the caller hears of it.</summary>
internal sealed class RecordingConnection(IClusterConnection inner, Checker checker, string process) : IClusterConnection
{
    public ValueTask<ClusterView> ObserveAsync(CancellationToken cancellation) => inner.ObserveAsync(cancellation);

    public ValueTask<ImmutableSortedDictionary<string, StoredRecord>> ReadRecordsAsync(CancellationToken cancellation) => inner.ReadRecordsAsync(cancellation);

    public async ValueTask<WriteResult> WriteRecordAsync(RolloutRecord record, string? expectedVersion, CancellationToken cancellation)
    {
        var before = (await inner.ReadRecordsAsync(cancellation)).GetValueOrDefault(record.Pool)?.Record;
        var result = await inner.WriteRecordAsync(record, expectedVersion, cancellation);
        if (result.Stored is not null)
        {
            checker.Stored(process, before, record);
        }

        return result;
    }

    public async ValueTask<PatchOutcome> UpdateNodeAsync(RolloutAction.UpdateNode action, CancellationToken cancellation)
    {
        var node = checker.Fresh().Nodes.GetValueOrDefault(action.Node);
        var outcome = await inner.UpdateNodeAsync(action, cancellation);
        if (outcome == PatchOutcome.Patched)
        {
            checker.Updated(node!, action.Update);
        }

        return outcome;
    }

    public async ValueTask<EvictionOutcome> EvictAsync(RolloutAction.EvictPod action, CancellationToken cancellation)
    {
        var pod = checker.Fresh().Pods.GetValueOrDefault(action.Pod);
        var outcome = await inner.EvictAsync(action, cancellation);
        if (outcome.Status == EvictionStatus.Evicted)
        {
            checker.Left(pod!, deleted: false);
        }

        return outcome;
    }

    public async ValueTask<EvictionOutcome> DeletePodAsync(RolloutAction.DeletePod action, CancellationToken cancellation)
    {
        var pod = checker.Fresh().Pods.GetValueOrDefault(action.Pod);
        var outcome = await inner.DeletePodAsync(action, cancellation);
        if (outcome.Status == EvictionStatus.Evicted)
        {
            checker.Left(pod!, deleted: true);
        }

        return outcome;
    }

    public async ValueTask<ClusterLease?> HoldLeaseAsync(string holder, Duration length, CancellationToken cancellation)
    {
        var lease = await inner.HoldLeaseAsync(holder, length, cancellation);
        checker.Granted(lease);
        return lease;
    }
}

/// <summary>The innermost provider: tells the checker of every operation that really begins.</summary>
internal sealed class RecordingProvider(INodeProvider inner, Checker checker, string process) : INodeProvider
{
    public async ValueTask<ProviderOperation> BeginAsync(ProviderRequest request, CancellationToken cancellation)
    {
        var known = await inner.FindAsync(request.OperationId, cancellation) is not null;
        checker.Stepped();
        var operation = await inner.BeginAsync(request, cancellation);
        if (!known && await inner.FindAsync(request.OperationId, cancellation) is not null)
        {
            checker.Begun(process, request);
        }

        return operation;
    }

    public ValueTask<ProviderOperation?> FindAsync(string operationId, CancellationToken cancellation) => inner.FindAsync(operationId, cancellation);
}
