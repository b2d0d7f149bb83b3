using System.Collections.Immutable;
using Imago.Domain.Maintenance;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Maintenance;

/// <summary>The calendar's edges and hostile amounts of blocked time: every question has an answer, and the same one as elsewhere.</summary>
public sealed class ExtremeInputTests
{
    private static readonly Instant[] Edges =
    [
        Instant.MinValue,
        Instant.MinValue + Duration.Epsilon,
        Instant.MinValue + Duration.FromHours(20),
        Instant.MinValue + Duration.FromDays(9),
        NodaConstants.UnixEpoch,
        Instant.MaxValue - Duration.FromDays(9),
        Instant.MaxValue - Duration.FromHours(20),
        Instant.MaxValue - Duration.Epsilon,
        Instant.MaxValue,
    ];

    private static readonly Schedule[] Schedules =
    [
        new Schedule.Daily(1),
        new Schedule.Daily(7),
        new Schedule.Weekly(1, IsoDayOfWeek.Monday),
        new Schedule.Weekly(4, IsoDayOfWeek.Sunday),
        new Schedule.AbsoluteMonthly(1, 31),
        new Schedule.AbsoluteMonthly(6, 1),
        new Schedule.RelativeMonthly(1, WeekIndex.Last, IsoDayOfWeek.Friday),
        new Schedule.RelativeMonthly(6, WeekIndex.First, IsoDayOfWeek.Monday),
    ];

    [Fact]
    public void Window_AtTheEdgesOfTheCalendar_AnswersEveryQuestion()
    {
        LocalDate[] dates = [LocalDate.MinIsoValue, new(-1, 5, 31), new(0, 1, 1), new(2024, 2, 29), new(9999, 12, 1), LocalDate.MaxIsoValue];
        BlockedDates[][] blocks = [[], [new(LocalDate.MinIsoValue, LocalDate.MaxIsoValue)], [new(LocalDate.MinIsoValue, new(2023, 1, 1)), new(new(2024, 1, 1), LocalDate.MaxIsoValue)]];
        var asked = 0;
        foreach (var schedule in Schedules)
        {
            foreach (var date in dates)
            {
                foreach (var hours in (int[])[-14, 0, 14])
                {
                    foreach (var block in blocks)
                    {
                        foreach (var time in (LocalTime[])[LocalTime.Midnight, new(23, 59)])
                        {
                            asked += Ask(new MaintenanceWindow(schedule, 24, time, Offset.FromHours(hours), date, [.. block]));
                        }
                    }
                }
            }
        }

        asked.ShouldBe(8 * 6 * 3 * 3 * 2 * Edges.Length);
    }

    [Fact]
    public void WeeklyHours_AtTheEdgesOfTheCalendar_AnswersEveryQuestion()
    {
        ImmutableArray<TimeInWeek>[] entries =
        [
            [new(IsoDayOfWeek.Monday, [0])],
            [new(IsoDayOfWeek.Sunday, [23]), new(IsoDayOfWeek.Monday, [0])],
            [.. Enum.GetValues<IsoDayOfWeek>().Where(d => d != IsoDayOfWeek.None).Select(d => new TimeInWeek(d, null))],
            [],
        ];
        ImmutableArray<(Instant, Instant)>[] blocks = [[], [(Instant.MinValue, Instant.MaxValue)], [(NodaConstants.UnixEpoch, Instant.MaxValue)]];
        var asked = 0;
        foreach (var entry in entries)
        {
            foreach (var block in blocks)
            {
                asked += Ask(new WeeklyHours(entry, block));
            }
        }

        asked.ShouldBe(4 * 3 * Edges.Length);
    }

    private static int Ask(MaintenanceTimes times)
    {
        foreach (var edge in Edges)
        {
            var windows = times.EndingAfter(edge).Take(3).ToList();
            windows.Count(w => w.Start < w.End && w.End > edge && w.OccurrenceStart <= w.Start).ShouldBe(windows.Count);
            windows.Zip(windows.Skip(1)).Count(pair => pair.First.End > pair.Second.Start).ShouldBe(0);
            times.StateAt(edge).Current.ShouldBe(windows is [var first, ..] && first.Contains(edge) ? first : null);
            (times.BlockedUntil(edge) <= edge).ShouldBeFalse();
        }

        return Edges.Length;
    }

    [Fact]
    public void EndingAfter_LastDaysOfTheCalendar_ListsThemAllAndEnds()
    {
        var window = Some.Window(Some.EveryDay, "2023-11-22", "02:00");

        window.Next("9999-12-30T03:00:00Z", 10).ShouldBe(["9999-12-30T02:00:00Z/9999-12-30T06:00:00Z", "9999-12-31T02:00:00Z/9999-12-31T06:00:00Z"]);
        window.StateAt(Some.At("9999-12-31T03:00:00Z")).IsOpen.ShouldBeTrue();
    }

