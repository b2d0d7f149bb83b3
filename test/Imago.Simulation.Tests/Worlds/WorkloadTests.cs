using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Tests.Kit;

namespace Imago.Simulation.Tests.Worlds;

/// <summary>What controllers do about pods that leave and nodes that come.</summary>
public sealed class WorkloadTests
{
    [Fact]
    public void ReplicaSet_PodEvicted_IsReplacedWhileTheOldOneStops()
    {
        var web = Blue.Workload(WorkloadKind.ReplicaSet, "web", 1);
        var world = World([web], [.. Blue.Pods(web, "n1")]);
        world.Evict("web-0");

        // 0.5 s for the controller, 0.2 s for the scheduler, 20 s to start; the old pod stops within 10 s.
        world.For(0.6).PodsOf("web").Select(p => (p.Terminating, p.NodeName)).ShouldBe([(true, "n1"), (false, null)]);
        world.For(0.2);
        var replacement = world.PodsOf("web").Single(p => !p.Terminating);
        replacement.NodeName.ShouldBe("n2");
        replacement.Ready.ShouldBeFalse();
        replacement.Workload.ShouldBe(new WorkloadRef("Deployment", "web"));
        world.For(9.3).PodsOf("web").Count.ShouldBe(1);
        world.For(10.5).Pod(replacement.Key.Name)!.Ready.ShouldBeFalse();
        world.For(0.2).Pod(replacement.Key.Name)!.Ready.ShouldBeTrue();
    }

    [Fact]
    public void StatefulSet_PodEvicted_ComesBackUnderItsNameOnlyWhenItsNameIsFree()
    {
        var db = Blue.Workload(WorkloadKind.StatefulSet, "db", 2);
        var pods = Blue.Pods(db, "n1", "n2").Select((p, i) => p with { Template = p.Template with { VolumeZones = [$"z{i + 1}"] } });
        var world = World([db], [.. pods]);
        world.Evict("db-0");

        world.For(9.9).PodsOf("db").Count.ShouldBe(2);
        world.Pod("db-0")!.Uid.ShouldBe("uid-db-0");
        world.For(1);
        world.Pod("db-0")!.Uid.ShouldNotBe("uid-db-0");

        // Its volume binds it to its zone, though the other node has as much room.
        world.Pod("db-0")!.NodeName.ShouldBe("n1");
    }

    [Fact]
    public void StatefulSet_ZoneOfItsVolumeIsFull_PodWaits()
    {
        var db = Blue.Workload(WorkloadKind.StatefulSet, "db", 1);
        var world = World([db], [.. Blue.Pods(db, "n1").Select(p => p with { Template = p.Template with { VolumeZones = ["z1"] } })]);
        world.Update("n1", new NodeUpdate { Unschedulable = true });
        world.Evict("db-0");

        world.For(60).Pod("db-0")!.NodeName.ShouldBeNull();
        world.Update("n1", new NodeUpdate { Unschedulable = false });
        world.For(1).Pod("db-0")!.NodeName.ShouldBe("n1");
    }

    [Fact]
    public void DaemonSet_NodeJoins_GetsAPodThatIsReadySoonAfterTheNode()
    {
        var agent = Blue.Workload(WorkloadKind.DaemonSet, "agent", 0);
        var world = World([agent], [.. Blue.Pods(agent, "n1", "n2")]);
        world.Ask("op", ProviderVerb.Create, "n3");

        world.For(151);
        var pod = world.PodsOf("agent").Single(p => p.NodeName == "n3");
        pod.Ready.ShouldBeFalse();

        // The node joins after 150 s and is Ready after 180; the pod starts then, and takes 10 s.
        world.For(38.5).Pod(pod.Key.Name)!.Ready.ShouldBeFalse();
        world.For(1).Pod(pod.Key.Name)!.Ready.ShouldBeTrue();
    }

