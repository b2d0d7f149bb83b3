using Imago.Agent.Deciding;
using Imago.Agent.Tests.Kit;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using Imago.NodeOs.Machine;
using NodaTime;
using static Imago.Agent.Tests.Kit.Orders;

namespace Imago.Agent.Tests.Deciding;

public sealed class AgentStoryTests
{
    [Fact]
    [Trait("Rule", "NM-2")]
    public async Task Agent_NothingOrdered_DoesNothing()
    {
        using var story = new AgentStory();
        await story.SettleAsync();
        story.Machine.Done.ShouldBeEmpty();
        story.State.Phase.ShouldBe(AgentPhase.Idle);
    }

    [Fact]
    [Trait("Rule", "NM-30")]
    public async Task Agent_StageOrder_DownloadsAndInstallsNothing()
    {
        using var story = new AgentStory { Wishes = Order(OrderMode.Stage, L1) };
        story.Machine.KernelLevels.Add(L1.ToString());
        await story.SettleAsync();
        story.Machine.Done.ShouldBe([$"download {L1}"]);
        story.State.Phase.ShouldBe(AgentPhase.Staged);
        story.State.Planned!.Verdict.ShouldBe(RebootVerdict.Reboot);
        story.State.Reached.ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "NM-48")]
    [Trait("Rule", "NM-31")]
    public async Task Agent_SameOrderWithAnotherEditionOfTheArchives_IsPlannedAnewAtOnce()
    {
        var wishes = Order(OrderMode.Drained, L1);
        using var story = new AgentStory { Wishes = wishes with { Order = wishes.Order! with { Archive = EditionOf("aa") } } };
        story.Machine.Edition = EditionOf("bb");
        await story.RestAsync();
        story.State.Phase.ShouldBe(AgentPhase.Retrying);
        story.State.Reason.ShouldBe("MirrorAhead");
        story.State.Planned.ShouldBeNull("nothing was changed, which the control side goes by");

        story.Wishes = wishes with { Order = wishes.Order! with { Archive = EditionOf("bb") } };
        await story.RestAsync();

        story.State.Phase.ShouldBe(AgentPhase.Applied);
        story.State.Reached.ShouldBe(L1);
    }

    [Fact]
    [Trait("Rule", "NM-30")]
    public async Task Agent_SameOrderWrittenByAnotherServerLater_IsNoNewOrder()
    {
        var wishes = Order(OrderMode.Live, L1);
        using var story = new AgentStory { Wishes = wishes };
        await story.RestAsync();
        var steps = story.Steps.Count;

        story.Wishes = wishes with { Order = wishes.Order! with { Epoch = 9, GivenAt = story.Clock.Now } };
        await story.RestAsync();

        story.Steps.Count.ShouldBe(steps);
    }

    [Fact]
    [Trait("Rule", "CH-30")]
    [Trait("Rule", "NM-34")]
    public async Task Agent_LiveOrderWithoutReboot_InstallsAndReachesTheLevel()
    {
        using var story = new AgentStory { Wishes = Order(OrderMode.Live, L1, image: "ImagoDebian-12-202611.01.0") };
        await story.SettleAsync();
        story.Machine.Installed.ShouldBe(L1.ToString());
        story.State.Phase.ShouldBe(AgentPhase.Applied);
        story.State.Reached.ShouldBe(L1);

        // IM-13: a live patch leaves the label alone.
        story.State.Image.ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "CH-30")]
    [Trait("Rule", "NM-59")]
    public async Task Agent_LiveOrderThatNeedsReboot_ChangesNothingAndSaysSo()
    {
        using var story = new AgentStory { Wishes = Order(OrderMode.Live, L1) };
        story.Machine.KernelLevels.Add(L1.ToString());
        await story.SettleAsync();
        story.Machine.Done.ShouldBeEmpty();
        story.Machine.Installed.ShouldBe("0");
        story.State.Phase.ShouldBe(AgentPhase.RebootNeeded);
        story.State.Reason.ShouldBe("RebootNeeded");
    }

    [Fact]
    [Trait("Rule", "CH-31")]
    [Trait("Rule", "IM-12")]
    public async Task Agent_DrainedOrderThatNeedsReboot_RestartsOnceAndReportsFromTheOtherSide()
    {
        using var story = new AgentStory { Wishes = Order(OrderMode.Drained, L1, image: "ImagoDebian-12-202306.10.0-2026.11.01") };
        story.Machine.KernelLevels.Add(L1.ToString());
        await story.SettleAsync();
        story.Machine.Done.ShouldBe([$"download {L1}", $"install {L1}", "restart"]);
        story.Machine.BootId.ShouldBe("boot-2");
        story.State.Phase.ShouldBe(AgentPhase.Applied);
        story.State.Image.ShouldBe("ImagoDebian-12-202306.10.0-2026.11.01");
        story.State.ImageAppliedAt.ShouldBe(story.Clock.Now);
    }

    [Fact]
    public async Task Agent_DrainedOrderWithoutReboot_DoesNotRestart()
    {
        using var story = new AgentStory { Wishes = Order(OrderMode.Drained, L1) };
        await story.SettleAsync();
        story.Machine.Done.ShouldNotContain("restart");
        story.State.Phase.ShouldBe(AgentPhase.Applied);
    }

    [Fact]
    [Trait("Rule", "NM-34")]
    public async Task Agent_FixHeldBack_IsNeverAtTheLevel()
    {
        using var story = new AgentStory { Wishes = Order(OrderMode.Drained, L1, image: "ImagoDebian-12-202611.01.0") };
        story.Machine.Holds = true;
        await story.SettleAsync();
        story.State.Phase.ShouldBe(AgentPhase.AppliedPartially);
        story.State.Reached.ShouldBeNull();
        story.State.Image.ShouldBeNull();
        story.State.Message.ShouldNotBeNull().ShouldContain("held 1 -> 2");
    }

    [Fact]
    [Trait("Rule", "NM-32")]
    public async Task Agent_LowerLevel_IsRefused()
    {
        using var story = new AgentStory { Wishes = Order(OrderMode.Live, L2) };
        await story.SettleAsync();
        story.Wishes = Order(OrderMode.Live, L1);
        await story.SettleAsync();
        story.State.Phase.ShouldBe(AgentPhase.Refused);
        story.State.Reason.ShouldBe("LevelLower");
        story.State.Reached.ShouldBe(L2);
        story.Machine.Installed.ShouldBe(L2.ToString());
    }

    [Fact]
    [Trait("Rule", "NM-32")]
    public async Task Agent_Rollback_TakesTheLowerLevelAndSaysThatNothingIsDowngraded()
    {
        using var story = new AgentStory { Wishes = Order(OrderMode.Live, L2) };
        await story.SettleAsync();
        story.Wishes = Order(OrderMode.Live, L1, rollback: true);
        await story.SettleAsync();
        story.State.Reached.ShouldBe(L1);
        story.State.Message.ShouldNotBeNull().ShouldContain("not downgraded");
    }

    [Fact]
    [Trait("Rule", "CH-34")]
    [Trait("Rule", "NM-14")]
    public async Task Agent_LevelAnnotationAlone_InstallsLiveEvenIfARebootIsPendingAfterwards()
    {
        using var story = new AgentStory { Wishes = Golden(L1) };
        story.Machine.KernelLevels.Add(L1.ToString());
        await story.SettleAsync();
        story.Machine.Done.ShouldBe([$"download {L1}", $"install {L1}"]);
        story.State.Phase.ShouldBe(AgentPhase.Applied);
        story.State.Verdict.ShouldBe(RebootVerdict.Reboot);
        story.State.Order!.ReportedId.ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "CH-34")]
    public async Task Agent_LevelAnnotationEqualToTheReachedOne_IsDoneWithoutWork()
    {
        using var story = new AgentStory { Wishes = Order(OrderMode.Live, L1) };
        await story.SettleAsync();
        var done = story.Machine.Done.Count;
        story.Wishes = Golden(L1);
        await story.SettleAsync();
        story.Machine.Done.Count.ShouldBe(done);
        story.State.Phase.ShouldBe(AgentPhase.Applied);
    }

    [Fact]
    [Trait("Rule", "CH-13")]
    public async Task Agent_RebootOrder_RestartsOnlyWhereARestartIsPending()
    {
        using var story = new AgentStory { Wishes = Order(OrderMode.Drained, null, OrderContent.Reboot) };
        await story.SettleAsync();
        story.Machine.Done.ShouldBeEmpty();
        story.State.Phase.ShouldBe(AgentPhase.Applied);

        story.Wishes = Golden(L1);
        story.Machine.KernelLevels.Add(L1.ToString());
        await story.SettleAsync();
        story.Wishes = Order(OrderMode.Drained, null, OrderContent.Reboot);
        await story.SettleAsync();
        story.Machine.Done[^1].ShouldBe("restart");
        story.State.Phase.ShouldBe(AgentPhase.Applied);
        story.State.Verdict.ShouldBe(RebootVerdict.None);
        story.State.Reached.ShouldBe(L1);
    }

    [Fact]
    [Trait("Rule", "NM-33")]
    public async Task Agent_MirrorDown_RetriesWithBackOffAndThenReaches()
    {
        using var story = new AgentStory { Wishes = Order(OrderMode.Live, L1) };
        story.Machine.Fate = call => call < 3 ? "MirrorUnreachable" : null;
        await story.RestAsync();
        story.State.Phase.ShouldBe(AgentPhase.Retrying);
        story.State.Reason.ShouldBe("MirrorUnreachable");
        story.State.NextAttemptAt.ShouldNotBeNull().ShouldBeInRange(story.Clock.Now + Duration.FromMinutes(1), story.Clock.Now + Duration.FromSeconds(75));
        await story.SettleAsync();
        story.State.Attempts.ShouldBe(4);
        story.State.Phase.ShouldBe(AgentPhase.Applied);
        story.State.Reason.ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "NM-46")]
    public async Task Agent_KilledInTransactionAndOrderWithdrawn_EndsWhatItBegan()
    {
        using var story = new AgentStory { Wishes = Order(OrderMode.Drained, L1) };
        story.Machine.Fate = call => call == 2 ? "kill" : null;
        for (var i = 0; i < 10 && story.Kills == 0; i++)
        {
            await story.RestAsync(1 + i).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        story.Wishes = NodeWishes.None;
        await story.SettleAsync();
        story.Kills.ShouldBe(1);
        story.Machine.IsHalf.ShouldBeFalse();
        story.State.IsOpen.ShouldBeFalse();
        story.Machine.Done.ShouldNotContain("restart");
    }

    [Fact]
    public async Task Agent_MachineDoesNotRestart_IsToldAgainAndThenReported()
    {
        using var story = new AgentStory { Wishes = Order(OrderMode.Drained, L1) };
        story.Machine.KernelLevels.Add(L1.ToString());
        story.Machine.Restarts = false;
        while (story.State.Phase != AgentPhase.Retrying)
        {
            await story.RestAsync();
            story.Clock.Now += Duration.FromMinutes(6);
            story.Clock.Now.ShouldBeLessThan(Instant.FromUtc(2026, 11, 25, 22, 0));
        }

        story.State.Reason.ShouldBe("RestartFailed");
        story.Machine.Done.Count(d => d == "restart").ShouldBe(AgentPlanner.MostRestarts);
    }

    [Fact]
    [Trait("Rule", "NM-18")]
    public async Task Agent_UpdaterWish_IsFollowedBeforeTheOrderAndGivenBackWithoutOne()
    {
        using var story = new AgentStory { Wishes = Order(OrderMode.Live, L1) with { Updater = OsUpdater.Imago } };
        await story.SettleAsync();
        story.Machine.Done[0].ShouldBe("updater Imago");
        story.Wishes = NodeWishes.None;
        await story.SettleAsync();
        story.Machine.Done[^1].ShouldBe("updater as found");
        story.State.Updater.ShouldBeNull();
    }

    [Fact]
    public async Task Agent_UpdaterCannotBeSwitched_CarriesOutTheOrderAndTriesAgainLater()
    {
        using var story = new AgentStory { Wishes = Order(OrderMode.Live, L1) with { Updater = OsUpdater.Imago } };
        story.Machine.UpdaterProblem = "a unit cannot be masked";
        await story.RestAsync();
        story.State.Phase.ShouldBe(AgentPhase.Applied);
        story.Decide().ShouldBe(new AgentStep.Wait(story.State.UpdaterRetryAt));
        story.Machine.UpdaterProblem = null;
        await story.SettleAsync();
        story.Machine.Updater.ShouldBe(OsUpdater.Imago);
    }

    [Fact]
    [Trait("Rule", "NM-18")]
    public async Task Agent_UpdaterCannotBeSwitchedForAFullDisk_IsTriedLaterAndNotInACircle()
    {
        using var story = new AgentStory { Wishes = NodeWishes.None with { Updater = OsUpdater.Imago } };
        story.Machine.Fate = _ => "disk";
        await story.RestAsync();
        story.State.UpdaterRetryAt.ShouldBe(story.Clock.Now + RetryPace.First);
    }

    [Fact]
    [Trait("Rule", "NM-46")]
    public async Task Agent_WithdrawnInstallationCannotBeEndedForAFullDisk_IsLeftToTheNextOrder()
    {
        using var story = new AgentStory { Wishes = Order(OrderMode.Live, L1) };
        story.Machine.Fate = call =>
        {
            story.Wishes = call == 2 ? NodeWishes.None : story.Wishes;
            return call == 2 ? "kill" : call > 2 ? "disk" : null;
        };
        await story.RestAsync();
        story.State.Phase.ShouldBe(AgentPhase.Idle);
        story.Machine.IsHalf.ShouldBeTrue();
        story.Machine.Fate = _ => null;
        story.Wishes = Order(OrderMode.Live, L1);
        await story.SettleAsync();
        story.Machine.Installed.ShouldBe(L1.ToString());
    }

    // While packages are installed the node is put back to work; the order stands.
    [Fact]
    [Trait("Rule", "CH-31")]
    public async Task Agent_NodeTakesWorkBeforeTheRestart_IsNotRestartedUntilItIsDrainedAgain()
    {
        using var story = new AgentStory { Wishes = Order(OrderMode.Drained, L1) };
        story.Machine.KernelLevels.Add(L1.ToString());
        story.Machine.Fate = call =>
        {
            story.Wishes = call == 2 ? story.Wishes with { TakesWork = true } : story.Wishes;
            return null;
        };
        await story.RestAsync();
        story.Machine.Done.ShouldBe([$"download {L1}", $"install {L1}"]);
        story.State.Reason.ShouldBe("NotDrained");
        story.State.Verdict.ShouldBe(RebootVerdict.Reboot);

        story.Machine.Fate = _ => null;
        story.Wishes = story.Wishes with { TakesWork = false };
        await story.SettleAsync();
        story.Machine.Done.Count(d => d == "restart").ShouldBe(1);
        story.State.Phase.ShouldBe(AgentPhase.Applied);
    }

    [Fact]
    [Trait("Rule", "NM-33")]
    public async Task Agent_ClockIsSetBackByAYear_DoesNotWaitForAYear()
    {
        using var story = new AgentStory { Wishes = Order(OrderMode.Live, L1) };
        story.Machine.Fate = call => call == 0 ? "MirrorUnreachable" : null;
        await story.RestAsync();
        story.State.Phase.ShouldBe(AgentPhase.Retrying);
        story.Clock.Now -= Duration.FromDays(365);
        await story.RestAsync();
        story.State.Phase.ShouldBe(AgentPhase.Applied);
    }

    // All annotations of a node together may have 256 KiB.
    [Fact]
    [Trait("Rule", "NM-30")]
    public void Report_ThousandsOfPackagesHeldBack_StaysSmall()
    {
        var held = Enumerable.Range(0, 5000).Select(i => new HeldPackage($"some-package-{i}", "1:2.3-4+deb12u1", "1:2.3-4+deb12u2", "apt-mark hold")).ToArray();
        var state = new AgentState { Phase = AgentPhase.AppliedPartially, Held = [.. held], Message = string.Join(", ", held.Select(h => h.Package)) };

        var report = AgentReports.Of(state, "boot-1", new OsRelease("debian", "12", "bookworm"), "1.0", Instant.FromUtc(2026, 11, 24, 22, 0));

        Imago.Application.NodeOs.ReportText.Write(report).Length.ShouldBeLessThan(64 << 10);
        report.Held.Length.ShouldBe(100);
        AgentReports.Conditions(state).ShouldAllBe(c => c.Message.Length < 5000);
    }

    [Fact]
    public async Task Agent_UnreadableOrder_IsReportedAndTheLevelBesideItIsNotFollowed()
    {
        using var story = new AgentStory { Wishes = Golden(L1) with { OrderProblem = "Annotation cannot be read: 'id' is missing." } };
        await story.SettleAsync();
        story.Machine.Done.ShouldBeEmpty();
        story.State.Reason.ShouldBe("OrderUnreadable");
    }

    [Fact]
    public async Task Agent_AttemptThatKillsTheProcessEveryTime_WaitsAfterThree()
    {
        using var story = new AgentStory { Wishes = Order(OrderMode.Live, L1) };
        story.Machine.Fate = _ => "kill";
        await story.RestAsync();
        story.State.Reason.ShouldBe("Interrupted");
        story.State.NextAttemptAt.ShouldNotBeNull();
        story.Kills.ShouldBe(AgentPlanner.MostResumed + 1);
    }

    private static ArchiveState EditionOf(string hash) =>
        new([new SuiteState(ArchivePocket.Security, "http://mirror.example/debian-security", "bookworm-security", ["main"], L1.Moment, hash)]);
}
