using Imago.Agent.Deciding;
using Imago.Agent.Tests.Kit;
using Imago.Domain.NodeOs;
using NodaTime;
using static Imago.Agent.Tests.Kit.Orders;

namespace Imago.Agent.Tests.Deciding;

/// <summary>What an agent does with an order whose window has closed: nothing new, and nothing by halves.</summary>
public sealed class WindowEndTests
{
    [Theory]
    [InlineData(OrderMode.Live, OrderContent.Security)]
    [InlineData(OrderMode.Drained, OrderContent.Security)]
    [InlineData(OrderMode.Drained, OrderContent.Reboot)]
    [Trait("Rule", "MW-53")]
    public async Task Order_NotBegunAtItsEnd_IsNotBegunUntilItIsGivenAnew(OrderMode mode, OrderContent content)
    {
        using var story = new AgentStory();
        story.Wishes = Until(Order(mode, content == OrderContent.Reboot ? null : L1, content), story.Clock.Now);
        await story.RestAsync();

        story.Machine.Done.ShouldBeEmpty();
        story.State.Phase.ShouldBe(AgentPhase.Retrying);
        story.State.Reason.ShouldBe("WindowClosed");
        story.State.Planned.ShouldBeNull();
        story.Decide().ShouldBe(new AgentStep.Wait(null));

        // The next window: the same order with another end.
        story.Wishes = Until(story.Wishes, story.Clock.Now + Duration.FromHours(4));
        await story.SettleAsync();
        story.State.Phase.ShouldBe(AgentPhase.Applied);
    }

    [Fact]
    [Trait("Rule", "MW-53")]
    [Trait("Rule", "NM-33")]
    public async Task Order_FailingWhenItsWindowCloses_IsNotTriedAgain()
    {
        using var story = new AgentStory();
        story.Machine.Fate = _ => "LockHeld";
        story.Wishes = Until(Order(OrderMode.Live, L1), story.Clock.Now + Duration.FromSeconds(1));
        await story.RestAsync();
        story.State.Reason.ShouldBe("LockHeld");

        story.Machine.Fate = _ => null;
        await story.SettleAsync();
        story.State.Reason.ShouldBe("WindowClosed");
        story.Machine.Done.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "MW-53")]
    public async Task Order_WindowClosesWhileItIsDownloaded_IsNotInstalled()
    {
        using var story = new AgentStory();
        story.Wishes = Until(Order(OrderMode.Drained, L1), story.Clock.Now + Duration.FromMinutes(1));
        story.Machine.Fate = call =>
        {
            // The download.
            story.Clock.Now += call == 1 ? Duration.FromMinutes(1) : Duration.Zero;
            return null;
        };
        await story.SettleAsync();

        story.Machine.Done.ShouldBe([$"download {L1}"]);
        story.State.Reason.ShouldBe("WindowClosed");
        story.State.IsWorking.ShouldBeFalse();
    }

    [Fact]
    [Trait("Rule", "MW-53")]
    [Trait("Rule", "NM-46")]
    [Trait("Rule", "CH-31")]
    public async Task Order_KilledInTheMiddleOfItsInstallation_IsEndedAndRestartedAfterTheWindow()
    {
        using var story = new AgentStory();
        story.Machine.KernelLevels.Add(L1.ToString());
        story.Wishes = Until(Order(OrderMode.Drained, L1), story.Clock.Now + Duration.FromMinutes(1));
        story.Machine.Fate = call =>
        {
            story.Clock.Now += call == 2 ? Duration.FromHours(5) : Duration.Zero;
            return call == 2 ? "kill" : null;
        };
        await story.SettleAsync();

        story.Machine.IsHalf.ShouldBeFalse();
        story.Machine.Installed.ShouldBe(L1.ToString());
        story.Machine.Done.Count(d => d == "restart").ShouldBe(1);
        story.State.Phase.ShouldBe(AgentPhase.Applied);
    }

    [Fact]
    [Trait("Rule", "MW-53")]
    public async Task Staging_HasNoEnd()
    {
        using var story = new AgentStory();
        story.Wishes = Until(Order(OrderMode.Stage, L1), story.Clock.Now);
        await story.SettleAsync();
        story.State.Phase.ShouldBe(AgentPhase.Staged);
    }

    private static NodeWishes Until(NodeWishes wishes, Instant end) => wishes with { Order = wishes.Order! with { NotAfter = end } };
}
