using System.Collections.Immutable;
using Imago.Application.Engine;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;
using Imago.Persistence;
using Imago.Persistence.Stores;
using Imago.ReferenceProvider;
using Imago.Simulation.Serving;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using Shouldly;

namespace Imago.Kubernetes.Tests.Providers.Kit;

/// <summary>A process that serves one simulated cluster of three nodes and its infrastructure, from a database; it can be left and started again.</summary>
internal sealed class HostedCluster : IAsyncDisposable
{
    private const string Holder = "replica-1";

    private static readonly Duration Lease = Duration.FromMinutes(1);

    private readonly RelationalStore _store;
    private readonly SimulatedClusterHost _host;
    private readonly Process _process;

    private HostedCluster(RelationalStore store, SimulatedClusterHost host, Process process, Served served) => (_store, _host, _process, Served) = (store, host, process, served);

    public Served Served { get; }

    public static async Task<HostedCluster> StartAsync(Process process)
    {
        var store = await StoreFactory.OpenAsync(new StoreOptions { DataFile = Path.Join(process.Folder, "imago.db") }, process.Clock, NullLoggerFactory.Instance, default);
        var host = new SimulatedClusterHost(store, process.Clock, new ServedClusterOptions());
        var world = new HostedWorld(host, store, Served.Cluster, Holder, Lease, process.Clock);
        return new HostedCluster(store, host, process, await Served.StartAsync(world, clock: process.Clock, ledger: Path.Join(process.Folder, "provider.jsonl")));
    }

    public async Task<ClusterView> LookAsync() => (await _host.LookAsync(Served.Cluster, default)).ShouldNotBeNull().View;

    /// <summary>What the engine of the process does: passes that shape, until nothing is under way.</summary>
    public async Task SettleAsync()
    {
        var family = NodeImage.Parse(SocketRun.Old).Family;
        var intent = new PoolIntent(new PoolSpec { Name = "apps", Mode = PoolMode.System, Family = family }, 3, [], ImmutableSortedDictionary<string, string>.Empty, [], "Ubuntu", "Standard_D4ds_v5");
        var shape = new ClusterShape([new PoolShape("apps", 3, SocketRun.Old, "1.35.0", intent)], Running: true);
        for (var passes = 0; passes < 1000; passes++)
        {
            var lease = (await _store.HoldLeaseAsync(Served.Cluster, Holder, _process.Now, Lease, default)).ShouldNotBeNull();
            await using var cluster = await _host.OpenAsync(Served.Cluster, lease, default);
            await cluster.AdvanceAsync(default);
            await cluster.ShapeAsync(shape, default);
            if (cluster.NextHappening is not { } next)
            {
                return;
            }

            _process.Now = next;
        }

        throw new InvalidOperationException("The cluster does not come to rest.");
    }

    public async ValueTask DisposeAsync()
    {
        await Served.DisposeAsync();
        await _store.DisposeAsync();
    }

    /// <summary>What outlives the process: its folder and the time.</summary>
    internal sealed class Process : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imago-test-");

        public Process() => Clock = new WorldClock(() => Now);

        public string Folder => _folder.FullName;

        public Instant Now { get; set; } = Served.Now;

        public TimeProvider Clock { get; }

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
