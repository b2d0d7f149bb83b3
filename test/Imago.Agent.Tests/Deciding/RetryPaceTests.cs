using Imago.Agent.Deciding;
using Imago.Domain.NodeOs;
using NodaTime;
using static Imago.Agent.Tests.Kit.Orders;

namespace Imago.Agent.Tests.Deciding;

public sealed class RetryPaceTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 11, 24, 22, 0);

    [Theory]
    [InlineData(1, 10)]
    [InlineData(2, 20)]
    [InlineData(4, 80)]
    [InlineData(6, 320)]
    [InlineData(7, 360)]
    [InlineData(1000, 360)]
    [Trait("Rule", "NM-33")]
    public void Next_LevelAnnotation_DoublesFromTenMinutesToSixHoursAndAddsAQuarterAtMost(int attempts, int minutes)
    {
        var wait = new RetryPace().Next(AgentOrder.Of(Golden(L1))!, "n1", attempts, Now) - Now;
        wait.ShouldBeInRange(Duration.FromMinutes(minutes), Duration.FromMinutes(minutes * 1.25));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 4)]
    [InlineData(5, 10)]
    [Trait("Rule", "NM-33")]
    public void Next_OrderOfTheControlSide_WaitsMinutesOnly(int attempts, int minutes)
    {
        // Staging, too: nodes that could not stage are not started in the window, which may be short.
        foreach (var mode in new[] { OrderMode.Stage, OrderMode.Live, OrderMode.Drained })
        {
            var wait = new RetryPace().Next(AgentOrder.Of(Order(mode, L1))!, "n1", attempts, Now) - Now;
            wait.ShouldBeInRange(Duration.FromMinutes(minutes), Duration.FromMinutes(minutes * 1.25));
        }
    }

    [Fact]
    [Trait("Rule", "NM-33")]
    public void Next_ShorterWaitSet_IsThatOfOrdersOfTheControlSideOnly()
    {
        var pace = new RetryPace { FirstInWindow = Duration.FromSeconds(4) };
        (pace.Next(AgentOrder.Of(Order(OrderMode.Live, L1))!, "n1", 1, Now) - Now).ShouldBeInRange(Duration.FromSeconds(4), Duration.FromSeconds(5));
        (pace.Next(AgentOrder.Of(Golden(L1))!, "n1", 1, Now) - Now).ShouldBeGreaterThanOrEqualTo(RetryPace.First);
    }

    [Fact]
    [Trait("Rule", "NM-33")]
    public void FirstAttempt_ManyNodes_AreSpreadUnlessAWindowIsOpen()
    {
        var pace = new RetryPace { Spread = Duration.FromMinutes(10) };
        var starts = Enumerable.Range(0, 200).Select(i => pace.FirstAttempt(AgentOrder.Of(Golden(L1))!, $"node-{i}", Now) - Now).ToList();
        starts.Distinct().Count().ShouldBeGreaterThan(150);
        starts.ShouldAllBe(s => s >= Duration.Zero && s < Duration.FromMinutes(10));
        pace.FirstAttempt(AgentOrder.Of(Order(OrderMode.Drained, L1))!, "node-1", Now).ShouldBe(Now);
    }
}
