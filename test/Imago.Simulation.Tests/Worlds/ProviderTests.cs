using Imago.Application.Ports;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Actions;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Tests.Kit;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Simulation.Tests.Worlds;

/// <summary>How machines are made, made anew and deleted.</summary>
public sealed class ProviderTests
{
    [Fact]
    [Trait("Rule", "UP-4")]
    public void Create_JoinsAtTheAskedImageAndIsReadyAfterItsBoot()
    {
        var world = new TestWorld(Three());
        world.Ask("op", ProviderVerb.Create, "n4").State.ShouldBe(OperationState.Running);

        world.For(149).Node("n4").ShouldBeNull();
        var joined = world.For(2).Node("n4")!;
        joined.Image.Text.ShouldBe(Blue.NewImage);
        (joined.Ready, joined.Unschedulable, joined.Pool).ShouldBe((false, false, "apps"));
        world.World.Provider.Operations["op"].ShouldBe(new ProviderOperation("op", OperationState.Succeeded, Run.Start + Duration.FromSeconds(150), null, null));
        world.For(28).Node("n4")!.Ready.ShouldBeFalse();
        world.For(2).Node("n4")!.Ready.ShouldBeTrue();
        world.World.MadeNodes.ShouldBe(["n4"]);
    }

    [Fact]
    [Trait("Rule", "UP-7")]
    [Trait("Rule", "UP-27")]
    public void Create_GoesToTheZoneWithFewestAndHasWhatAllNodesOfThePoolHave()
    {
        // z1 has two nodes of the pool and z2 one; z2 has many of another pool, which do not count.
        var cluster = new ClusterBlueprint
        {
            Name = "test",
            Nodes =
            [
                Blue.Node("n1", labels: [("team", "shop"), ("rack", "7")]), Blue.Node("n2", labels: ("team", "shop")), Blue.Node("n3", zone: "z2", labels: ("team", "shop")),
                Blue.Node("b1", "batch", "z2"), Blue.Node("b2", "batch", "z2"),
            ],
            Pods = [Blue.Pod("here", null, Blue.Template("here") with { NodeSelector = Blue.Labels(("team", "shop"), ("kubernetes.io/hostname", "n4")) }), Blue.Pod("there", null, Blue.Template("there") with { NodeSelector = Blue.Labels(("rack", "7"), ("kubernetes.io/hostname", "n4")) })],
        };
        var world = new TestWorld(cluster);
        world.Ask("op", ProviderVerb.Create, "n4");

        world.For(200).Node("n4")!.Zone.ShouldBe("z2");

        // A label that was put on one node by hand is not the pool's.
        world.Pod("here")!.NodeName.ShouldBe("n4");
        world.Pod("there")!.NodeName.ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "UP-150")]
    public void Create_FromABadImage_NeverBecomesReady()
    {
        var world = new TestWorld(Three(), TestWorld.Exact with { BadImages = [Blue.NewImage] });
        world.Ask("op", ProviderVerb.Create, "n4");

        world.For(86_400).Node("n4")!.Ready.ShouldBeFalse();
        world.World.Provider.Operations["op"].State.ShouldBe(OperationState.Succeeded);
    }

    [Fact]
    [Trait("Rule", "UP-133")]
    public void Reimage_ReplacingTheNode_BringsItBackAnewUnderItsName()
    {
        var world = new TestWorld(Three());
        world.Update("n1", new NodeUpdate { Unschedulable = true, Mark = new("r", "why", Run.Start, false), SteeredAway = true, ScaleDownDisabled = true });
        world.Ask("op", ProviderVerb.Reimage, "n1");

        world.For(1).Node("n1").ShouldBeNull();
        world.For(178).Node("n1").ShouldBeNull();
        var back = world.For(2).Node("n1")!;
        back.Uid.ShouldNotBe("uid-n1");
        back.Image.Text.ShouldBe(Blue.NewImage);
        back.Zone.ShouldBe("z1");
        (back.Ready, back.Unschedulable, back.SteeredAway, back.ScaleDownDisabled, back.Mark).ShouldBe((false, false, false, false, null));
        world.For(30).Node("n1")!.Ready.ShouldBeTrue();
        world.World.MadeNodes.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "UP-11")]
    public void Reimage_KeepingTheNode_KeepsItsIdentityCordonAndMark()
    {
        var world = new TestWorld(Three(), TestWorld.Exact with { ReimageReplacesNode = false });
        world.Update("n1", new NodeUpdate { Unschedulable = true, Mark = new("r", "why", Run.Start, false) });
        world.Ask("op", ProviderVerb.Reimage, "n1");

        world.For(1).Node("n1")!.Ready.ShouldBeFalse();
        var back = world.For(210).Node("n1")!;
        (back.Uid, back.Ready, back.Unschedulable, back.Image.Text).ShouldBe(("uid-n1", true, true, Blue.NewImage));
        back.Mark!.Rollout.ShouldBe("r");
    }

    [Fact]
    [Trait("Rule", "UP-6")]
    public void Reimage_VolumesStillAttached_WaitsUntilTheyAreDetached()
    {
        var cluster = Three() with { Pods = [Blue.Pod("db", "n1", Blue.Template("db") with { AttachedVolumes = 1 }), Blue.Pod("web", "n2")] };
        var world = new TestWorld(cluster);
        world.Evict("db");
        world.Evict("web");
        world.For(10.1);
        world.Pod("db").ShouldBeNull();
        world.Ask("op-1", ProviderVerb.Reimage, "n1");
        world.Ask("op-2", ProviderVerb.Reimage, "n2");

        // The pod ended after 10 s; its volume is detached 20 s later. The other node had none.
        world.For(1).Node("n2").ShouldBeNull();
        world.For(18).Node("n1").ShouldNotBeNull();
        world.For(1.5).Node("n1").ShouldBeNull();
    }

    [Fact]
    public void Reimage_OfNoNode_Fails()
    {
        var world = new TestWorld(Three());
        world.Ask("op", ProviderVerb.Reimage, "nobody");

        world.World.Provider.Operations["op"].Code.ShouldBe("NodeNotFound");
    }

    [Fact]
    [Trait("Rule", "CH-13")]
    public void Reboot_KeepsTheNode_WhichIsAwayForAWhileAndWaitsForNothingAnyMore()
    {
        var world = new TestWorld(Three());
        world.World.Troubles.RebootPending("n1").ShouldBeTrue();
        world.Update("n1", new NodeUpdate { Unschedulable = true, Mark = new("r", "why", Run.Start, false) });
        var before = world.Node("n1")!;
        before.RebootPending.ShouldBeTrue();

        world.Ask("op", ProviderVerb.Reboot, "n1", image: null);

        world.World.Provider.Operations["op"].State.ShouldBe(OperationState.Succeeded);
        world.For(89).Node("n1")!.ShouldSatisfyAllConditions(n => n.Ready.ShouldBeFalse(), n => n.RebootPending.ShouldBeTrue(), n => n.BootId.ShouldBe(before.BootId));
        var back = world.For(2).Node("n1")!;
        (back.Uid, back.Image, back.Ready, back.Unschedulable, back.RebootPending).ShouldBe((before.Uid, before.Image, true, true, false));
        back.Mark!.Rollout.ShouldBe("r");
        back.BootId.ShouldNotBe(before.BootId);
    }

    [Fact]
    [Trait("Rule", "CH-13")]
    public void Reboot_InterferedWith_FailsOrNeverComesBack()
    {
        var world = new TestWorld(Three());
        world.World.Provider.Interfere = r => r.Node == "n1" ? new Interference(FailWith: "InternalServerError") : new Interference(NeverReady: true);
        world.Ask("op-1", ProviderVerb.Reboot, "n1", image: null);
        world.Ask("op-2", ProviderVerb.Reboot, "n2", image: null);
        world.Ask("op-3", ProviderVerb.Reboot, "nobody", image: null);

        world.For(86_400);

        world.World.Provider.Operations["op-1"].Code.ShouldBe("InternalServerError");
        world.Node("n1")!.Ready.ShouldBeTrue();
        world.Node("n2")!.Ready.ShouldBeFalse();
        world.World.Provider.Operations["op-3"].Code.ShouldBe("NodeNotFound");
    }

    [Fact]
    public void Delete_TakesNodeAndPods_AndIsNoErrorTheSecondTime()
    {
        var world = new TestWorld(Three() with { Pods = [Blue.Pod("p", "n1")] });
        world.Ask("op-1", ProviderVerb.Delete, "n1", image: null);

        world.For(59).Node("n1").ShouldNotBeNull();
        world.For(2).Node("n1").ShouldBeNull();
        world.Pod("p").ShouldBeNull();
        world.Ask("op-2", ProviderVerb.Delete, "n1", image: null);
        world.For(61).World.Provider.Operations["op-2"].State.ShouldBe(OperationState.Succeeded);
    }

    [Fact]
    [Trait("Rule", "UP-35")]
    public void Create_NoRoom_FailsSoonWithTheCodeAndDeletingMakesRoom()
    {
        var world = new TestWorld(Three(), TestWorld.Exact with { SpareNodes = 1, CapacityCode = "SubnetIsFull" });
        world.Ask("op-1", ProviderVerb.Create, "s1");
        world.Ask("op-2", ProviderVerb.Create, "s2");

        // A fifth of the time to make one.
        world.For(31);
        var refused = world.World.Provider.Operations["op-2"];
        (refused.State, refused.Code).ShouldBe((OperationState.Failed, "SubnetIsFull"));
        CapacityErrors.Contains(refused.Code).ShouldBeTrue();
        world.For(150).Node("s2").ShouldBeNull();

        world.Ask("op-3", ProviderVerb.Delete, "s1", image: null);
        world.For(61);
        world.Ask("op-4", ProviderVerb.Create, "s3");
        world.For(151).Node("s3").ShouldNotBeNull();
    }

    [Fact]
    public void Delete_OfASurgeNodeThatSomebodyElseRemoved_MakesRoomToo()
    {
        var world = new TestWorld(Three(), TestWorld.Exact with { SpareNodes = 1 });
        world.Ask("op-1", ProviderVerb.Create, "s1");
        world.For(151).World.Troubles.NodeVanishes("s1");
        world.Ask("op-2", ProviderVerb.Delete, "s1", image: null);
        world.For(61);
        world.Ask("op-3", ProviderVerb.Create, "s2");

        world.For(151).Node("s2").ShouldNotBeNull();
    }

    [Fact]
    public void Begin_SameIdAgain_IsTheSameOperation()
    {
        var world = new TestWorld(Three());
        var asked = 0;
        world.World.Provider.Interfere = _ =>
        {
            asked++;
            return default;
        };
        world.Ask("op", ProviderVerb.Create, "n4");
        world.Ask("op", ProviderVerb.Create, "n4");
        world.For(151);

        world.Ask("op", ProviderVerb.Create, "n4").State.ShouldBe(OperationState.Succeeded);
        asked.ShouldBe(1);
    }

    [Fact]
    public async Task Begin_LowerEpoch_IsRefusedAndNotKept()
    {
        var world = new TestWorld(Three());
        world.Ask("op-1", ProviderVerb.Create, "n4", epoch: 2);

        var answer = world.Ask("op-2", ProviderVerb.Create, "n5", epoch: 1);

        (answer.State, answer.Code, answer.Message).ShouldBe((OperationState.Failed, "StaleEpoch", "epoch 1 is lower than 2"));
        (await world.World.Provider.FindAsync("op-2", TestContext.Current.CancellationToken)).ShouldBeNull();
        world.For(300).Node("n5").ShouldBeNull();
        world.Ask("op-2", ProviderVerb.Create, "n5", epoch: 2).State.ShouldBe(OperationState.Running);
    }

    [Theory]
    [InlineData(ProviderVerb.Create)]
    [InlineData(ProviderVerb.Reimage)]
    [InlineData(ProviderVerb.Delete)]
    public void Begin_InfrastructureFails_NothingIsDone(ProviderVerb verb)
    {
        var world = new TestWorld(Three());
        world.World.Provider.Interfere = _ => new Interference(FailWith: "Broken");
        world.Ask("op", verb, verb == ProviderVerb.Create ? "n4" : "n1");

        world.For(300);
        world.World.Provider.Operations["op"].Code.ShouldBe("Broken");
        world.World.Look().Nodes.Keys.ShouldBe(["n1", "n2", "n3"], ignoreOrder: true);
        world.Node("n1")!.Uid.ShouldBe("uid-n1");
    }

    [Fact]
    [Trait("Rule", "CH-34")]
    [Trait("Rule", "CH-35")]
    public void PatchOrdered_AgentLooksAndPatchesWhileTheNodeServes()
    {
        var world = new TestWorld(Three());
        PatchLevel.TryParse("20260801T000000Z", out var level).ShouldBeTrue();
        world.Update("n1", new NodeUpdate { DesiredLevel = level }).ShouldBe(PatchOutcome.Patched);
        world.Node("n1")!.DesiredLevel.ShouldBe(level);

        // At the next look, at most ten minutes away, and two minutes of work.
        world.For(119).Node("n1")!.ReachedLevel.ShouldBeNull();
        world.For(601 + 1).Node("n1")!.ReachedLevel.ShouldBe(level);
        world.Node("n1")!.Available.ShouldBeTrue();
        world.Node("n1")!.Image.Text.ShouldBe(Blue.OldImage);
        world.Node("n2")!.ReachedLevel.ShouldBeNull();
    }

    [Fact]
    public void UpdateNode_StaleVersion_IsAConflictAndChangesNothing()
    {
        var world = new TestWorld(Three());
        var seen = world.Node("n1")!.ResourceVersion;
        world.World.Troubles.SomebodyCordons("n1");

        world.Update("n1", new NodeUpdate { Unschedulable = false, SteeredAway = true }, seen).ShouldBe(PatchOutcome.Conflict);

        (world.Node("n1")!.Unschedulable, world.Node("n1")!.SteeredAway).ShouldBe((true, false));
        world.Update("nobody", new NodeUpdate(), "1").ShouldBe(PatchOutcome.NotFound);
    }

    private static ClusterBlueprint Three() => new() { Name = "test", Nodes = [Blue.Node("n1"), Blue.Node("n2"), Blue.Node("n3")] };
}
