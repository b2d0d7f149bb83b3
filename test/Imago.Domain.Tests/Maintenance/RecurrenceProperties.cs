using FsCheck;
using FsCheck.Fluent;
using Imago.Domain.Maintenance;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Maintenance;

/// <summary>Random configurations, against <see cref="SimpleCalendar"/> and against what must hold of any answer.</summary>
public sealed class RecurrenceProperties
{
    private static readonly DateOnly Earliest = new(2023, 1, 1);

    private static readonly Gen<(DateOnly Start, DateOnly End)> BlockedRange =
        from start in Gen.Choose(-10, 500)
        from length in Gen.OneOf(Gen.Choose(0, 3), Gen.Choose(0, 90))
        select (Earliest.AddDays(start), Earliest.AddDays(start + length));

    private static readonly Gen<SimpleCalendar.Case> Cases =
        from type in Gen.Elements("daily", "weekly", "absoluteMonthly", "relativeMonthly")
        from interval in Gen.Choose(1, type switch { "daily" => 7, "weekly" => 4, _ => 6 })
        from day in Gen.Choose(0, 6)
        from dayOfMonth in Gen.OneOf(Gen.Choose(1, 31), Gen.Choose(28, 31))
        from index in Gen.Choose(0, 4)
        from minute in Gen.OneOf(Gen.Choose(0, 1439), Gen.Elements(0, 1439))
        from offset in Gen.OneOf(Gen.Choose(-840, 840), Gen.Elements(-840, 0, 840))
        from hours in Gen.Choose(4, 24)
        from start in Gen.Choose(0, 800)
        from ranges in Gen.Choose(0, 8)
        from blocked in BlockedRange.ArrayOf(ranges)
        select new SimpleCalendar.Case(type, interval, (DayOfWeek)day, dayOfMonth, index, minute, offset, hours, Earliest.AddDays(start), blocked);

    [Fact]
    [Trait("Rule", "MW-40")]
    [Trait("Rule", "MW-43")]
    [Trait("Rule", "MW-44")]
    [Trait("Rule", "MW-45")]
    [Trait("Rule", "MW-46")]
    [Trait("Rule", "MW-47")]
    [Trait("Rule", "MW-48")]
    [Trait("Rule", "MW-49")]
    [Trait("Rule", "MW-49a")]
    [Trait("Rule", "MW-49b")]
    public void EndingAfter_AnyConfiguration_AgreesWithTheDayByDayWalk() => Holds.ForAll(
        from schedule in Cases
        from asOf in Gen.Choose(-5 * 1440, 900 * 1440)
        select (schedule, asOf),
        test =>
        {
            var (schedule, asOf) = test;
            var from = Earliest.ToDateTime(TimeOnly.MinValue).AddMinutes(asOf);

            // Far enough for several occurrences of the longest interval past the instant, the start date and all blocked dates.
            var horizon = Earliest.AddDays(2300);
            var expected = SimpleCalendar.Windows(schedule, DateOnly.FromDateTime(from).AddDays(-3), horizon).Where(w => w.End > from).Take(6);

            Product(schedule).EndingAfter(InstantOf(from)).Take(6).Select(w => (w.Start, w.End))
                .ShouldBe(expected.Select(w => (InstantOf(w.Start), InstantOf(w.End))));
        });

    [Fact]
    public void FirstEndingAfter_AnyInstant_IsTheFirstOfTheWholeList() => Holds.ForAll(
        from schedule in Cases
        from minutes in Gen.Choose(0, 700 * 1440)
        select (schedule, minutes),
        test =>
        {
            var times = Product(test.schedule);
            var asOf = InstantOf(Earliest.ToDateTime(TimeOnly.MinValue)) + Duration.FromMinutes(test.minutes);
            var all = times.EndingAfter(Instant.MinValue).TakeWhile(w => w.Start < asOf + Duration.FromDays(3)).ToList();
            var open = all.Exists(w => w.Start <= asOf && asOf < w.End);

            times.StateAt(asOf).IsOpen.ShouldBe(open);
            times.StateAt(asOf).Next!.Value.Start.ShouldBeGreaterThan(asOf);
            all.Zip(all.Skip(1)).Count(pair => pair.First.End > pair.Second.Start).ShouldBe(0);
        });

