using System.Collections.Immutable;
using Imago.Domain.Maintenance;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Maintenance;

public sealed class ValidationTests
{
    private const string Window = "properties.maintenanceWindow";

    private static readonly Instant Now = Some.At("2026-07-01T12:00:00Z");

    private static readonly WindowDraft Good = new()
    {
        Schedule = Weekly(1, "Sunday"),
        DurationHours = 4,
        StartTime = "02:00",
        UtcOffset = "+02:00",
        StartDate = "2026-07-01",
    };

    [Fact]
    public void Validate_GoodDraft_IsTheConfiguration()
    {
        var (value, problems) = Validate(Good);

        problems.ShouldBeEmpty();
        value.ShouldBe(new MaintenanceConfiguration(ConfigurationKind.NodeOsUpgrade, Some.Window(Some.EverySunday, "2026-07-01", "02:00", "+02:00")));
    }

    [Theory]
    [InlineData("daily", null, null, null, ConfigurationKind.NodeOsUpgrade, "")]
    [InlineData("daily", null, null, null, ConfigurationKind.AutoUpgrade, "")]
    [InlineData("daily", null, null, null, ConfigurationKind.Default, ".schedule.daily")]
    [InlineData("weekly", "Sunday", null, null, ConfigurationKind.NodeOsUpgrade, "")]
    [InlineData("weekly", "Sunday", null, null, ConfigurationKind.AutoUpgrade, "")]
    [InlineData("weekly", "Sunday", null, null, ConfigurationKind.Default, "")]
    [InlineData("absoluteMonthly", null, 1L, null, ConfigurationKind.NodeOsUpgrade, "")]
    [InlineData("absoluteMonthly", null, 1L, null, ConfigurationKind.AutoUpgrade, "")]
    [InlineData("absoluteMonthly", null, 1L, null, ConfigurationKind.Default, ".schedule.absoluteMonthly")]
    [InlineData("relativeMonthly", "Sunday", null, "Last", ConfigurationKind.NodeOsUpgrade, "")]
    [InlineData("relativeMonthly", "Sunday", null, "Last", ConfigurationKind.AutoUpgrade, "")]
    [InlineData("relativeMonthly", "Sunday", null, "Last", ConfigurationKind.Default, ".schedule.relativeMonthly")]
    [Trait("Rule", "MW-20")]
    [Trait("Rule", "MW-26")]
    [Trait("Rule", "MW-27")]
    [Trait("Rule", "MW-28")]
    [Trait("Rule", "MW-29")]
    [Trait("Rule", "MW-32")]
    public void Schedule_TypeByConfiguration_AsInTheTable(string type, string? day, long? dayOfMonth, string? index, ConfigurationKind kind, string path)
    {
        var paths = Paths(Good with { Schedule = Schedule(type, new() { Interval = 1, DayOfWeek = day, DayOfMonth = dayOfMonth, WeekIndex = index }) }, kind);

        paths.ShouldBe(path.Length == 0 ? [] : [Window + path]);
    }

    [Theory]
    [InlineData("daily", "intervalDays", 7)]
    [InlineData("weekly", "intervalWeeks", 4)]
    [InlineData("absoluteMonthly", "intervalMonths", 6)]
    [InlineData("relativeMonthly", "intervalMonths", 6)]
    [Trait("Rule", "MW-26")]
    [Trait("Rule", "MW-27")]
    [Trait("Rule", "MW-28")]
    [Trait("Rule", "MW-29")]
    [Trait("Rule", "MW-31")]
    public void Schedule_Interval_HasItsRange(string type, string field, int most)
    {
        foreach (var (interval, isAllowed) in ((long?, bool)[])[(1, true), (most, true), (0, false), (most + 1, false), (-1, false), (long.MaxValue, false), (null, false)])
        {
            var schedule = Schedule(type, new() { Interval = interval, DayOfWeek = "Sunday", DayOfMonth = 1, WeekIndex = "First" });
            Paths(Good with { Schedule = schedule }).ShouldBe(isAllowed ? [] : [$"{Window}.schedule.{type}.{field}"], $"{type} {interval}");
        }
    }

    [Fact]
    [Trait("Rule", "MW-27")]
    public void Schedule_DefaultEveryTwoWeeks_IsRefused() =>
        Validate(Good with { Schedule = Weekly(2, "Sunday") }, ConfigurationKind.Default).Problems
            .ShouldBe([new Problem($"{Window}.schedule.weekly.intervalWeeks", "2 is out of range: only 1 is allowed.")]);

