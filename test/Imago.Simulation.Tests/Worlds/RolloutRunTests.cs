using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Tests.Kit;
using Imago.Simulation.Tracing;
using NodaTime;

namespace Imago.Simulation.Tests.Worlds;

/// <summary>Whole rollouts: the production reconciler in the simulated world.</summary>
public sealed class RolloutRunTests
{
    private const string NewImage = "AKSUbuntu-2204gen2containerd-202608.06.1";

    private static readonly ReleaseCatalog Catalog = ReleaseCatalog.Of([new ImageRelease(NodeImage.Parse(NewImage), Instant.FromUtc(2026, 8, 7, 0, 0))], []);

    [Fact]
    public void Rollout_PlainSurge_UpgradesEveryNodeAndReturnsTheSurge()
    {
        var blueprint = SmallCluster.OfNodes(6, zones: 3).AddDeployment("web", 12, maxUnavailable: IntOrPercent.Percent(25)).Build();
        var run = new Run(blueprint, () => Spec(new UpgradeSettings { MaxSurge = IntOrPercent.Of(2) }), Catalog).For(Duration.FromHours(3));

        foreach (var e in run.Trace.Where(t => t.Kind is not (TraceKind.PodReady or TraceKind.PodBound or TraceKind.PodStopping or TraceKind.PodCreated or TraceKind.PodGone or TraceKind.BudgetChanged)))
        {
            TestContext.Current.TestOutputHelper!.WriteLine($"{e.At} {e.Kind} {e.Node?.Name} {e.Pod?.Key} {e.Detail}");
        }

        run.Record().Phase.ShouldBe(RolloutPhase.Succeeded);
        var view = run.World.Look();
        view.Nodes.Count.ShouldBe(6);
        view.Nodes.Values.ShouldAllBe(n => n.Image.Text == NewImage && n.Available && n.Mark == null && !n.SteeredAway && !n.ScaleDownDisabled);
        run.Host.IsIdle.ShouldBeTrue();
    }

    // What becomes of the node is that of UP-50…53, and everything else is upgraded.
    [Theory]
    [InlineData(UndrainableNodeBehavior.Schedule, 4)]
    [InlineData(UndrainableNodeBehavior.Cordon, 5)]
    [Trait("Rule", "UP-42")]
    [Trait("Rule", "UP-50")]
    [Trait("Rule", "UP-51")]
    [Trait("Rule", "UP-53")]
    public void Rollout_PoolKeepsBarePods_LeavesThePodAloneAndUpgradesTheOtherNodes(UndrainableNodeBehavior behavior, int nodes)
    {
        var blueprint = SmallCluster.OfNodes(4).AddDeployment("web", 8, maxUnavailable: IntOrPercent.Percent(25)).AddBarePod("tool", "apps-0000").Build();
        var settings = new UpgradeSettings { MaxSurge = IntOrPercent.Of(1), Undrainable = behavior, BarePods = BarePods.Keep };

        var run = new Run(blueprint, () => Spec(settings), Catalog).For(Duration.FromHours(20));

        var view = run.World.Look();
        view.Pods[new ObjectKey("shop", "tool")].Pod.ShouldSatisfyAllConditions(p => p.NodeName.ShouldBe("apps-0000"), p => p.Uid.ShouldBe("uid-shop/tool"), p => p.Ready.ShouldBeTrue());
        run.Record().Phase.ShouldBe(RolloutPhase.Failed);
        run.Record().Settled["apps-0000"].Fault!.Message.ShouldContain("pod shop/tool has no controller and the pool keeps bare pods");
        view.Nodes.Count.ShouldBe(nodes);
        view.Nodes["apps-0000"].ShouldSatisfyAllConditions(
            n => n.Image.Text.ShouldNotBe(NewImage), n => n.Quarantined.ShouldBe(behavior == UndrainableNodeBehavior.Cordon), n => n.Unschedulable.ShouldBe(behavior == UndrainableNodeBehavior.Cordon));
        view.Nodes.Values.Where(n => n.Name != "apps-0000").ShouldAllBe(n => n.Image.Text == NewImage && n.Available && n.Mark == null);
        run.Host.IsIdle.ShouldBeTrue();

        // Nothing was waited for: a pod that is kept does not leave by itself.
        (run.Record().EndedAt - run.Record().StartedAt)!.Value.ShouldBeLessThan(Duration.FromMinutes(60));
    }

    [Fact]
    [Trait("Rule", "UP-40")]
    public void Rollout_PoolEvictsBarePods_UpgradesEveryNodeAndThePodIsGone()
    {
        var run = new Run(SmallCluster.OfNodes(2).AddBarePod("tool", "apps-0000").Build(), () => Spec(new UpgradeSettings { MaxSurge = IntOrPercent.Of(1) }), Catalog).For(Duration.FromHours(3));

        run.Record().Phase.ShouldBe(RolloutPhase.Succeeded);
        run.World.Look().Pods.Keys.ShouldNotContain(new ObjectKey("shop", "tool"));
    }

    [Fact]
    [Trait("Rule", "CH-13")]
    public void Rollout_CoordinatedReboots_RestartNodesAsTheyAre()
    {
        var blueprint = SmallCluster.OfNodes(4).AddDeployment("web", 8, maxUnavailable: IntOrPercent.Percent(25)).Build();
        var spec = Spec(new UpgradeSettings { MaxUnavailable = IntOrPercent.Of(1), RebootPolicy = RebootPolicy.Coordinated });
        spec = spec with { Channel = Domain.Channels.NodeOsChannel.Unmanaged, Pools = [spec.Pools[0] with { Provider = spec.Pools[0].Provider with { Reboots = true } }] };
        var before = new Run(blueprint, () => spec, Catalog).For(Duration.FromHours(1)).World.Look().Nodes;
        var run = new Run(blueprint with { Nodes = [.. blueprint.Nodes.Select(n => n with { RebootPending = n.Name != "apps-0001" })] }, () => spec, Catalog).For(Duration.FromHours(3));

        run.Record().Phase.ShouldBe(RolloutPhase.Succeeded);
        run.Trace.Where(t => t.Kind == TraceKind.NodeRebooted).Select(t => t.Node!.Name).ShouldBe(["apps-0000", "apps-0002", "apps-0003"], ignoreOrder: true);
        var view = run.World.Look();
        view.Nodes.Values.ShouldAllBe(n => !n.RebootPending && n.Available && n.Mark == null && !n.SteeredAway && n.Uid == before[n.Name].Uid && n.Image.Text == before[n.Name].Image.Text);
        run.Trace.ShouldNotContain(t => t.Kind == TraceKind.NodeJoined || t.Kind == TraceKind.NodeRemoved);
        run.Host.IsIdle.ShouldBeTrue();
    }

    private static ClusterSpec Spec(UpgradeSettings settings) => new()
    {
        Name = "test",
        Pools = [new PoolSpec { Name = "apps", Family = new ImageFamily("AKSUbuntu-2204gen2containerd"), Settings = settings }],
    };
}