    [Fact]
    [Trait("Rule", "MW-49")]
    public void BlockedUntil_AnyInstant_NamesABlockThatHidesAScheduledWindow() => Holds.ForAll(
        from schedule in Cases
        from day in Gen.Choose(0, 600)
        from onBlocked in Gen.Choose(0, 3)
        select (schedule, onBlocked > 0 && schedule.Blocked.Length > 0 ? schedule.Blocked[0].End.DayNumber - Earliest.DayNumber : day),
        test =>
        {
            var (schedule, day) = test;
            var now = Earliest.ToDateTime(TimeOnly.MinValue).AddDays(day).AddMinutes(-schedule.OffsetMinutes);
            var last = Earliest.AddDays(day);
            var isBlocked = IsBlocked(last);
            while (IsBlocked(last))
            {
                last = last.AddDays(1);
            }

            var until = last.ToDateTime(TimeOnly.MinValue).AddMinutes(-schedule.OffsetMinutes);
            var hides = SimpleCalendar.Windows(schedule with { Blocked = [] }, Earliest.AddDays(day - 3), last.AddDays(1)).Any(w => w.End > now && w.Start < until);

            Product(schedule).BlockedUntil(InstantOf(now)).ShouldBe(isBlocked && hides ? InstantOf(until) : null);

            bool IsBlocked(DateOnly date) => Array.Exists(schedule.Blocked, b => b.Start <= date && date <= b.End);
        });

    [Fact]
    [Trait("Rule", "MW-70")]
    [Trait("Rule", "MW-71")]
    [Trait("Rule", "MW-73")]
    public void EndingAfter_AnyLegacyHours_AgreesWithTheMinuteByMinuteWalk() => Holds.ForAll(
        from slots in Gen.ArrayOf(from day in Gen.Choose(0, 6) from hour in Gen.Choose(0, 23) from length in Gen.Choose(1, 30) select (day, hour, length))
        from blocked in Gen.ArrayOf(from start in Gen.Choose(0, 21 * 1440) from length in Gen.Choose(0, 9 * 1440) select (start, length))
        from asOf in Gen.Choose(8 * 1440, 14 * 1440)
        select (slots, blocked, asOf),
        test =>
        {
            var monday = new DateTime(2024, 2, 19, 0, 0, 0, DateTimeKind.Utc);
            var hours = new bool[7, 24];
            foreach (var hour in test.slots.SelectMany(s => Enumerable.Range((s.day * 24) + s.hour, s.length)))
            {
                hours[hour / 24 % 7, hour % 24] = true;
            }

            // A week without a closed hour is another story: see WeeklyHoursTests.
            if (hours.Cast<bool>().All(h => h))
            {
                hours[0, 0] = false;
            }

            var blocks = test.blocked.Select(b => (Start: monday.AddMinutes(b.start), End: monday.AddMinutes(b.start + b.length))).ToArray();
            var from = monday.AddMinutes(test.asOf);
            var expected = SimpleCalendar.LegacyWindows(hours, blocks, monday, 7).Where(w => w.End > from).Take(5);
            var entries = Enumerable.Range(0, 7)
                .Where(d => Enumerable.Range(0, 24).Any(h => hours[d, h]))
                .Select(d => new TimeInWeek(d == 0 ? IsoDayOfWeek.Sunday : (IsoDayOfWeek)d, [.. Enumerable.Range(0, 24).Where(h => hours[d, h])]));
            var times = new WeeklyHours([.. entries], [.. blocks.Select(b => (InstantOf(b.Start), InstantOf(b.End)))]);

            // Seven weeks of the walk: four are blocked at most.
            times.EndingAfter(InstantOf(from)).Take(5).TakeWhile(w => w.End < InstantOf(monday.AddDays(7 * 7))).Select(w => (w.Start, w.End))
                .ShouldBe(expected.Select(w => (InstantOf(w.Start), InstantOf(w.End))));
        },
        count: 100);

    private static Instant InstantOf(DateTime utc) => Instant.FromDateTimeUtc(DateTime.SpecifyKind(utc, DateTimeKind.Utc));

    private static MaintenanceWindow Product(SimpleCalendar.Case c) => new(
        c.Type switch
        {
            "daily" => new Schedule.Daily(c.Interval),
            "weekly" => new Schedule.Weekly(c.Interval, DayOf(c)),
            "absoluteMonthly" => new Schedule.AbsoluteMonthly(c.Interval, c.DayOfMonth),
            _ => new Schedule.RelativeMonthly(c.Interval, (WeekIndex)c.WeekIndex, DayOf(c)),
        },
        c.Hours,
        LocalTime.Midnight.PlusMinutes(c.StartMinute),
        Offset.FromSeconds(c.OffsetMinutes * 60),
        LocalDate.FromDateOnly(c.StartDate),
        [.. c.Blocked.Select(b => new BlockedDates(LocalDate.FromDateOnly(b.Start), LocalDate.FromDateOnly(b.End)))]);

    private static IsoDayOfWeek DayOf(SimpleCalendar.Case c) => c.Day == DayOfWeek.Sunday ? IsoDayOfWeek.Sunday : (IsoDayOfWeek)c.Day;
}
