using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Actions;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.NodeOs;

public class InPlaceOperationsTests
{
    private static readonly Instant Given = Instant.FromUtc(2026, 11, 20, 2, 0);
    private static readonly PatchLevel Level = new(Instant.FromUtc(2026, 11, 19, 0, 0));

    private static readonly ArchiveState Archive = new(
    [
        new SuiteState(ArchivePocket.Release, "http://mirror.example/debian", "bookworm", ["main"], Instant.FromUtc(2026, 11, 10, 9, 0), ""),
        new SuiteState(ArchivePocket.Security, "http://mirror.example/debian-security", "bookworm-security", ["main"], Instant.FromUtc(2026, 11, 19, 21, 30), ""),
    ]);

    private static readonly NodeOrder Order = new() { Id = "r/n/Reimage", Mode = OrderMode.Drained, Level = Level, GivenAt = Given };

    private static AgentReport Report(AgentPhase phase, double minute = 5) => new() { OrderId = Order.Id, Phase = phase, Level = Level, At = Given + Duration.FromMinutes(minute) };

    private static ProviderOperation StateAt(double minute, AgentReport? report) => InPlaceOperations.StateOf(Order, report, Given + Duration.FromMinutes(minute));

    [Theory]
    [InlineData(OrderContent.Security, null, true)]
    [InlineData(OrderContent.Security, -1, true)]
    [InlineData(OrderContent.Security, 0, false)]
    [InlineData(OrderContent.Security, 1, false)]
    [InlineData(OrderContent.Everything, null, false)]
    [Trait("Rule", "CH-34")]
    [Trait("Rule", "NM-32")]
    public void Giving_Order_RaisesTheDocumentedLevelOfSecurityOrdersAndNeverLowersIt(OrderContent content, int? days, bool raised)
    {
        var node = new Node
        {
            Name = "n", Uid = "u", Pool = "np1", Image = NodeImage.Parse("ImagoDebian-12-202306.10.0"),
            DesiredLevel = days is { } d ? new PatchLevel(Level.Moment + Duration.FromDays(d)) : null,
        };

        InPlaceOperations.Giving(node, Order with { Content = content }).DesiredLevel.ShouldBe(raised ? Level : null);
    }

    [Theory]
    [InlineData(59, OperationState.Running)]
    [InlineData(60, OperationState.Failed)]
    [Trait("Rule", "MW-53")]
    public void StateOf_AgentThatSaysThatTheWindowHasClosed_FailsWhenItHas(double minute, OperationState expected)
    {
        var order = Order with { NotAfter = Given + Duration.FromHours(1) };
        var operation = InPlaceOperations.StateOf(order, Report(AgentPhase.Retrying) with { Reason = InPlaceOperations.WindowClosed }, Given + Duration.FromMinutes(minute));

        operation.State.ShouldBe(expected);
        operation.Code.ShouldBe(expected == OperationState.Failed ? "WindowClosed" : null);
    }

    [Theory]
    [InlineData(ProviderVerb.Reimage)]
    [InlineData(ProviderVerb.Reboot)]
    [Trait("Rule", "MW-53")]
    public void OrderOf_RequestWithALimit_HasIt(ProviderVerb verb) =>
        InPlaceOperations.OrderOf(new ProviderRequest("id", verb, "np1", "n", "ImagoDebian-12-202611.19.0", null, 7) { NotAfter = Given }, Given)!.NotAfter.ShouldBe(Given);

    [Fact]
    [Trait("Rule", "CH-31")]
    [Trait("Rule", "IM-5")]
    public void OrderOf_PatchLevel_BringsSecurityAndTheImageWithItsDate()
    {
        var request = new ProviderRequest("r/n/Reimage", ProviderVerb.Reimage, "np1", "n", "ImagoDebian-12-202306.10.0-2026.11.19", Level, 7) { Archive = Archive };

        InPlaceOperations.OrderOf(request, Given).ShouldBe(new NodeOrder
        {
            Id = "r/n/Reimage",
            Mode = OrderMode.Drained,
            Content = OrderContent.Security,
            Level = Level,
            Image = "ImagoDebian-12-202306.10.0-2026.11.19",
            Archive = Archive,
            Epoch = 7,
            GivenAt = Given,
        });
    }

    [Fact]
    [Trait("Rule", "CH-21")]
    public void OrderOf_Image_BringsEverythingOfTheMomentItIsMadeFrom()
    {
        var order = InPlaceOperations.OrderOf(new ProviderRequest("r/n/Reimage", ProviderVerb.Reimage, "np1", "n", "ImagoDebian-12-202611.19.0", null, 7) { Archive = Archive }, Given);

        order.ShouldNotBeNull().Content.ShouldBe(OrderContent.Everything);
        order.Level.ShouldBe(new PatchLevel(Instant.FromUtc(2026, 11, 19, 21, 30)), "the level of the newest suite, which a security level of the same state has, too");
        order.Image.ShouldBe("ImagoDebian-12-202611.19.0");
    }

    [Fact]
    public void OrderOf_ImageWithoutArchive_HasTheLevelOfItsDate() =>
        InPlaceOperations.OrderOf(new ProviderRequest("r/n/Reimage", ProviderVerb.Reimage, "np1", "n", "ImagoDebian-12-202611.19.0", null, 7), Given)!.Level
            .ShouldBe(Level);

