using Imago.Domain.Maintenance;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Maintenance;

public sealed class WeeklyHoursTests
{
    private static readonly LocalDate Start = new(2023, 11, 22);

    [Fact]
    [Trait("Rule", "MW-70")]
    public void Slots_Hour_BeginsThenAndLastsOneHour() =>
        new WeeklyHours([new(IsoDayOfWeek.Monday, [23])], []).Next("2023-11-22T00:00:00Z", 1).ShouldBe(["2023-11-27T23:00:00Z/2023-11-28T00:00:00Z"]);

    [Fact]
    [Trait("Rule", "MW-71")]
    public void Slots_SundayNightIntoMonday_AreOneWindowAcrossTheEndOfTheWeek()
    {
        var hours = new WeeklyHours([new(IsoDayOfWeek.Monday, [0, 1]), new(IsoDayOfWeek.Sunday, [23])], []);

        hours.Next("2023-11-26T23:30:00Z", 2).ShouldBe(["2023-11-26T23:00:00Z/2023-11-27T02:00:00Z", "2023-12-03T23:00:00Z/2023-12-04T02:00:00Z"]);
        hours.Next("2023-11-27T01:30:00Z", 1).ShouldBe(["2023-11-26T23:00:00Z/2023-11-27T02:00:00Z"]);
    }

    [Fact]
    [Trait("Rule", "MW-72")]
    public void Slots_Absent_AreTheWholeDay() =>
        new WeeklyHours([new(IsoDayOfWeek.Thursday, null)], []).Next("2023-11-22T00:00:00Z", 1).ShouldBe(["2023-11-23T00:00:00Z/2023-11-24T00:00:00Z"]);

    [Fact]
    public void Slots_AllOfTheWeek_AreOneWindowAWeek() =>
        new WeeklyHours([.. Enum.GetValues<IsoDayOfWeek>().Where(d => d != IsoDayOfWeek.None).Select(d => new TimeInWeek(d, null))], [])
            .Next("2023-11-22T00:00:00Z", 2).ShouldBe(["2023-11-20T00:00:00Z/2023-11-27T00:00:00Z", "2023-11-27T00:00:00Z/2023-12-04T00:00:00Z"]);

    [Fact]
    [Trait("Rule", "MW-73")]
    public void NotAllowedTime_EndInstant_IsFreeAgain()
    {
        var hours = new WeeklyHours([new(IsoDayOfWeek.Monday, [1, 2])], [(Some.At("2023-11-27T01:00:00Z"), Some.At("2023-11-27T01:30:00.5Z"))]);

        hours.Next("2023-11-22T00:00:00Z", 1).ShouldBe(["2023-11-27T01:30:00.5Z/2023-11-27T03:00:00Z"]);
    }

    [Fact]
    [Trait("Rule", "MW-74")]
    public void ToWindow_OneDayAndOneRunOfFourSlots_SaysTheSameInTheNewForm()
    {
        var hours = new WeeklyHours([new(IsoDayOfWeek.Wednesday, [5, 6]), new(IsoDayOfWeek.Wednesday, [7, 8])], []);
        var window = hours.ToWindow(Start).ShouldNotBeNull();

        window.ShouldBe(Some.Window(new Schedule.Weekly(1, IsoDayOfWeek.Wednesday), "2023-11-22", "05:00"));
        window.Next("2023-11-22T00:00:00Z", 3).ShouldBe(hours.Next("2023-11-22T00:00:00Z", 3));
    }

    [Theory]
    [InlineData("three slots", "Monday", "5,6,7", false, false)]
    [InlineData("two runs", "Monday", "5,6,7,8,10,11,12,13", false, false)]
    [InlineData("blocked time", "Monday", "5,6,7,8", true, false)]
    [InlineData("two days", "Monday,Tuesday", "20,21,22,23", false, false)]
    [InlineData("a run over midnight", "Monday,Tuesday", "0,1,22,23", false, false)]
    [InlineData("the whole day", "Monday", null, false, true)]
    [Trait("Rule", "MW-74")]
    public void ToWindow_WhatTheNewFormCannotSay_StaysInTheLegacyForm(string story, string days, string? slots, bool blocked, bool convertible)
    {
        var entries = days.Split(',').Select(d => new TimeInWeek(Enum.Parse<IsoDayOfWeek>(d), slots is null ? null : [.. slots.Split(',').Select(int.Parse)]));
        var hours = new WeeklyHours([.. entries], blocked ? [(Some.At("2023-12-24T00:00:00Z"), Some.At("2023-12-26T00:00:00Z"))] : []);

        (hours.ToWindow(Start) is not null).ShouldBe(convertible, story);
    }
}