    [Theory]
    [InlineData(0L)]
    [InlineData(32L)]
    [InlineData(null)]
    [Trait("Rule", "MW-28")]
    [Trait("Rule", "MW-31")]
    public void Schedule_DayOfMonth_IsOneToThirtyOne(long? day) =>
        Paths(Good with { Schedule = Schedule("absoluteMonthly", new() { Interval = 1, DayOfMonth = day }) }).ShouldBe([$"{Window}.schedule.absoluteMonthly.dayOfMonth"]);

    [Theory]
    [InlineData("Fifth")]
    [InlineData("1")]
    [InlineData("None")]
    [InlineData(null)]
    [Trait("Rule", "MW-29")]
    [Trait("Rule", "MW-31")]
    public void Schedule_WeekIndex_IsFirstToFourthOrLast(string? index) =>
        Paths(Good with { Schedule = Schedule("relativeMonthly", new() { Interval = 1, DayOfWeek = "Sunday", WeekIndex = index }) })
            .ShouldBe([$"{Window}.schedule.relativeMonthly.weekIndex"]);

    [Theory]
    [InlineData("Sunday,Monday")]
    [InlineData("Sunday, Monday")]
    [InlineData("Sonntag")]
    [InlineData("7")]
    [InlineData("None")]
    [InlineData("")]
    [InlineData(null)]
    [Trait("Rule", "MW-31")]
    [Trait("Rule", "MW-38")]
    public void Schedule_DayOfWeek_IsExactlyOneDay(string? day) =>
        Paths(Good with { Schedule = Weekly(1, day) }).ShouldBe([$"{Window}.schedule.weekly.dayOfWeek"]);

    [Fact]
    [Trait("Rule", "MW-38")]
    public void Schedule_SeveralDays_NeedADailyScheduleWithBlockedDates()
    {
        // Saturday 4th and Sunday 5th of July 2026, but not Monday to Friday.
        var (value, _) = Validate(Good with
        {
            Schedule = Schedule("daily", new() { Interval = 1 }),
            UtcOffset = null,
            NotAllowedDates = [new("2026-07-01", "2026-07-03"), new("2026-07-06", "2026-07-10")],
        });

        value!.Times.Next("2026-07-01T12:00:00Z", 3)
            .ShouldBe(["2026-07-04T02:00:00Z/2026-07-04T06:00:00Z", "2026-07-05T02:00:00Z/2026-07-05T06:00:00Z", "2026-07-11T02:00:00Z/2026-07-11T06:00:00Z"]);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("absent")]
    [InlineData("two")]
    [Trait("Rule", "MW-20")]
    [Trait("Rule", "MW-30")]
    public void Schedule_NoneOrSeveralTypes_IsRefused(string story)
    {
        var schedule = story switch
        {
            "none" => new ScheduleDraft(),
            "absent" => null,
            _ => new ScheduleDraft { Daily = new() { Interval = 1 }, Weekly = new() { Interval = 1, DayOfWeek = "Sunday" } },
        };

        Paths(Good with { Schedule = schedule }).ShouldBe([$"{Window}.schedule"]);
    }

    [Theory]
    [InlineData(4L, true)]
    [InlineData(24L, true)]
    [InlineData(3L, false)]
    [InlineData(25L, false)]
    [InlineData(-4L, false)]
    [InlineData(null, false)]
    [Trait("Rule", "MW-21")]
    [Trait("Rule", "MW-31")]
    [Trait("Rule", "MW-37")]
    public void DurationHours_FourToTwentyFour_IsRequired(long? hours, bool isAllowed) =>
        Paths(Good with { DurationHours = hours }).ShouldBe(isAllowed ? [] : [$"{Window}.durationHours"]);

