using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Events;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Tests.Rollouts.Kit;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts;

/// <summary>Reboots of nodes whose OS patches itself.</summary>
public sealed class RebootTests
{
    [Fact]
    [Trait("Rule", "CH-13")]
    [Trait("Rule", "UP-31")]
    [Trait("Rule", "UP-151")]
    public void Rollout_CoordinatedReboots_DrainAndRebootOnlyWhatWaitsForIt()
    {
        var world = new ObedientWorld(Waiting(4, s => s with { Canary = Canary.FirstNode })
            .Node("a-3", n => n with { RebootPending = false })
            .Deployment("shop/web", "a-1", "a-2", "a-3", "a-4").MinAvailable("shop/web", 3));

        world.Play();

        world.ShouldBeTidy();
        world.Record("a").Phase.ShouldBe(RolloutPhase.Succeeded);
        world.Record("a").Settled.Keys.ShouldBe(["a-1", "a-2", "a-4"]);
        world.View.Nodes.Values.ShouldAllBe(n => !n.RebootPending && n.Image.Text == Some.Old && n.Uid == $"{n.Name}/1");
        world.Story.ShouldMatch("coordinated-reboots");
    }

    [Fact]
    [Trait("Rule", "CH-13")]
    [Trait("Rule", "MW-52")]
    public void Rollout_CoordinatedReboots_WaitForTheWindow()
    {
        var world = new ObedientWorld(Waiting(2).With(s => s with { Window = Windows.Daily("18:00", 4) })).Play(5 * 60);
        world.Records.ShouldBeEmpty();
        ClusterPlanner.Decide(world.Input()).Holds["a"].Select(h => h.Code).ShouldBe([ReasonCode.WindowClosed]);

        world.Play(10 * 60);

        world.Record("a").StartedAt.ShouldBe(Some.After(6 * 60));
        world.Record("a").Phase.ShouldBe(RolloutPhase.Succeeded);
    }

    [Fact]
    [Trait("Rule", "CH-13")]
    public void Rollout_NodeThatBeginsToWaitMeanwhile_JoinsTheOthers()
    {
        var world = new ObedientWorld(Waiting(3).Node("a-3", n => n with { RebootPending = false }))
            .At(1, "a-3 wants a reboot, too", w => w.Change("a-3", n => n with { RebootPending = true }))
            .Play();

        world.ShouldBeTidy();
        world.Records.ShouldHaveSingleItem().Settled.Keys.ShouldBe(["a-1", "a-2", "a-3"]);
    }

    [Fact]
    [Trait("Rule", "CH-13")]
    public void Rollout_BootIsKnown_WaitsForAnotherOne()
    {
        var world = new ObedientWorld(Waiting(1, change: n => n with { BootId = "first" })).Play(0.5);

        // The provider has said that it is done; the node is still up and looks healthy.
        world.Change("a-1", n => n with { Ready = true, RebootPending = false });
        world.Play(1);
        world.Record("a").Active["a-1"].Step.ShouldBe(NodeStep.Verifying);

        world.Play(10);
        world.NodeNamed("a-1").BootId.ShouldNotBe("first");
        world.Record("a").Phase.ShouldBe(RolloutPhase.Succeeded);
    }

    [Theory]
    [InlineData("second")]
    [InlineData("first")]
    [Trait("Rule", "CH-13")]
    public void Rollout_WhatWaitedForTheRebootHasHadItDuringTheDrain_IsNotRebootedAgain(string boot)
    {
        var cluster = Waiting(1, s => s with { NodeSoak = Duration.FromMinutes(30) }, n => n with { BootId = "first" });
        var world = new ObedientWorld(cluster).Play(5);
        world.Record("a").Active["a-1"].Step.ShouldBe(NodeStep.Soaking);

        // Its agent carries an earlier order out after all, or the package that asked for it has gone.
        world.Change("a-1", n => n with { RebootPending = false, BootId = boot });
        world.Play(60);

        world.ShouldBeTidy();
        world.Orders.ShouldBeEmpty();
        world.NodeNamed("a-1").BootId.ShouldBe(boot);
        (world.NodeNamed("a-1").Unschedulable, world.Record("a").Phase).ShouldBe((false, RolloutPhase.Succeeded));
    }

    [Fact]
    [Trait("Rule", "CH-13")]
    [Trait("Rule", "UP-150")]
    public void Rollout_RebootThatDoesNotHelp_StopsBeforeTheOthers()
    {
        var world = new ObedientWorld(Waiting(3));
        world.InsatiableNodes.Add("a-1");

        world.Play(20);

        var record = world.Record("a");
        record.Phase.ShouldBe(RolloutPhase.Failed);
        record.Fault!.Message.ShouldBe("Node 'a-1' was not healthy in time after its reboot: a reboot is still pending. Look at the node before others are rebooted.");
        record.Settled.Keys.ShouldBe(["a-1"]);
    }

