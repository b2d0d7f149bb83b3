using Imago.Domain.Maintenance;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Maintenance;

public sealed class WindowTests
{
    [Theory]
    [InlineData("2023-11-25T23:59:59.999Z", false)]
    [InlineData("2023-11-26T00:00:00Z", true)]
    [InlineData("2023-11-26T03:59:59.999Z", true)]
    [InlineData("2023-11-26T04:00:00Z", false)]
    [Trait("Rule", "MW-42")]
    public void StateAt_OpeningInstantIsInside_ClosingInstantIsOutside(string now, bool open)
    {
        var state = Some.Window(Some.EverySunday, "2023-11-22").StateAt(Some.At(now));

        state.IsOpen.ShouldBe(open);
        (state.Current?.Contains(Some.At(now)) ?? false).ShouldBe(open);
    }

    [Fact]
    public void StateAt_OpenWindow_NamesItAndTheOneAfter()
    {
        var state = Some.Window(Some.EverySunday, "2023-11-22").StateAt(Some.At("2023-11-26T01:00:00Z"));

        state.Current!.Value.End.ShouldBe(Some.At("2023-11-26T04:00:00Z"));
        state.Next!.Value.Start.ShouldBe(Some.At("2023-12-03T00:00:00Z"));
    }

    [Fact]
    [Trait("Rule", "MW-49b")]
    public void StateAt_WindowsThatTouch_StayTwo()
    {
        var window = Some.Window(Some.EveryDay, "2023-11-22", "02:00", "+00:00", 24);
        var state = window.StateAt(Some.At("2023-11-24T01:59:59Z"));

        state.Current!.Value.End.ShouldBe(Some.At("2023-11-24T02:00:00Z"));
        state.Next!.Value.Start.ShouldBe(Some.At("2023-11-24T02:00:00Z"));
        window.StateAt(Some.At("2023-11-24T02:00:00Z")).Current.ShouldBe(state.Next);
    }

    [Fact]
    [Trait("Rule", "MW-41")]
    public void EndingAfter_ClocksChange_OffsetsDoNot() =>
        Some.Window(Some.EverySunday, "2024-10-20", "01:30", "+01:00").Next("2024-10-20T00:00:00Z", 2)
            .ShouldBe(["2024-10-20T00:30:00Z/2024-10-20T04:30:00Z", "2024-10-27T00:30:00Z/2024-10-27T04:30:00Z"]);

    [Fact]
    [Trait("Rule", "MW-49")]
    public void BlockedDates_EndDay_IsIncludedAtTheOffset()
    {
        // Always open at +02:00 otherwise: what is missing is the blocked time.
        var window = Some.Window(Some.EveryDay, "2022-12-01", "00:00", "+02:00", 24, ("2022-12-23", "2023-01-03"));

        window.StateAt(Some.At("2022-12-22T21:59:59Z")).IsOpen.ShouldBeTrue();
        window.StateAt(Some.At("2022-12-22T22:00:00Z")).IsOpen.ShouldBeFalse();
        window.StateAt(Some.At("2023-01-03T21:59:59Z")).IsOpen.ShouldBeFalse();
        window.StateAt(Some.At("2023-01-03T22:00:00Z")).IsOpen.ShouldBeTrue();
        window.BlockedUntil(Some.At("2022-12-22T22:00:00Z")).ShouldBe(Some.At("2023-01-03T22:00:00Z"));
    }

    [Fact]
    [Trait("Rule", "MW-49a")]
    public void BlockedDates_OneDayInsideAWindow_LeaveTheOtherPart()
    {
        // 18:00 to 18:00: the block takes the evening, the morning of the next day stays; a block of the next day leaves the evening.
        Some.Window(Some.EverySunday, "2023-11-22", "18:00", "+00:00", 24, ("2023-11-26", "2023-11-26")).Next("2023-11-22T00:00:00Z", 1)
            .ShouldBe(["2023-11-27T00:00:00Z/2023-11-27T18:00:00Z"]);
        Some.Window(Some.EverySunday, "2023-11-22", "18:00", "+00:00", 24, ("2023-11-27", "2023-11-27")).Next("2023-11-22T00:00:00Z", 1)
            .ShouldBe(["2023-11-26T18:00:00Z/2023-11-27T00:00:00Z"]);
    }