    [Fact]
    public void DaemonSet_PodEvicted_ComesBackOnItsNode()
    {
        var agent = Blue.Workload(WorkloadKind.DaemonSet, "agent", 0);
        var world = World([agent], [.. Blue.Pods(agent, "n1", "n2")]);
        world.Update("n1", new NodeUpdate { Unschedulable = true });
        world.Evict("agent-0");

        // Cordoned or not: daemon pods do not mind.
        world.For(12).PodsOf("agent").Select(p => p.NodeName).Order().ShouldBe(["n1", "n2"]);
        world.Pod("agent-0").ShouldBeNull();
    }

    [Theory]
    [InlineData("no taint", null, null, true)]
    [InlineData("a taint that it does not tolerate", TaintEffect.NoSchedule, null, false)]
    [InlineData("a taint that it tolerates", TaintEffect.NoSchedule, "gpu", true)]
    [InlineData("a taint that is a preference only", TaintEffect.PreferNoSchedule, null, true)]
    [InlineData("a taint that throws out", TaintEffect.NoExecute, null, false)]
    public void DaemonSet_TaintedNode_IsTakenOnlyIfTolerated(string story, TaintEffect? effect, string? tolerated, bool taken)
    {
        var template = Blue.Template("agent") with { Tolerations = tolerated is null ? [] : [new Toleration(tolerated, Exists: true, null, null)] };
        var world = new TestWorld(new ClusterBlueprint
        {
            Name = "test",
            Nodes = [Blue.Node("n1") with { Taints = effect is { } e ? [new Taint("gpu", "", e)] : [] }],
            Workloads = [Blue.Workload(WorkloadKind.DaemonSet, "agent", 0, template)],
        });

        world.For(2).PodsOf("agent").Count.ShouldBe(taken ? 1 : 0, story);
    }

    [Fact]
    public void DaemonSet_WithSelectorAndAffinity_TakesOnlyNodesThatMatchBoth()
    {
        var template = Blue.Template("agent") with
        {
            NodeSelector = Blue.Labels(("disk", "ssd")),
            RequiredNodeTerms = [new NodeTerm([new NodeExpression("topology.kubernetes.io/zone", "In", ["z1"])])],
        };
        var world = new TestWorld(new ClusterBlueprint
        {
            Name = "test",
            Nodes = [Blue.Node("n1", labels: ("disk", "ssd")), Blue.Node("n2"), Blue.Node("n3", zone: "z2", labels: ("disk", "ssd"))],
            Workloads = [Blue.Workload(WorkloadKind.DaemonSet, "agent", 0, template)],
        });

        world.For(2).PodsOf("agent").ShouldHaveSingleItem().NodeName.ShouldBe("n1");
    }

    [Theory]
    [InlineData(WorkloadKind.Job)]
    [InlineData(WorkloadKind.ReplicationController)]
    [InlineData(WorkloadKind.Inferred)]
    public void OtherControllers_PodEvicted_KeepTheirNumber(WorkloadKind kind)
    {
        var work = Blue.Workload(kind, "work", 2);
        var world = World([work], [.. Blue.Pods(work, "n1", "n1")]);
        world.Evict("work-0");

        world.For(12);
        world.PodsOf("work").Count.ShouldBe(2);
        world.PodsOf("work").ShouldAllBe(p => p.Owner == work.Ref && p.NodeName != null);
        world.Pod("work-0").ShouldBeNull();
    }

    [Fact]
    public void BarePod_Evicted_IsGoneForGood()
    {
        var world = World([], [Blue.Pod("debug", "n1")]);
        world.Evict("debug");

        world.For(3600).World.Look().Pods.ShouldBeEmpty();
    }

    private static TestWorld World(WorkloadBlueprint[] workloads, PodBlueprint[] pods) =>
        new(new ClusterBlueprint { Name = "test", Nodes = [Blue.Node("n1"), Blue.Node("n2", zone: "z2")], Workloads = [.. workloads], Pods = [.. pods] });
}
