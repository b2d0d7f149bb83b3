using System.Collections.Immutable;
using Imago.Application.Engine;
using Imago.Application.Ports;
using Imago.Application.Reconciling;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Serving;
using Imago.Simulation.Tests.Kit;
using Imago.Simulation.Tests.Serving.Kit;
using NodaTime;

namespace Imago.Simulation.Tests.Serving;

/// <summary>A rollout whose server is killed again and again goes as if nothing had happened.</summary>
public sealed class ReplayTests
{
    private static readonly ReleaseCatalog Catalog =
        ReleaseCatalog.Of([new ImageRelease(NodeImage.Parse(Blue.NewImage), Instant.FromUtc(2026, 8, 7, 0, 0))], []);

    [Fact]
    public async Task Rollout_Undisturbed_UpgradesEveryNodeAndReturnsTheSurge()
    {
        var (picture, server) = await RolloutAsync(killOften: 0, seed: 1, SampleWorkloads.Sample);

        picture.Records["nodepool1"].Record.Phase.ShouldBe(RolloutPhase.Succeeded);
        picture.View.Nodes.Count.ShouldBe(3);
        picture.View.Nodes.Values.ShouldAllBe(n => n.Image.Text == Blue.NewImage && n.Available && n.Mark == null);
        server.Host.InMemory.ShouldBe(0);
    }

    [Theory]
    [InlineData(1, SampleWorkloads.Sample)]
    [InlineData(2, SampleWorkloads.Sample)]
    [InlineData(3, SampleWorkloads.Shop)]
    [InlineData(4, SampleWorkloads.Shop)]
    [InlineData(5, SampleWorkloads.None)]
    public async Task Rollout_KilledAtRandomCalls_EndsAsIfNothingHadHappened(int seed, SampleWorkloads workloads)
    {
        var (calm, calmServer) = await RolloutAsync(killOften: 0, seed, workloads);
        var (killed, killedServer) = await RolloutAsync(killOften: 0.2, seed, workloads);

        killedServer.Clock.Now.ShouldBe(calmServer.Clock.Now);
        killed.View.Nodes.Values.Select(n => n.ToString()).ShouldBe(calm.View.Nodes.Values.Select(n => n.ToString()), ignoreOrder: true);
        killed.View.Pods.Values.Select(p => p.Pod.Uid).ShouldBe(calm.View.Pods.Values.Select(p => p.Pod.Uid), ignoreOrder: true);
        killedServer.Heard.Except(calmServer.Heard).ShouldBeEmpty();
        calmServer.Heard.Except(killedServer.Heard).ShouldBeEmpty();
        killedServer.Store.Snapshot(Server.Key)!.Content.ToArray().ShouldBe(calmServer.Store.Snapshot(Server.Key)!.Content.ToArray());
    }

    [Fact]
    public async Task Rollout_UnderWay_KeepsAJournalThatIsSmall()
    {
        var (_, server) = await RolloutAsync(killOften: 0, seed: 1, SampleWorkloads.Sample);

        // One entry for each call that did something: a few dozen per node.
        server.Store.Commits.ShouldBeLessThan(3 * 60);
    }

    private static async Task<(ClusterPicture Picture, Server Server)> RolloutAsync(double killOften, int seed, SampleWorkloads workloads)
    {
        var server = new Server(options: new ServedClusterOptions { Workloads = workloads });
        await server.SettleAsync(Shapes.Three);
        var spec = new ClusterSpec
        {
            Name = "c",
            Pools = [new PoolSpec { Name = "nodepool1", Mode = PoolMode.System, Family = new ImageFamily("AKSUbuntu-2204gen2containerd") }],
        };
        var killer = new Killer(server, killOften, new Seed((ulong)seed));
        var reconciler = new ClusterReconciler(killer, killer, server.Clock, new ReconcilerOptions { Holder = server.Holder }, NullObserver.Instance);
        var end = server.Clock.Now + Duration.FromHours(4);
        while (server.Clock.Now < end)
        {
            var now = server.Clock.Now;
            await killer.OpenAsync();
            await killer.Cluster.AdvanceAsync(Server.Cancellation);
            await killer.Cluster.ShapeAsync(Shapes.Three, Server.Cancellation);
            var wake = await reconciler.ReconcileAsync(spec, Catalog, Server.Cancellation);
            var next = Instant.Min(wake ?? Instant.MaxValue, killer.Cluster.NextHappening is { } happening ? Instant.Max(happening, now + Duration.FromSeconds(1)) : Instant.MaxValue);
            await killer.Cluster.DisposeAsync();
            if (next == Instant.MaxValue)
            {
                break;
            }

            server.Clock.Now = Instant.Max(next, now + Duration.FromMilliseconds(100));
        }

        return (await server.LookAsync(), server);
    }