    [Fact]
    [Trait("Rule", "MW-49a")]
    public void NotAllowedTime_InTheMiddle_SplitsOneOccurrenceIntoTwoWindows()
    {
        var hours = new WeeklyHours([new(IsoDayOfWeek.Thursday, null)], [(Some.At("2023-11-23T06:00:00Z"), Some.At("2023-11-23T06:30:00Z"))]);
        var parts = hours.EndingAfter(Some.At("2023-11-22T00:00:00Z")).Take(3).ToList();

        parts.Select(w => (w.Start, w.End)).ShouldBe(
        [
            (Some.At("2023-11-23T00:00:00Z"), Some.At("2023-11-23T06:00:00Z")),
            (Some.At("2023-11-23T06:30:00Z"), Some.At("2023-11-24T00:00:00Z")),
            (Some.At("2023-11-30T00:00:00Z"), Some.At("2023-12-01T00:00:00Z")),
        ]);
        parts.Select(w => w.OccurrenceStart).ShouldBe([Some.At("2023-11-23T00:00:00Z"), Some.At("2023-11-23T00:00:00Z"), Some.At("2023-11-30T00:00:00Z")]);
        hours.StateAt(Some.At("2023-11-23T06:10:00Z")).Next!.Value.Start.ShouldBe(Some.At("2023-11-23T06:30:00Z"));
        hours.OccurrenceEndingAfter(Some.At("2023-11-23T06:10:00Z")).ShouldBe(new Occurrence(Some.At("2023-11-23T00:00:00Z"), Some.At("2023-11-24T00:00:00Z")));
    }

    [Fact]
    public void BlockedUntil_BlockThatHidesNothing_IsNoReason()
    {
        // Tuesday to Thursday are blocked, the window is on Sunday: it is closed on Wednesday because it is not Sunday.
        var window = Some.Window(Some.EverySunday, "2023-11-01", "00:00", "+00:00", 4, ("2023-11-21", "2023-11-23"));

        window.BlockedUntil(Some.At("2023-11-22T00:00:00Z")).ShouldBeNull();
    }

    [Fact]
    public void BlockedUntil_BlockOverTheNextWindow_IsTheReasonAlreadyDaysBefore()
    {
        var window = Some.Window(Some.EverySunday, "2023-11-01", "00:00", "+00:00", 4, ("2023-11-21", "2023-11-27"));

        window.BlockedUntil(Some.At("2023-11-20T23:59:59Z")).ShouldBeNull();
        window.BlockedUntil(Some.At("2023-11-22T00:00:00Z")).ShouldBe(Some.At("2023-11-28T00:00:00Z"));

        // Sunday's window would have closed at 04:00: for the rest of the freeze it hides nothing.
        window.BlockedUntil(Some.At("2023-11-26T04:00:00Z")).ShouldBeNull();
    }

    [Fact]
    public void BlockedUntil_BlockThatHidesOnlyTheHead_IsTheReason()
    {
        var window = Some.Window(Some.EverySunday, "2023-11-01", "20:00", "+00:00", 12, ("2023-11-26", "2023-11-26"));

        window.BlockedUntil(Some.At("2023-11-26T00:00:00Z")).ShouldBe(Some.At("2023-11-27T00:00:00Z"));
    }

    [Fact]
    public void BlockedUntil_NeighbouringBlocks_AreOne()
    {
        var window = Some.Window(Some.EveryDay, "2023-11-01", "00:00", "+00:00", 4, ("2023-11-23", "2023-11-24"), ("2023-11-21", "2023-11-22"), ("2023-11-22", "2023-11-22"));

        window.BlockedUntil(Some.At("2023-11-21T00:00:00Z")).ShouldBe(Some.At("2023-11-25T00:00:00Z"));
    }
}