    [Fact]
    [Trait("Rule", "CH-13")]
    public void OrderOf_Reboot_BringsNothingButTheReboot()
    {
        var order = InPlaceOperations.OrderOf(new ProviderRequest("r/n/Reboot", ProviderVerb.Reboot, "np1", "n", null, null, 7), Given);

        order.ShouldBe(new NodeOrder { Id = "r/n/Reboot", Mode = OrderMode.Drained, Content = OrderContent.Reboot, Epoch = 7, GivenAt = Given });
        InPlaceOperations.StateOf(order!, new AgentReport { OrderId = "r/n/Reboot", Phase = AgentPhase.Applying, At = Given }, Given).Progress.ShouldBe("its agent restarts the machine");
        InPlaceOperations.StateOf(order!, new AgentReport { OrderId = "r/n/Reboot", Phase = AgentPhase.Rebooting, At = Given }, Given).State.ShouldBe(OperationState.Succeeded);
    }

    [Theory]
    [InlineData(ProviderVerb.Create, "ImagoDebian-12-202611.19.0")]
    [InlineData(ProviderVerb.Delete, null)]
    [InlineData(ProviderVerb.Reimage, "talos-v1.9")]
    public void OrderOf_WhatNoOrderBringsAbout_IsNone(ProviderVerb verb, string? image) =>
        InPlaceOperations.OrderOf(new ProviderRequest("id", verb, "np1", "n", image, null, 7), Given).ShouldBeNull();

    [Theory]
    [InlineData(AgentPhase.Rebooting)]
    [InlineData(AgentPhase.Applied)]
    [Trait("Rule", "CH-31")]
    public void StateOf_InstalledAndVerified_HasSucceededWhenItIsSeen(AgentPhase phase)
    {
        var operation = StateAt(9, Report(phase));

        operation.ShouldBe(new ProviderOperation(Order.Id, OperationState.Succeeded, Given + Duration.FromMinutes(9), null, null));
    }

    [Fact]
    [Trait("Rule", "NM-34")]
    public void StateOf_FixesHeldBack_HasSucceededSoThatTheNodeGoesBackToWork() => StateAt(9, Report(AgentPhase.AppliedPartially)).State.ShouldBe(OperationState.Succeeded);

    [Fact]
    public void StateOf_IdleBecauseTheLevelWasReachedBefore_HasSucceeded()
    {
        StateAt(9, Report(AgentPhase.Idle) with { Reached = Level }).State.ShouldBe(OperationState.Succeeded);
        StateAt(9, Report(AgentPhase.Idle)).State.ShouldBe(OperationState.Running);
    }

    [Fact]
    [Trait("Rule", "NM-32")]
    public void StateOf_Refused_HasFailedWithTheAgentsReason()
    {
        var operation = StateAt(6, Report(AgentPhase.Refused) with { Reason = "LevelTooLow", Message = "Level 20261119T000000Z is lower than the reached one." });

        operation.State.ShouldBe(OperationState.Failed);
        operation.Code.ShouldBe("LevelTooLow");
        operation.Message.ShouldBe("Level 20261119T000000Z is lower than the reached one.");
    }

    [Fact]
    [Trait("Rule", "NM-34")]
    public void StateOf_ReportAboutAnotherOrder_SaysNothingAboutThisOne()
    {
        var operation = StateAt(5, Report(AgentPhase.Applied) with { OrderId = "earlier" });

        operation.State.ShouldBe(OperationState.Running);
        operation.Progress.ShouldBe("its agent has not taken the order yet");
    }

    [Fact]
    [Trait("Rule", "CH-35")]
    public void StateOf_NothingHeardForSeventyMinutes_HasFailed()
    {
        StateAt(69, null).State.ShouldBe(OperationState.Running);
        var operation = StateAt(70, null);

        operation.State.ShouldBe(OperationState.Failed);
        operation.Code.ShouldBe("AgentSilent");
        operation.Message.ShouldBe("its agent has not taken the order for 70 minutes. Look at the agent on the node.");
    }

    [Fact]
    [Trait("Rule", "CH-35")]
    public void StateOf_AgentThatWorks_IsWaitedForFromItsLastSign()
    {
        StateAt(79, Report(AgentPhase.Applying, minute: 10)).State.ShouldBe(OperationState.Running);
        StateAt(80, Report(AgentPhase.Applying, minute: 10)).Code.ShouldBe("AgentSilent");
        StateAt(69, Report(AgentPhase.Applying, minute: -600)).State.ShouldBe(OperationState.Running, "the node's clock is ten hours behind");
    }

    [Fact]
    [Trait("Rule", "NM-33")]
    public void StateOf_AgentThatGoesOnFailing_HasFailedWithItsReason()
    {
        var report = Report(AgentPhase.Retrying, minute: 68) with { Reason = "MirrorStale", Message = "bookworm-security is of 2026-11-18.", Attempts = 3 };

        StateAt(69, report).State.ShouldBe(OperationState.Running);
        StateAt(69, report).Progress.ShouldBe("attempt 3 failed: bookworm-security is of 2026-11-18; it goes on");
        var operation = StateAt(70, report);
        operation.State.ShouldBe(OperationState.Failed);
        operation.Code.ShouldBe("MirrorStale");
        operation.Message.ShouldBe("bookworm-security is of 2026-11-18; it was tried 3 times in 70 minutes.");
    }

    [Fact]
    public void StateOf_WhileItInstalls_SaysHowMuch() =>
        StateAt(6, Report(AgentPhase.Applying) with { Planned = new PlannedChange(Level, OrderContent.Security, RebootVerdict.Reboot, 26, 0) }).Progress
            .ShouldBe("its agent installs 26 packages");

    [Fact]
    public void StateOf_OrderOfUnknownAge_IsWaitedForUntilTheAgentHasSpoken()
    {
        var order = Order with { GivenAt = null };

        InPlaceOperations.StateOf(order, null, Given + Duration.FromDays(9)).State.ShouldBe(OperationState.Running);
        InPlaceOperations.StateOf(order, Report(AgentPhase.Applying), Given + Duration.FromDays(9)).Code.ShouldBe("AgentSilent");
    }
}