    /// <summary>Before any call, the process may die and another one may open the cluster.</summary>
    private sealed class Killer(Server server, double often, Seed seed) : IClusterConnection, INodeProvider
    {
        private Seed _seed = seed;

        public IHostedCluster Cluster { get; private set; } = null!;

        public async Task OpenAsync() => Cluster = await server.OpenAsync();

        public async ValueTask<Domain.Clusters.ClusterView> ObserveAsync(CancellationToken cancellation) => await (await NextAsync()).Connection.ObserveAsync(cancellation);

        public async ValueTask<ImmutableSortedDictionary<string, StoredRecord>> ReadRecordsAsync(CancellationToken cancellation) => await (await NextAsync()).Connection.ReadRecordsAsync(cancellation);

        public async ValueTask<WriteResult> WriteRecordAsync(RolloutRecord record, string? expectedVersion, CancellationToken cancellation) =>
            await (await NextAsync()).Connection.WriteRecordAsync(record, expectedVersion, cancellation);

        public async ValueTask<PatchOutcome> UpdateNodeAsync(Domain.Rollouts.Actions.RolloutAction.UpdateNode action, CancellationToken cancellation) =>
            await (await NextAsync()).Connection.UpdateNodeAsync(action, cancellation);

        public async ValueTask<EvictionOutcome> EvictAsync(Domain.Rollouts.Actions.RolloutAction.EvictPod action, CancellationToken cancellation) =>
            await (await NextAsync()).Connection.EvictAsync(action, cancellation);

        public async ValueTask<EvictionOutcome> DeletePodAsync(Domain.Rollouts.Actions.RolloutAction.DeletePod action, CancellationToken cancellation) =>
            await (await NextAsync()).Connection.DeletePodAsync(action, cancellation);

        public async ValueTask<ClusterLease?> HoldLeaseAsync(string holder, Duration length, CancellationToken cancellation) =>
            await (await NextAsync()).Connection.HoldLeaseAsync(holder, length, cancellation);

        public async ValueTask<Domain.Rollouts.Actions.ProviderOperation> BeginAsync(Domain.Rollouts.Actions.ProviderRequest request, CancellationToken cancellation) =>
            await (await NextAsync()).Provider.BeginAsync(request, cancellation);

        public async ValueTask<Domain.Rollouts.Actions.ProviderOperation?> FindAsync(string operationId, CancellationToken cancellation) =>
            await (await NextAsync()).Provider.FindAsync(operationId, cancellation);

        private async ValueTask<IHostedCluster> NextAsync()
        {
            _seed = _seed.Next;
            if (_seed.Chance(often))
            {
                server.Kill();
                await OpenAsync();
            }

            return Cluster;
        }
    }

    private sealed class NullObserver : IReconcileObserver
    {
        public static NullObserver Instance { get; } = new();

        public void Decided(Domain.Rollouts.ClusterInput input, Domain.Rollouts.ClusterPlan plan)
        {
        }

        public void Decided(Domain.Rollouts.ClusterInput input, Domain.Rollouts.RolloutPlan plan)
        {
        }

        public void Acting(Domain.Rollouts.Actions.RolloutAction action)
        {
        }

        public void Refused(Domain.Rollouts.Actions.RolloutAction action, string answer)
        {
        }
    }
}
