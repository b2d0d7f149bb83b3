using Imago.Application.Attachments;
using Imago.Application.Engine;
using Imago.Application.Ports;
using Imago.Application.Storage;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Kubernetes.Clusters;
using Imago.Kubernetes.Providers;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using Xunit;

namespace Imago.Kubernetes.Tests.Clusters.Kit;

/// <summary>A host of attached clusters with one cluster, which is a <see cref="MiniApi"/>.</summary>
internal sealed class AttachedBench : IAttachments, IAsyncDisposable
{
    public const string Key = "/subscriptions/s/resourcegroups/g/providers/microsoft.containerservice/managedclusters/c";

    private int _happened;
    private int _nodesChanged;

    private AttachedBench(MiniApi api, AttachedClusterOptions? options)
    {
        Api = api;
        Attachment = new Attachment(Key, "", null, [], null);
        Host = new AttachedClusterHost(
            this, _ => api.Connect(Clock), new NodeProviders(Clock), _ => Interlocked.Increment(ref _happened), Clock, options ?? new(), NullLogger<AttachedClusterHost>.Instance)
        {
            NodesChanged = _ => Interlocked.Increment(ref _nodesChanged),
        };
    }

    public MiniApi Api { get; }

    public JumpingClock Clock { get; } = new();

    public AttachedClusterHost Host { get; }

    public Attachment? Attachment { get; set; }

    /// <summary>Lets agents on the nodes be the provider.</summary>
    public AttachedBench InPlace()
    {
        Attachment = Attachment! with { Provider = new ProviderAccess(ProviderKinds.InPlace, null, null, null) };
        return this;
    }

    /// <summary>How often the engine was told that something has happened.</summary>
    public int Happened => Volatile.Read(ref _happened);

    /// <summary>How often it was told that the cluster has other nodes.</summary>
    public int NodesChanged => Volatile.Read(ref _nodesChanged);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<AttachedBench> StartAsync(AttachedClusterOptions? options = null) => new(await MiniApi.StartAsync(), options);

    public ValueTask<Attachment?> FindAsync(string clusterKey, CancellationToken cancellation) => ValueTask.FromResult(Attachment is { } present ? present with { ClusterKey = clusterKey } : null);

    public async ValueTask<IHostedCluster> OpenAsync(string key = Key) => await Host.OpenAsync(key, new StoredLease(key, "h", 1, Instant.MaxValue), Cancellation);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Api.DisposeAsync();
    }

    /// <summary>Looks until what is seen is as it should be, as passes do.</summary>
    public static async Task<ClusterView> SeesAsync(IClusterConnection connection, Func<ClusterView, bool> isSo, int seconds = 5)
    {
        for (var i = 0; ; i++)
        {
            var view = await connection.ObserveAsync(Cancellation);
            if (isSo(view) || i == seconds * 100)
            {
                return isSo(view) ? view : throw new InvalidOperationException("It was never seen.");
            }

            await Task.Delay(10, Cancellation);
        }
    }

    /// <summary>Looks until it can be looked at again.</summary>
    public static async Task SeesAgainAsync(IClusterConnection connection)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                await connection.ObserveAsync(Cancellation);
                return;
            }
            catch (ConnectionException) when (i < 1000)
            {
                await Task.Delay(10, Cancellation);
            }
        }
    }

    /// <summary>Another server with the same cluster, and nothing in memory.</summary>
    public sealed class Second(AttachedBench first) : IAsyncDisposable
    {
        private readonly AttachedClusterHost _host = new(first, first.Api.Connect, new NodeProviders(new WallClock()), _ => { }, new WallClock(), new(), NullLogger<AttachedClusterHost>.Instance);

        public async ValueTask<IHostedCluster> OpenAsync() => await _host.OpenAsync(Key, new StoredLease(Key, "other", 2, Instant.MaxValue), Cancellation);

        public ValueTask DisposeAsync() => _host.DisposeAsync();
    }

    public static RolloutAction.UpdateNode Update(ClusterView view, string node, NodeUpdate update) => new(node, view.Nodes[node].ResourceVersion, update);
}
