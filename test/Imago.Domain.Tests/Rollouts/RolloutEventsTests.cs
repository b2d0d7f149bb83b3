using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Events;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Tests.Rollouts.Kit;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts;

public sealed class RolloutEventsTests
{
    [Fact]
    [Trait("Rule", "UP-130")]
    public void Between_SurgeNodeIsThere_TellsThatItWasMade() =>
        Told(Surge(SurgeStep.Creating), Surge(SurgeStep.Verifying)).ShouldBe(["s1 Surge Normal Created a surge node [s1 apps] for agentpool apps"]);

    [Fact]
    [Trait("Rule", "UP-130")]
    public void Between_SurgeNodeIsNamedOrCannotBeMade_TellsNothingYet()
    {
        Told(Rollout(), Surge(SurgeStep.Creating)).ShouldBeEmpty();
        Told(Surge(SurgeStep.Creating), Rollout()).ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "UP-130")]
    public void Between_SurgeNodeOfTheLastRolloutIsTakenOver_DoesNotTellThatItWasMade() =>
        Told(Surge(SurgeStep.Stranded) with { Id = "r0" }, Surge(SurgeStep.Serving)).ShouldBeEmpty();

    [Fact]
    [Trait("Rule", "UP-131")]
    public void Between_NodeIsStarted_TellsThatItIsDrained() => Told(Rollout(), Node(NodeStep.Draining)).ShouldBe(["n1 Drain Normal Draining node: n1"]);

    [Fact]
    [Trait("Rule", "UP-131")]
    [Trait("Rule", "UP-134")]
    public void Between_SurgeNodeIsReturned_TellsDrainAndDelete()
    {
        Told(Surge(SurgeStep.Serving), Surge(SurgeStep.Draining)).ShouldBe(["s1 Drain Normal Draining node: s1"]);
        Told(Surge(SurgeStep.Draining), Surge(SurgeStep.Deleting)).ShouldBeEmpty();
        Told(Surge(SurgeStep.Deleting), Rollout()).ShouldBe(["s1 Delete Normal Deleted surge node s1"]);
    }

    [Fact]
    [Trait("Rule", "UP-132")]
    [Trait("Rule", "UP-133")]
    public void Between_StepByStep_TellsEachStepOnce()
    {
        Told(Node(NodeStep.Draining), Node(NodeStep.Soaking)).ShouldBe(["n1 Upgrade Normal Soak duration 5m0s after draining node: n1"]);
        Told(Node(NodeStep.Soaking), Node(NodeStep.Replacing)).ShouldBe(["n1 Upgrade Normal Deleting node n1 from API server"]);
        Told(Node(NodeStep.Replacing), Node(NodeStep.Verifying)).ShouldBe(["n1 Upgrade Normal Successfully reimaged node: n1"]);
        Told(Node(NodeStep.Verifying), Node(NodeStep.Watching)).ShouldBeEmpty();
        Told(Node(NodeStep.Watching), Node(NodeStep.Releasing)).ShouldBeEmpty();
        Told(Node(NodeStep.Releasing), Settled(NodeResult.Upgraded)).ShouldBe(["n1 Upgrade Normal Successfully upgraded node: n1"]);
    }

    [Fact]
    [Trait("Rule", "UP-133")]
    public void Between_SeveralStepsInOnePass_TellsAllInOrder() =>
        Told(Rollout(), Settled(NodeResult.Upgraded)).ShouldBe([
            "n1 Drain Normal Draining node: n1",
            "n1 Upgrade Normal Soak duration 5m0s after draining node: n1",
            "n1 Upgrade Normal Deleting node n1 from API server",
            "n1 Upgrade Normal Successfully reimaged node: n1",
            "n1 Upgrade Normal Successfully upgraded node: n1",
        ]);

    [Fact]
    [Trait("Rule", "UP-133")]
    public void Between_LivePatch_TellsOnlyThatItIsDone()
    {
        Told(Rollout(), Node(NodeStep.Patching, NodeWork.LivePatch)).ShouldBeEmpty();
        Told(Node(NodeStep.Patching, NodeWork.LivePatch), Settled(NodeResult.Upgraded, NodeWork.LivePatch)).ShouldBe(["n1 Upgrade Normal Successfully upgraded node: n1"]);
    }

    [Theory]
    [InlineData(NodeResult.Blocked, "Drain")]
    [InlineData(NodeResult.Quarantined, "Drain")]
    [InlineData(NodeResult.NotReady, "Upgrade")]
    [InlineData(NodeResult.ProviderFailed, "Upgrade")]
    [Trait("Rule", "UP-135")]
    public void Between_NodeIsLost_WarnsInTheWordsOfTheRecord(NodeResult result, string reason) =>
        Told(Node(NodeStep.GivingUp), Settled(result, fault: new RolloutFault("C", "It did not work.", "n1", Some.Noon))).ShouldBe([$"n1 {reason} Warning It did not work."]);

    [Fact]
    [Trait("Rule", "UP-135")]
    public void Between_SurgeNodeFails_Warns()
    {
        var fault = new RolloutFault("AllocationFailed", "No capacity.", "s1", Some.Noon);
        Told(Surge(SurgeStep.Creating), Rollout() with { CapacityFaults = [fault] }).ShouldBe(["s1 Upgrade Warning No capacity."]);
        Told(Surge(SurgeStep.Verifying), Surge(SurgeStep.Deleting) with { Fault = fault }).ShouldBe(["s1 Upgrade Warning No capacity."]);
    }

    [Fact]
    [Trait("Rule", "UP-133")]
    public void Between_LostNodeComesBack_DoesNotTellItsStepsAgain()
    {
        var fault = new RolloutFault("C", "It did not work.", "n1", Some.Noon);
        Told(Settled(NodeResult.NotReady, fault: fault) with { Fault = fault }, Settled(NodeResult.Upgraded) with { Fault = fault }).ShouldBe(["n1 Upgrade Normal Successfully upgraded node: n1"]);
    }

    [Fact]
    [Trait("Rule", "UP-136")]
    public void Between_ToldTwice_HasTheSameIds()
    {
        var once = RolloutEvents.Between(Rollout(), Settled(NodeResult.Upgraded));
        var bits = new[] { (Rollout(), Node(NodeStep.Draining)), (Node(NodeStep.Draining), Node(NodeStep.Replacing)), (Node(NodeStep.Replacing), Settled(NodeResult.Upgraded)) }
            .SelectMany(b => RolloutEvents.Between(b.Item1, b.Item2)).ToList();

        bits.ShouldBe(once);
        once.Select(e => e.Id).Distinct().Count().ShouldBe(once.Length);
        once.ShouldAllBe(e => e.Id.StartsWith("n1.", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Rule", "UP-136")]
    public void Between_SameNodeInAnotherRollout_HasOtherIds() =>
        RolloutEvents.Between(null, Node(NodeStep.Draining))[0].Id.ShouldNotBe(RolloutEvents.Between(null, Node(NodeStep.Draining) with { Id = "r2" })[0].Id);

    private static List<string> Told(RolloutRecord before, RolloutRecord after) =>
        [.. RolloutEvents.Between(before, after).Select(e => $"{e.Node} {e.Reason} {(e.IsWarning ? "Warning" : "Normal")} {e.Message}")];

    private static RolloutRecord Surge(SurgeStep step) => Rollout() with
    {
        SurgeNodes = RolloutRecord.EmptySurge.Add("s1", new SurgeNode { Step = step, Since = Some.Noon, NamedAt = Some.Noon, Image = Some.New }),
    };

    private static RolloutRecord Node(NodeStep step, NodeWork work = NodeWork.Reimage) => Rollout() with
    {
        Active = RolloutRecord.EmptyActive.Add("n1", new NodeProgress { Work = work, Step = step, StartedAt = Some.Noon, Since = Some.Noon, From = Some.Old, To = Some.New, Uid = "u1" }),
    };

    private static RolloutRecord Settled(NodeResult result, NodeWork work = NodeWork.Reimage, RolloutFault? fault = null) => Rollout() with
    {
        Settled = RolloutRecord.EmptySettled.Add("n1", new NodeOutcome { Result = result, Work = work, StartedAt = Some.Noon, EndedAt = Some.Noon, From = Some.Old, Fault = fault }),
    };

    private static RolloutRecord Rollout() => new()
    {
        Id = "r1",
        Pool = "apps",
        Target = new RolloutTarget.Image(NodeImage.Parse(Some.New)),
        StartedAt = Some.Noon,
        Settings = new UpgradeSettings { NodeSoak = Duration.FromMinutes(5) },
    };
}