    [Fact]
    public void EndingAfter_LastWeekOfTheCalendarInTheLegacyForm_ListsItsHours()
    {
        // 9999-12-31 is a Friday.
        var hours = new WeeklyHours([new(IsoDayOfWeek.Friday, [3])], []);

        hours.Next("9999-12-20T00:00:00Z", 10).ShouldBe(["9999-12-24T03:00:00Z/9999-12-24T04:00:00Z", "9999-12-31T03:00:00Z/9999-12-31T04:00:00Z"]);
    }

    [Fact]
    public void EndingAfter_StartDateBeforeYearZero_CountsMonthsOn()
    {
        var window = new MaintenanceWindow(new Schedule.AbsoluteMonthly(5, 31), 4, LocalTime.Midnight, Offset.Zero, new(-1, 5, 1), []);

        window.EndingAfter(Instant.FromUtc(-1, 1, 1, 0, 0)).Take(3).Select(w => w.Start.InUtc().Date)
            .ShouldBe([new LocalDate(-1, 5, 31), new LocalDate(-1, 10, 31), new LocalDate(0, 3, 31)]);
    }

    [Fact]
    public void EndingAfter_HundredBlockedRanges_FindsTheDaysBetweenThem()
    {
        // Ranges of nine days, one free day after each: 2024-01-10, 2024-01-20, and so on.
        var first = new LocalDate(2024, 1, 1);
        var blocked = Enumerable.Range(0, 100).Select(n => new BlockedDates(first.PlusDays(10 * n), first.PlusDays((10 * n) + 8)));
        var window = new MaintenanceWindow(Some.EveryDay, 4, new(2, 0), Offset.Zero, first, [.. blocked]);

        var days = window.EndingAfter(Some.At("2024-01-01T00:00:00Z")).Take(101).Select(w => w.Start.InUtc().Date).ToList();

        days.Take(100).ShouldBe(Enumerable.Range(0, 100).Select(n => first.PlusDays((10 * n) + 9)));
        days[100].ShouldBe(days[99].PlusDays(1));
    }

    [Fact]
    public void BlockedDates_UpToTheLastDay_NeverOpenAgain()
    {
        var window = Some.Window(Some.EveryDay, "2023-11-22", "02:00", "+14:00", 4, ("2024-01-01", "9999-12-31"));

        window.FirstEndingAfter(Some.At("2024-01-01T00:00:00Z")).ShouldBeNull();
        window.FirstEndingAfter(Some.At("2023-12-30T00:00:00Z"))!.Value.Start.ShouldBe(Some.At("2023-12-30T12:00:00Z"));
    }

    // These questions are so many that an answer that walks days, blocked days or weeks would take hours: the test would not fail, it would never end.
    [Fact]
    public void FirstEndingAfter_FarFromTheStartDate_ComputesInsteadOfWalking()
    {
        var expected = new (Schedule Schedule, string Start)[]
        {
            (new Schedule.Daily(7), "9990-06-18T02:00:00Z"),
            (new Schedule.Weekly(4, IsoDayOfWeek.Tuesday), "9990-07-10T02:00:00Z"),
            (new Schedule.AbsoluteMonthly(6, 31), "9990-07-31T02:00:00Z"),
            (new Schedule.RelativeMonthly(6, WeekIndex.Last, IsoDayOfWeek.Sunday), "9990-07-29T02:00:00Z"),
        };
        var asOf = Some.At("9990-06-15T12:00:00Z");
        foreach (var (schedule, start) in expected)
        {
            var window = Some.Window(schedule, "0001-01-01", "02:00");
            Repeated(window, asOf).ShouldBe([Some.At(start)]);
        }
    }

    [Fact]
    public void FirstEndingAfter_CenturiesOfBlockedTime_JumpsOverThem()
    {
        var window = Some.Window(Some.EveryDay, "2024-01-01", "02:00", "+00:00", 4, ("2024-01-01", "9899-12-31"));
        var hours = new WeeklyHours([new(IsoDayOfWeek.Monday, [3])], [(Some.At("2024-01-01T00:00:00Z"), Some.At("9900-01-01T00:00:00Z"))]);
        var asOf = Some.At("2024-01-01T00:00:00Z");

        Repeated(window, asOf).ShouldBe([Some.At("9900-01-01T02:00:00Z")]);
        Repeated(hours, asOf).ShouldBe([Some.At("9900-01-01T03:00:00Z")]);
    }

    private static HashSet<Instant?> Repeated(MaintenanceTimes times, Instant asOf) =>
        [.. Enumerable.Range(0, 50_000).Select(_ => times.FirstEndingAfter(asOf)?.Start)];
}
