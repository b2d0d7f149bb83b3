using System.Collections.Immutable;
using Imago.Application.Engine;
using Imago.Application.Ports;
using Imago.Application.Storage;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Events;
using Imago.Domain.Rollouts.Records;
using Imago.Simulation.Serving.Journal;
using Imago.Simulation.Serving.Pools;
using NodaTime;

namespace Imago.Simulation.Serving;

/// <summary>A served cluster as one pass of the engine has it: the ports, each call of which is stored before it is acknowledged.</summary>
internal sealed class HostedWorld(ServedCluster cluster, SimulatedClusterHost host) : IHostedCluster, IClusterConnection, INodeProvider
{
    private bool _closed;

    /// <summary>The cluster itself.</summary>
    internal ServedCluster Cluster => cluster;

    public IClusterConnection Connection => this;

    public INodeProvider Provider => this;

    public Instant? NextHappening => cluster.NextHappening;

    public ValueTask<bool> AdvanceAsync(CancellationToken cancellation) => Translated(() => cluster.AdvanceAsync(cancellation));

    public ValueTask<ShapeProgress> ShapeAsync(ClusterShape shape, CancellationToken cancellation) =>
        Translated(() => cluster.ShapeAsync(ShapeOrder.Of(shape), (at, c) => host.BeginningAsync(cluster.Key, at, c), cancellation));

    public ValueTask<ClusterView> ObserveAsync(CancellationToken cancellation) =>
        Translated(() => cluster.AskAsync(world => world?.View() ?? ServedCluster.EmptyView, cancellation));

    public ValueTask<ImmutableSortedDictionary<string, StoredRecord>> ReadRecordsAsync(CancellationToken cancellation) => Translated(() => cluster.AskAsync(
        world => world?.World.RecordStore.All ?? ImmutableSortedDictionary.Create<string, StoredRecord>(StringComparer.Ordinal), cancellation));

    public async ValueTask<WriteResult> WriteRecordAsync(RolloutRecord record, string? expectedVersion, CancellationToken cancellation)
    {
        try
        {
            return (WriteResult)(await cluster.CallAsync(world => world.Writing(record, expectedVersion), cancellation))!;
        }
        catch (SupersededException)
        {
            return new WriteResult(null);
        }
    }

    public async ValueTask<PatchOutcome> UpdateNodeAsync(RolloutAction.UpdateNode action, CancellationToken cancellation) =>
        (PatchOutcome)(await CallAsync(new WorldCall.NodeUpdated(action.Node, action.ResourceVersion, action.Update), cancellation))!;

    public async ValueTask<EvictionOutcome> EvictAsync(RolloutAction.EvictPod action, CancellationToken cancellation) =>
        (EvictionOutcome)(await CallAsync(new WorldCall.Evicted(action.Pod, action.Uid), cancellation))!;

    public async ValueTask<EvictionOutcome> DeletePodAsync(RolloutAction.DeletePod action, CancellationToken cancellation) =>
        (EvictionOutcome)(await CallAsync(new WorldCall.Deleted(action.Pod, action.Uid), cancellation))!;

    /// <summary>The lease is the store's; its holder is the one under which the cluster was opened.</summary>
    public ValueTask<ClusterLease?> HoldLeaseAsync(string holder, Duration length, CancellationToken cancellation) =>
        Translated(() => cluster.HoldAsync(length, cancellation));

    public async ValueTask<ProviderOperation> BeginAsync(ProviderRequest request, CancellationToken cancellation)
    {
        try
        {
            return (ProviderOperation)(await cluster.CallAsync(_ => new WorldCall.Asked(request), cancellation))!;
        }
        catch (SupersededException problem)
        {
            return new ProviderOperation(request.OperationId, OperationState.Failed, null, ProviderCodes.StaleEpoch, problem.Message);
        }
    }

    public ValueTask<ProviderOperation?> FindAsync(string operationId, CancellationToken cancellation) =>
        Translated(() => cluster.AskAsync(world => world?.World.Provider.Operations.GetValueOrDefault(operationId), cancellation));

    /// <summary>People look at served clusters with kubectl.</summary>
    public bool Tells => true;

    /// <summary>UP-130…UP-136: kept where <c>kubectl get events</c> finds them. It is a story: one that cannot be told is not worth a failed pass.</summary>
    public async ValueTask TellAsync(ImmutableArray<ClusterEvent> events, CancellationToken cancellation)
    {
        if (!events.IsEmpty)
        {
            await CallAsync(new WorldCall.Told(events), cancellation);
        }
    }

    public ValueTask DisposeAsync() => _closed ? ValueTask.CompletedTask : CloseAsync();

    private ValueTask CloseAsync()
    {
        _closed = true;
        return host.CloseAsync(cluster);
    }

    private ValueTask<object?> CallAsync(WorldCall call, CancellationToken cancellation) => Translated(() => cluster.CallAsync(_ => call, cancellation));

    private static async ValueTask<T> Translated<T>(Func<ValueTask<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception problem) when (problem is SupersededException or StoreUnavailableException)
        {
            throw new ConnectionException(problem.Message, problem);
        }
    }
}