    [Fact]
    [Trait("Rule", "CH-13")]
    public void Rollout_PolicyIsSwitchedOffMeanwhile_StartsNoFurtherNode()
    {
        var cluster = Waiting(3);
        var world = new ObedientWorld(cluster)
            .At(1, "reboots are no longer coordinated", w => w.Spec = Waiting(3, s => s with { RebootPolicy = RebootPolicy.None }).Spec)
            .Play();

        world.ShouldBeTidy();
        world.Record("a").Phase.ShouldBe(RolloutPhase.Canceled);
        world.Record("a").Fault!.Message.ShouldBe("The reboot policy of node pool 'a' is now None.");
        world.View.Nodes.Values.Count(n => n.RebootPending).ShouldBe(2);
    }

    [Fact]
    [Trait("Rule", "UP-31")]
    public void Rollout_ProviderThatCouldSurge_MakesNoSurgeNodesForReboots()
    {
        var world = new ObedientWorld(Waiting(3, s => s with { MaxSurge = IntOrPercent.Of(3), MaxUnavailable = IntOrPercent.Of(2) }, spec: p => p with
        {
            Mode = PoolMode.System, Provider = ProviderCapabilities.Default with { Reboots = true },
        }));

        world.Play();

        (world.Record("a").Surge, world.Record("a").MaxUnavailable).ShouldBe((0, 2));
        world.Record("a").SurgeNamed.ShouldBe(0);
        world.Record("a").Phase.ShouldBe(RolloutPhase.Succeeded);
    }

    [Theory]
    [InlineData("policy None")]
    [InlineData("provider cannot")]
    [InlineData("channel None")]
    [InlineData("nothing pending")]
    [InlineData("auto-provisioned")]
    [Trait("Rule", "CH-11")]
    [Trait("Rule", "CH-13")]
    [Trait("Rule", "CH-89")]
    public void Decide_NobodyAskedForReboots_StartsNone(string story)
    {
        var cluster = story switch
        {
            "policy None" => Waiting(1, s => s with { RebootPolicy = RebootPolicy.None }),
            "provider cannot" => Waiting(1, spec: p => p with { Provider = ProviderCapabilities.Default }),
            "channel None" => Waiting(1).Channel(NodeOsChannel.None),
            "nothing pending" => Waiting(1, change: n => n with { RebootPending = false }),
            _ => Waiting(1, change: n => n with { AutoProvisioned = true }),
        };

        ClusterPlanner.Decide(cluster.Input()).Start.ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "NM-55")]
    [Trait("Rule", "NM-56")]
    public void Decide_OnlyTheAgentSaysThatARebootIsDue_StartsOne()
    {
        var cluster = Waiting(1, change: n => n with { RebootPending = false, Agent = new AgentReport { Verdict = RebootVerdict.Reboot, BootId = "b1" } });

        ClusterPlanner.Decide(cluster.Input()).Start!.Target.ShouldBe(new RolloutTarget.Reboot());
    }

    [Fact]
    [Trait("Rule", "CH-13")]
    [Trait("Rule", "NM-59")]
    public void Decide_MachineWithoutAgent_IsNotDrainedForARebootThatNobodyCarriesOut()
    {
        var cluster = Waiting(1, change: n => n with { Agent = null });

        ClusterPlanner.Decide(cluster.Input()).Start.ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "CH-13")]
    public void AwaitedOperations_OfARebootUnderWay_AreReboots()
    {
        var world = new ObedientWorld(Waiting(1)).Play(0.1);

        world.Record("a").AwaitedOperations().ShouldBeEmpty();
        (world.Record("a") with { Active = world.Record("a").Active.SetItem("a-1", world.Record("a").Active["a-1"].Enter(NodeStep.Replacing, world.Now)) })
            .AwaitedOperations().ShouldBe([$"{world.Record("a").Id}/a-1/{ProviderVerb.Reboot}"]);
    }

    [Fact]
    [Trait("Rule", "UP-131")]
    [Trait("Rule", "UP-133")]
    public void Between_NodeIsRebooted_TellsThatAndNotThatItIsUpgraded()
    {
        var world = new ObedientWorld(Waiting(1, s => s with { NodeSoak = Duration.FromMinutes(5) })).Play();

        RolloutEvents.Between(null, world.Record("a")).Select(e => $"{e.Reason} {e.Message}").ShouldBe(
            ["Drain Draining node: a-1", "Upgrade Soak duration 5m0s after draining node: a-1", "Reboot Rebooting node: a-1", "Reboot Successfully rebooted node: a-1"]);
    }

    private static TestCluster Waiting(
        int nodes, Func<UpgradeSettings, UpgradeSettings>? settings = null, Func<Node, Node>? change = null, Func<PoolSpec, PoolSpec>? spec = null)
    {
        var cluster = new TestCluster().Pool(
            "a", nodes,
            settings: s => (settings ?? (x => x))(s with { MaxSurge = null, RebootPolicy = RebootPolicy.Coordinated }),
            spec: p => (spec ?? (x => x))(p with { Provider = new ProviderCapabilities(CanSurge: false, SizeLimit: 1000) { InPlace = true } }))
            .Channel(NodeOsChannel.Unmanaged);
        for (var i = 1; i <= nodes; i++)
        {
            cluster.Node($"a-{i}", n => (change ?? (x => x))(n with { RebootPending = true, Agent = new AgentReport(), Updater = OsUpdater.Distribution }));
        }

        return cluster;
    }
}
