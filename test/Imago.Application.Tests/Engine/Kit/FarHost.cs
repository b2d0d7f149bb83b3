using System.Collections.Immutable;
using Imago.Application.Attachments;
using Imago.Application.Engine;
using Imago.Application.Ports;
using Imago.Application.Storage;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Simulation.Serving;
using NodaTime;

namespace Imago.Application.Tests.Engine.Kit;

/// <summary>A cluster of somebody else, over a network that fails when a test says so. Forgetting removes nothing but what is ours.</summary>
internal sealed class FarHost(SimulatedClusterHost near, Installation world) : IClusterHost
{
    /// <summary>Why nobody answers; null: all is well.</summary>
    public string? Down { get; set; }

    /// <summary>What the node provider says it has room for; throws where it does not answer.</summary>
    public Func<ProviderLimits?> Limits { get; set; } = () => null;

    /// <summary>How often it was tried.</summary>
    public int Tries { get; private set; }

    /// <summary>What was observed last.</summary>
    public ClusterView Seen { get; private set; } = ClusterView.Empty;

    /// <summary>The cluster as it was each time that we let go of it.</summary>
    public List<ClusterPicture> Forgotten { get; } = [];

    public async ValueTask<IHostedCluster> OpenAsync(string clusterKey, StoredLease lease, CancellationToken cancellation)
    {
        Tries++;
        Reach();
        return new Far(this, await near.OpenAsync(clusterKey, lease, cancellation));
    }

    public async ValueTask ForgetAsync(string clusterKey, CancellationToken cancellation)
    {
        Reach();
        Forgotten.Add((await near.LookAsync(clusterKey, cancellation))!);
    }

    private void Reach()
    {
        if (Down is { } why)
        {
            throw new ConnectionException($"{why} (at {world.Clock.Now})");
        }
    }

    private sealed class Far(FarHost host, IHostedCluster near) : IHostedCluster, IClusterConnection, INodeProvider
    {
        public IClusterConnection Connection => this;

        public INodeProvider Provider => this;

        public Instant? NextHappening => near.NextHappening;

        public ValueTask<bool> AdvanceAsync(CancellationToken cancellation) => near.AdvanceAsync(cancellation);

        public ValueTask<ShapeProgress> ShapeAsync(ClusterShape shape, CancellationToken cancellation) => throw new InvalidOperationException("Nobody shapes a cluster that is not ours.");

        public ValueTask DisposeAsync() => near.DisposeAsync();

        public async ValueTask<ClusterView> ObserveAsync(CancellationToken cancellation) => host.Seen = await Through().ObserveAsync(cancellation);

        public ValueTask<ImmutableSortedDictionary<string, StoredRecord>> ReadRecordsAsync(CancellationToken cancellation) => Through().ReadRecordsAsync(cancellation);

        public ValueTask<WriteResult> WriteRecordAsync(RolloutRecord record, string? expectedVersion, CancellationToken cancellation) => Through().WriteRecordAsync(record, expectedVersion, cancellation);

        public ValueTask<PatchOutcome> UpdateNodeAsync(RolloutAction.UpdateNode action, CancellationToken cancellation) => Through().UpdateNodeAsync(action, cancellation);

        public ValueTask<EvictionOutcome> EvictAsync(RolloutAction.EvictPod action, CancellationToken cancellation) => Through().EvictAsync(action, cancellation);

        public ValueTask<EvictionOutcome> DeletePodAsync(RolloutAction.DeletePod action, CancellationToken cancellation) => Through().DeletePodAsync(action, cancellation);

        public ValueTask<ClusterLease?> HoldLeaseAsync(string holder, Duration length, CancellationToken cancellation) => Through().HoldLeaseAsync(holder, length, cancellation);

        public ValueTask<ProviderOperation> BeginAsync(ProviderRequest request, CancellationToken cancellation) => near.Provider.BeginAsync(request, cancellation);

        public ValueTask<ProviderOperation?> FindAsync(string operationId, CancellationToken cancellation) => near.Provider.FindAsync(operationId, cancellation);

        public ValueTask<ProviderLimits?> LimitsAsync(CancellationToken cancellation) => ValueTask.FromResult(host.Limits());

        private IClusterConnection Through()
        {
            host.Reach();
            return near.Connection;
        }
    }
}
