using Imago.Simulation.Blueprints;
using Imago.Simulation.Tests.Kit;
using NodaTime;

namespace Imago.Simulation.Tests.Worlds;

/// <summary>How pods stop, and what becomes of them when their node does.</summary>
public sealed class KubeletTests
{
    [Theory]
    [InlineData("stops by itself", 30, 10)]
    [InlineData("is killed at the end of its grace period", 5, 5)]
    [InlineData("has none", 0, 0)]
    public void Stop_OfAPod_TakesItsTimeWithinTheGracePeriod(string story, int grace, int gone)
    {
        var world = World(Blue.Pod("p", "n1", Blue.Template("p") with { GracePeriod = Duration.FromSeconds(grace) }));
        world.Evict("p");

        if (gone > 0)
        {
            world.For(gone - 0.01).Pod("p").ShouldNotBeNull(story);
        }

        world.For(0.02).Pod("p").ShouldBeNull(story);
    }

    [Fact]
    public void Stop_OfAPodThatHangs_NeverEndsUntilItLetsGo()
    {
        var world = World(Blue.Pod("p", "n1"));
        world.World.Troubles.PodHangs(Blue.Key("p")).ShouldBeTrue();
        world.Evict("p");

        world.For(86_400).Pod("p")!.Terminating.ShouldBeTrue();
        world.World.Troubles.PodHangs(Blue.Key("p"), hangs: false);
        world.Pod("p").ShouldBeNull();
    }

    [Fact]
    public void NodeFails_PodsAreUnreadyAtOnceAndDeletedAfterFiveMinutes()
    {
        var web = Blue.Workload(WorkloadKind.ReplicaSet, "web", 1);
        var agent = Blue.Workload(WorkloadKind.DaemonSet, "agent", 0);
        var world = new TestWorld(new ClusterBlueprint
        {
            Name = "test", Nodes = [Blue.Node("n1"), Blue.Node("n2")], Workloads = [web, agent], Pods = [.. Blue.Pods(web, "n1"), .. Blue.Pods(agent, "n1", "n2")],
        });
        world.World.Troubles.NodeFails("n1").ShouldBeTrue();

        (world.Pod("web-0")!.Ready, world.Pod("web-0")!.Terminating, world.Node("n1")!.Ready).ShouldBe((false, false, false));
        world.For(299).PodsOf("web").Count.ShouldBe(1);
        world.For(2);

        // Nobody confirms the end of the old pod; a new one starts elsewhere. The daemon pod stays.
        world.PodsOf("web").Select(p => (p.NodeName, p.Terminating)).ShouldBe([("n1", true), ("n2", false)], ignoreOrder: true);
        world.Pod("agent-0")!.Terminating.ShouldBeFalse();
        world.For(3600).Pod("web-0").ShouldNotBeNull();

        world.World.Troubles.NodeRecovers("n1");
        world.For(10.1);
        world.Pod("web-0").ShouldBeNull();
        world.Pod("agent-0")!.Ready.ShouldBeTrue();
    }

    [Fact]
    public void NodeFails_ComesBackInTime_PodsGoOnWhereTheyAre()
    {
        var world = World(Blue.Pod("p", "n1"));
        world.World.Troubles.NodeFails("n1");
        world.For(200).World.Troubles.NodeRecovers("n1");

        world.For(20.1).Pod("p")!.Ready.ShouldBeTrue();
        world.For(3600).Pod("p")!.Terminating.ShouldBeFalse();
    }

    [Fact]
    public void NodeFailsTwice_EachOutageHasItsWholeTime()
    {
        var world = World(Blue.Pod("p", "n1"));
        world.World.Troubles.NodeFails("n1");
        world.For(200).World.Troubles.NodeRecovers("n1");
        world.For(50).World.Troubles.NodeFails("n1");

        // 300 s after the first failure, but only 50 s into the second.
        world.For(299).Pod("p")!.Terminating.ShouldBeFalse();
        world.For(2).Pod("p")!.Terminating.ShouldBeTrue();
    }

    [Fact]
    public void NodeVanishes_ItsPodsGoWithIt()
    {
        var web = Blue.Workload(WorkloadKind.ReplicaSet, "web", 1);
        var world = new TestWorld(new ClusterBlueprint { Name = "test", Nodes = [Blue.Node("n1"), Blue.Node("n2")], Workloads = [web], Pods = Blue.Pods(web, "n1") });

        world.World.Troubles.NodeVanishes("n1");

        world.Pod("web-0").ShouldBeNull();
        world.For(1).PodsOf("web").ShouldHaveSingleItem().NodeName.ShouldBe("n2");
    }

    private static TestWorld World(PodBlueprint pod) => new(new ClusterBlueprint { Name = "test", Nodes = [Blue.Node("n1")], Pods = [pod] });
}