    [Theory]
    [InlineData("00:00", true)]
    [InlineData("23:59", true)]
    [InlineData("24:00", false)]
    [InlineData("12:60", false)]
    [InlineData("2:00", false)]
    [InlineData("02:00:00", false)]
    [InlineData("02.00", false)]
    [InlineData(" 2:00", false)]
    [InlineData("٠٢:٠٠", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [Trait("Rule", "MW-22")]
    [Trait("Rule", "MW-31")]
    public void StartTime_HoursAndMinutes_OfOneDay(string? time, bool isAllowed) =>
        Paths(Good with { StartTime = time }).ShouldBe(isAllowed ? [] : [$"{Window}.startTime"]);

    [Theory]
    [InlineData("+14:00", 14 * 60)]
    [InlineData("-14:00", -14 * 60)]
    [InlineData("+05:30", 330)]
    [InlineData("-00:30", -30)]
    [InlineData("-00:00", 0)]
    [InlineData("+14:01", null)]
    [InlineData("-15:00", null)]
    [InlineData("+05:60", null)]
    [InlineData("05:30", null)]
    [InlineData("+5:30", null)]
    [InlineData("+0530", null)]
    [InlineData("Z", null)]
    [InlineData("Europe/Berlin", null)]
    [InlineData("+٠٢:٠٠", null)]
    [InlineData("", null)]
    [Trait("Rule", "MW-23")]
    [Trait("Rule", "MW-31")]
    [Trait("Rule", "MW-41")]
    public void UtcOffset_WithinFourteenHours_InOneForm(string offset, int? minutes)
    {
        var (value, problems) = Validate(Good with { UtcOffset = offset, StartDate = null });

        problems.Select(p => p.Path).ShouldBe(minutes is null ? [$"{Window}.utcOffset"] : []);
        (value?.Times as MaintenanceWindow)?.UtcOffset.ShouldBe(Offset.FromSeconds(60 * minutes!.Value));
    }

    [Fact]
    [Trait("Rule", "MW-23")]
    public void UtcOffset_Absent_IsUtc() => Times(Good with { UtcOffset = null }).UtcOffset.ShouldBe(Offset.Zero);

    [Theory]
    [InlineData("+00:00", "2026-07-01")]
    [InlineData("+11:59", "2026-07-01")]
    [InlineData("+12:00", "2026-07-02")]
    [InlineData("-12:00", "2026-07-01")]
    [InlineData("-12:01", "2026-06-30")]
    [Trait("Rule", "MW-24")]
    public void StartDate_Absent_IsTodayAtTheOffset(string offset, string today) =>
        Times(Good with { UtcOffset = offset, StartDate = null }).StartDate.ShouldBe(Some.Date(today));

    [Fact]
    [Trait("Rule", "MW-24")]
    public void StartDate_AbsentOnUpdate_StaysWhatIsStored() =>
        Validate(Good with { StartDate = null }, stored: "2024-03-03").Value!.Times.ShouldBeOfType<MaintenanceWindow>().StartDate.ShouldBe(new LocalDate(2024, 3, 3));

    [Theory]
    [InlineData("today", "2026-07-01", "+00:00", null, false, true)]
    [InlineData("yesterday", "2026-06-30", "+00:00", null, false, false)]
    [InlineData("yesterday in UTC, today at the offset", "2026-06-30", "-12:01", null, false, true)]
    [InlineData("today in UTC, yesterday at the offset", "2026-07-01", "+12:00", null, false, false)]
    [InlineData("the past, unchanged", "2024-03-03", "+00:00", "2024-03-03", false, true)]
    [InlineData("the past, changed", "2024-03-04", "+00:00", "2024-03-03", false, false)]
    [InlineData("the past, in a stored document", "2024-03-03", "+00:00", null, true, true)]
    [Trait("Rule", "MW-33")]
    public void StartDate_InThePast_IsRefusedUnlessStored(string story, string date, string offset, string? stored, bool isStored, bool isAllowed) =>
        Validate(Good with { StartDate = date, UtcOffset = offset }, stored: stored, isStored: isStored).Problems.Select(p => p.Path)
            .ShouldBe(isAllowed ? [] : [$"{Window}.startDate"], story);

    [Theory]
    [InlineData("2026-02-30")]
    [InlineData("2026-7-01")]
    [InlineData("01.07.2026")]
    [InlineData("2026-07-01T00:00:00Z")]
    [InlineData("-998-01-01")]
    [InlineData("+026-07-01")]
    [InlineData("")]
    [Trait("Rule", "MW-24")]
    [Trait("Rule", "MW-31")]
    public void StartDate_NotADate_IsRefused(string date) => Paths(Good with { StartDate = date }, isStored: true).ShouldBe([$"{Window}.startDate"]);

    [Fact]
    [Trait("Rule", "MW-25")]
    [Trait("Rule", "MW-34")]
    public void NotAllowedDates_EveryBadRange_IsReportedWithItsPath() =>
        Validate(Good with
        {
            NotAllowedDates =
            [
                new("2026-12-24", "2026-12-24"),
                new("2026-12-25", "2026-12-24"),
                new(null, "2026-12-24"),
                new("soon", null),
            ],
        }).Problems.ShouldBe(
        [
            new Problem($"{Window}.notAllowedDates[1]", "The end '2026-12-24' lies before the start '2026-12-25'. The end day is included and may be the start day."),
            new Problem($"{Window}.notAllowedDates[2].start", "'start' is required: a date 'YYYY-MM-DD'."),
            new Problem($"{Window}.notAllowedDates[3].start", "'soon' is not a date. Write 'YYYY-MM-DD'."),
            new Problem($"{Window}.notAllowedDates[3].end", "'end' is required: a date 'YYYY-MM-DD'."),
        ]);

    [Theory]
    [InlineData(100, true)]
    [InlineData(101, false)]
    [Trait("Rule", "MW-34")]
    public void NotAllowedDates_MoreThanHundred_AreRefused(int count, bool isAllowed)
    {
        Paths(Good with { NotAllowedDates = [.. Enumerable.Repeat(new RangeDraft("2026-12-24", "2026-12-26"), count)] })
            .ShouldBe(isAllowed ? [] : [$"{Window}.notAllowedDates"]);
        ValidateLegacy([new("Monday", [1])], [.. Enumerable.Repeat(new RangeDraft("2026-12-24T00:00:00Z", "2026-12-26T00:00:00Z"), count)]).Problems.Select(p => p.Path)
            .ShouldBe(isAllowed ? [] : ["properties.notAllowedTime"]);
    }

    [Fact]
    public void Validate_EverythingWrong_ReportsEverything()
    {
        var draft = new WindowDraft
        {
            Schedule = Schedule("relativeMonthly", new() { Interval = 7, DayOfWeek = "Someday", WeekIndex = "Sixth" }),
            DurationHours = 48,
            StartTime = "25:00",
            UtcOffset = "CET",
            StartDate = "tomorrow",
            NotAllowedDates = [new("2026-01-02", "2026-01-01")],
        };

        Validate(draft, ConfigurationKind.Default).Problems.ShouldBe(
        [
            new($"{Window}.schedule.relativeMonthly", "Configuration 'default' allows a 'weekly' schedule only, found 'relativeMonthly'."),
            new($"{Window}.schedule.relativeMonthly.intervalMonths", "7 is out of range: 1 to 6 is allowed."),
            new($"{Window}.schedule.relativeMonthly.weekIndex", "'Sixth' is not known: one of First, Second, Third, Fourth, Last."),
            new($"{Window}.schedule.relativeMonthly.dayOfWeek", "'Someday' is not known: one of Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday."),
            new($"{Window}.durationHours", "48 is out of range: 4 to 24 is allowed."),
            new($"{Window}.startTime", "'25:00' is not a time. Write 'HH:mm', 00:00 to 23:59."),
            new($"{Window}.utcOffset", "'CET' is not an offset from UTC. Write '+HH:MM' or '-HH:MM', at most 14:00."),
            new($"{Window}.startDate", "'tomorrow' is not a date. Write 'YYYY-MM-DD'."),
            new($"{Window}.notAllowedDates[0]", "The end '2026-01-01' lies before the start '2026-01-02'. The end day is included and may be the start day."),
        ]);
    }

    [Fact]
    [Trait("Rule", "MW-35")]
    [Trait("Rule", "MW-36")]
    public void Validate_BothForms_ReportsThatAndTheProblemsOfBoth()
    {
        var draft = new MaintenanceDraft { Path = "properties", Window = Good with { DurationHours = 3 }, TimeInWeek = [new("Monday", [24])] };

        MaintenanceValidation.Validate(draft, new(ConfigurationKind.NodeOsUpgrade, Now, IsStored: false)).Problems.Select(p => p.Path)
            .ShouldBe([Window, $"{Window}.durationHours", "properties.timeInWeek", "properties.timeInWeek[0].hourSlots[0]"]);
        MaintenanceValidation.Validate(
                new() { Window = Good, NotAllowedTime = [] }, new(ConfigurationKind.Default, Now, IsStored: false)).Problems[0].Path
            .ShouldBe("maintenanceWindow");
    }

    [Fact]
    public void Validate_NeitherForm_IsRefused() =>
        MaintenanceValidation.Validate(new(), new(ConfigurationKind.NodeOsUpgrade, Now, IsStored: true)).Problems.Select(p => p.Path).ShouldBe(["maintenanceWindow"]);

    [Theory]
    [InlineData(ConfigurationKind.Default, true)]
    [InlineData(ConfigurationKind.AutoUpgrade, false)]
    [InlineData(ConfigurationKind.NodeOsUpgrade, false)]
    [Trait("Rule", "MW-36")]
    public void TimeInWeek_OnAnAutoUpgradeConfiguration_IsRefused(ConfigurationKind kind, bool isAllowed) =>
        ValidateLegacy([new("Monday", [1])], null, kind).Problems.Select(p => p.Path).ShouldBe(isAllowed ? [] : ["properties.timeInWeek"]);

    [Fact]
    [Trait("Rule", "MW-70")]
    [Trait("Rule", "MW-73")]
    public void TimeInWeek_EveryBadValue_IsReportedWithItsPath() =>
        ValidateLegacy(
                [new("Monday", [0, 23, 24, -1]), new(null, null), new("Tuesday", [])],
                [new("2026-12-24", "2026-12-26T00:00:00Z"), new("2026-12-26T00:00:00Z", "2026-12-24T00:00:00+01:00"), new("9999-12-31T23:59:59-14:00", null)])
            .Problems.Select(p => p.Path).ShouldBe(
            [
                "properties.timeInWeek[0].hourSlots[2]",
                "properties.timeInWeek[0].hourSlots[3]",
                "properties.timeInWeek[1].day",
                "properties.timeInWeek[2].hourSlots",
                "properties.notAllowedTime[0].start",
                "properties.notAllowedTime[1]",
                "properties.notAllowedTime[2].end",
            ]);

    [Fact]
    public void NotAllowedTime_PastTheEndOfTheCalendar_LastsForever() =>
        ValidateLegacy([new("Monday", [1])], [new("2026-07-13T00:00:00Z", "9999-12-31T23:59:59-14:00")]).Value!.Times.Next("2026-07-01T00:00:00Z", 9)
            .ShouldBe(["2026-07-06T01:00:00Z/2026-07-06T02:00:00Z"]);

    [Fact]
    public void TimeInWeek_Empty_IsRefused() => ValidateLegacy([], null).Problems.Select(p => p.Path).ShouldBe(["properties.timeInWeek"]);

    [Theory]
    [InlineData("+14:00")]
    [InlineData("-14:00")]
    public void Validate_TodayBeyondTheCalendar_IsStillAnswered(string offset)
    {
        foreach (var now in (Instant[])[Instant.MinValue, Instant.MaxValue])
        {
            MaintenanceValidation.Validate(
                new() { Window = Good with { UtcOffset = offset, StartDate = null } }, new(ConfigurationKind.NodeOsUpgrade, now, IsStored: true)).Problems.ShouldBeEmpty();
        }
    }

    [Fact]
    public void Validate_HostileText_IsNotEchoedWhole() =>
        Validate(Good with { StartTime = new string('x', 100_000) }).Problems.ShouldHaveSingleItem().Message.Length.ShouldBeLessThan(150);

    private static (MaintenanceConfiguration? Value, ImmutableArray<Problem> Problems) Validate(
        WindowDraft draft, ConfigurationKind kind = ConfigurationKind.NodeOsUpgrade, string? stored = null, bool isStored = false) =>
        MaintenanceValidation.Validate(
            new MaintenanceDraft { Path = "properties", Window = draft },
            new ValidationContext(kind, Now, isStored, stored is null ? null : new MaintenanceConfiguration(kind, Some.Window(Some.EveryDay, stored))));

    private static (MaintenanceConfiguration? Value, ImmutableArray<Problem> Problems) ValidateLegacy(
        ImmutableArray<TimeInWeekDraft> entries, ImmutableArray<RangeDraft>? blocked, ConfigurationKind kind = ConfigurationKind.Default) =>
        MaintenanceValidation.Validate(
            new MaintenanceDraft { Path = "properties", TimeInWeek = entries, NotAllowedTime = blocked }, new ValidationContext(kind, Now, IsStored: false));

    private static IEnumerable<string> Paths(WindowDraft draft, ConfigurationKind kind = ConfigurationKind.NodeOsUpgrade, bool isStored = false) =>
        Validate(draft, kind, isStored: isStored).Problems.Select(p => p.Path);

    private static MaintenanceWindow Times(WindowDraft draft) => Validate(draft, isStored: true).Value!.Times.ShouldBeOfType<MaintenanceWindow>();

    private static ScheduleDraft Weekly(long interval, string? day) => new() { Weekly = new() { Interval = interval, DayOfWeek = day } };

    private static ScheduleDraft Schedule(string type, RecurrenceDraft value) => new()
    {
        Daily = type == "daily" ? value : null,
        Weekly = type == "weekly" ? value : null,
        AbsoluteMonthly = type == "absoluteMonthly" ? value : null,
        RelativeMonthly = type == "relativeMonthly" ? value : null,
    };
}
