using Imago.Application.Ports;
using Imago.Application.Reconciling;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Faults.Tests.Generating;
using Imago.Faults.Tests.Planting;
using Imago.Simulation;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Worlds;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Faults.Tests;

/// <summary>What the search found in the shell around the planners, each made by hand.</summary>
public sealed class ReconcilerTests
{
    private const string Family = "AKSUbuntu-2204gen2containerd";

    [Fact]
    public void Reconcile_LeaseRanOutWhileObserving_StartsNothing()
    {
        var world = World();
        var slow = new SlowObservation(world.Connect(), world, Duration.FromSeconds(50));

        var pass = Reconcile(world, slow);
        while (world.Time.Step(world.Time.Now + Duration.FromSeconds(60)))
        {
        }

        pass.IsCompletedSuccessfully.ShouldBeTrue();
        slow.Observations.ShouldBe(1);
        world.Records.ShouldBeEmpty();
    }

    [Fact]
    public void Reconcile_AnswersInTime_Starts()
    {
        var world = World();
        var slow = new SlowObservation(world.Connect(), world, Duration.FromSeconds(5));

        var pass = Reconcile(world, slow);
        while (world.Time.Step(world.Time.Now + Duration.FromSeconds(20)))
        {
        }

        pass.IsFaulted.ShouldBeFalse();
        world.Records.ShouldHaveSingleItem();
    }

    [Fact]
    [Trait("Rule", "UP-156")]
    public async Task Reconcile_TaintOutlivedItsRollout_IsTakenOff()
    {
        var world = World();
        var cluster = world.Connect();
        var node = world.Look().Nodes["p0-000"];
        (await cluster.UpdateNodeAsync(new RolloutAction.UpdateNode(node.Name, node.ResourceVersion, new NodeUpdate { SteeredAway = true }), CancellationToken.None))
            .ShouldBe(PatchOutcome.Patched);
        var ended = new RolloutRecord
        {
            Id = "p0-1",
            Pool = "p0",
            Target = new RolloutTarget.Image(NodeImage.Parse(ReleaseGenerator.ImageOf(Family, ReleaseGenerator.OldDate.PlusDays(7)))),
            Phase = RolloutPhase.Canceled,
            Fault = new RolloutFault("Aborted", "Aborted by ops.", null, Scenario.Start),
            StartedAt = Scenario.Start,
            EndedAt = Scenario.Start,
            Settings = new UpgradeSettings(),
        };
        await cluster.WriteRecordAsync(ended, null, CancellationToken.None);

        await Reconcile(world, cluster);

        world.Look().Nodes["p0-000"].SteeredAway.ShouldBeFalse();
    }

    private static SimulatedWorld World()
    {
        var node = new NodeBlueprint { Name = "p0-000", Uid = "1", Pool = "p0", Image = ReleaseGenerator.ImageOf(Family, ReleaseGenerator.OldDate) };
        return new SimulatedWorld(new ClusterBlueprint { Name = "c", Nodes = [node] }, new WorldSettings(), new Seed(1), Scenario.Start);
    }

    private static Task<Instant?> Reconcile(SimulatedWorld world, IClusterConnection cluster)
    {
        var spec = new ClusterSpec { Name = "c", Pools = [new PoolSpec { Name = "p0", Family = new ImageFamily(Family) }] };
        var image = NodeImage.Parse(ReleaseGenerator.ImageOf(Family, ReleaseGenerator.OldDate.PlusDays(7)));
        var reconciler = new ClusterReconciler(cluster, world.Provider, world.Clock, new ReconcilerOptions { Holder = "test" }, new Silence());
        SynchronizationContext.SetSynchronizationContext(null);
        return reconciler.ReconcileAsync(spec, ReleaseCatalog.Of([new ImageRelease(image, Scenario.Start - Duration.FromDays(1))], []), CancellationToken.None).AsTask();
    }

    private sealed class SlowObservation(IClusterConnection inner, SimulatedWorld world, Duration wait) : WrappedConnection(inner)
    {
        public int Observations { get; private set; }

        public override async ValueTask<ClusterView> ObserveAsync(CancellationToken cancellation)
        {
            Observations++;
            var done = new TaskCompletionSource();
            world.Time.After(wait, done.SetResult);
            await done.Task;
            return await Inner.ObserveAsync(cancellation);
        }
    }

    private sealed class Silence : IReconcileObserver
    {
        public void Decided(ClusterInput input, ClusterPlan plan)
        {
        }

        public void Decided(ClusterInput input, RolloutPlan plan)
        {
        }

        public void Acting(RolloutAction action)
        {
        }

        public void Refused(RolloutAction action, string answer)
        {
        }
    }
}
