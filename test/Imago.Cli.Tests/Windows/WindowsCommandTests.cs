using System.Text;
using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Windows;

public sealed class WindowsCommandTests : IDisposable
{
    private const string Now = "2026-07-01T12:00:00Z";

    private const string Sundays = """{"name":"aksManagedNodeOSUpgradeSchedule","properties":{"maintenanceWindow":{"schedule":{"weekly":{"intervalWeeks":1,"dayOfWeek":"Sunday"}},"durationHours":4,"startTime":"02:00","utcOffset":"+02:00","startDate":"2023-11-22"}}}""";

    private const string Christmas = """{"schedule":{"daily":{"intervalDays":1}},"durationHours":12,"startTime":"20:00","startDate":"2023-12-22","notAllowedDates":[{"start":"2023-12-24","end":"2023-12-25"}]}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imago-windows-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Windows_Json_IsOneLineWithEffectiveWindowsInUtc()
    {
        var file = Write("sundays.json", Sundays);
        var run = await Run("windows", file, "--count", "2", "--output", "json");

        run.ShouldBe(new CommandRun(
            0,
            $$"""{"file":"{{file}}","windows":[{"start":"2026-07-05T00:00:00Z","end":"2026-07-05T04:00:00Z"},{"start":"2026-07-12T00:00:00Z","end":"2026-07-12T04:00:00Z"}]}""" + "\n",
            ""));
    }

    [Fact]
    public async Task Windows_Table_NamesScheduleOffsetLengthAndWhatIsBlocked()
    {
        var run = await Run("windows", Write("christmas.json", Christmas), "--from", "2023-12-22T22:00:00Z", "--count", "4");

        run.ExitCode.ShouldBe(0);
        run.Error.ShouldBe("");
        run.Out.Replace(_folder.FullName, "", StringComparison.Ordinal).ShouldBe(
            """
            /christmas.json: aksManagedNodeOSUpgradeSchedule, every day from 2023-12-22, 20:00 at +00:00 for 12 h
              Opens (UTC)       Closes (UTC)      At +00:00              Length  Remarks
              2023-12-22 20:00  2023-12-23 08:00  Fri 20:00 – Sat 08:00  12 h    open
              2023-12-23 20:00  2023-12-24 00:00  Sat 20:00 – Sun 00:00  4 h     of 12 h, the rest is blocked
              2023-12-26 00:00  2023-12-26 08:00  Tue 00:00 – Tue 08:00  8 h     of 12 h, the rest is blocked
              2023-12-26 20:00  2023-12-27 08:00  Tue 20:00 – Wed 08:00  12 h


            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task Windows_TableAtAnOffset_ShowsItsWeekdays()
    {
        var run = await Run("windows", Write("sundays.json", Sundays), "--count", "1");

        run.Out.ShouldContain("every week on Sunday from 2023-11-22, 02:00 at +02:00 for 4 h");
        run.Out.ShouldContain("  2026-07-05 00:00  2026-07-05 04:00  Sun 02:00 – Sun 06:00  4 h");
    }

    [Fact]
    public async Task Windows_BadAndGoodFiles_AreAllAnsweredInOrder()
    {
        var bad = Write("bad.json", """{"name":"default","properties":{"maintenanceWindow":{"schedule":{"daily":{"intervalDays":9}},"durationHours":3,"startTime":"02:00"}}}""");
        var good = Write("good.json", Sundays);
        var missing = Path.Combine(_folder.FullName, "missing.json");
        var run = await Run("windows", bad, good, missing, _folder.FullName, good, "--count", "1", "--output", "json");

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldBe("");
        run.Out.ShouldBe(string.Concat(
            $$"""{"file":"{{bad}}","errors":[{"path":"properties.maintenanceWindow.schedule.daily","message":"Configuration 'default' allows a 'weekly' schedule only, found 'daily'."},""",
            """{"path":"properties.maintenanceWindow.schedule.daily.intervalDays","message":"9 is out of range: 1 to 7 is allowed."},""",
            """{"path":"properties.maintenanceWindow.durationHours","message":"3 is out of range: 4 to 24 is allowed."}]}""" + "\n",
            $$"""{"file":"{{good}}","windows":[{"start":"2026-07-05T00:00:00Z","end":"2026-07-05T04:00:00Z"}]}""" + "\n",
            $$"""{"file":"{{missing}}","errors":[{"path":"","message":"There is no file '{{missing}}'. Check the path."}]}""" + "\n",
            $$"""{"file":"{{_folder.FullName}}","errors":[{"path":"","message":"'{{_folder.FullName}}' is a directory. Name a file in it."}]}""" + "\n",
            $$"""{"file":"{{good}}","windows":[{"start":"2026-07-05T00:00:00Z","end":"2026-07-05T04:00:00Z"}]}""" + "\n"));
    }

    [Fact]
    public async Task Windows_BadFileInTheTable_IsToldOnTheErrorStreamAndTheOthersAreListed()
    {
        var bad = Write("bad.json", """{"schedule":{"daily":{"intervalDays":1}},"durationHours":"4","startTime":"02:00"}""");
        var empty = Write("empty.json", "");
        var run = await Run("windows", bad, empty, Write("good.json", Sundays));

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldBe($"""
            imago: {bad}: durationHours: Expected a whole number, found a string.
            imago: {empty}: The document is empty. Expected a maintenance configuration as JSON.

            """.ReplaceLineEndings("\n"));
        run.Out.ShouldContain("good.json: aksManagedNodeOSUpgradeSchedule");
    }

    [Fact]
    public async Task Windows_Dash_ReadsStandardInput()
    {
        var run = await CommandRun.With(Sundays, Now, "windows", "-", "--count", "1", "--output", "json");

        run.ShouldBe(new CommandRun(0, """{"file":"-","windows":[{"start":"2026-07-05T00:00:00Z","end":"2026-07-05T04:00:00Z"}]}""" + "\n", ""));
    }

    [Fact]
    public async Task Windows_InputThatNeverEnds_IsRefusedAfterOneMebibyte()
    {
        var run = await CommandRun.With(new string(' ', 3_000_000), Now, "windows", "-");

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldBe("imago: -: The document is larger than 1024 KiB, which no maintenance configuration needs. Is it the right file?\n");
    }

    [Fact]
    public async Task Windows_UnreadableBytes_AreMessagesNotTraces()
    {
        byte[][] contents = [[0xFF, 0xFE, 0x00], Encoding.UTF8.GetBytes(new string('[', 200_000)), Encoding.UTF8.GetBytes(Sundays[..100]), "[]"u8.ToArray(), "null"u8.ToArray()];
        var files = contents.Select((bytes, index) =>
        {
            var file = Path.Combine(_folder.FullName, $"{index}.json");
            File.WriteAllBytes(file, bytes);
            return file;
        });
        var run = await Run(["windows", .. files, "--output", "json"]);

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldBe("");
        run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(5);
        run.Out.ShouldNotContain("   at ");
        run.Out.ShouldNotContain("Exception");
    }

    [Theory]
    [InlineData("2026-07-05T03:59:59Z", "2026-07-05T00:00:00Z")]
    [InlineData("2026-07-05T04:00:00Z", "2026-07-12T00:00:00Z")]
    [InlineData("2026-07-05T05:59:59+02:00", "2026-07-05T00:00:00Z")]
    [InlineData("2026-07-05T06:00+02:00", "2026-07-12T00:00:00Z")]
    [InlineData("2026-07-05", "2026-07-05T00:00:00Z")]
    [InlineData("2026-07-06", "2026-07-12T00:00:00Z")]
    [InlineData("0001-01-01", "2023-11-26T00:00:00Z")]
    [InlineData("-9998-01-01T00:00:00Z", "2023-11-26T00:00:00Z")]
    [InlineData("9999-12-24T00:00:00-14:00", "9999-12-26T00:00:00Z")]
    [Trait("Rule", "MW-42")]
    public async Task Windows_From_ListsWhatEndsAfterIt(string from, string start)
    {
        var run = await Run("windows", Write("sundays.json", Sundays), "--from", from, "--count", "1", "--output", "JSON");

        run.ExitCode.ShouldBe(0);
        run.Out.ShouldContain($$"""windows":[{"start":"{{start}}",""");
    }

    [Fact]
    public async Task Windows_LastDayOfTheCalendar_IsListedAndNothingAfterIt()
    {
        var file = Write("last.json", """{"schedule":{"daily":{"intervalDays":1}},"durationHours":4,"startTime":"23:00","utcOffset":"+14:00","startDate":"2023-11-22"}""");
        var run = await Run("windows", file, "--from", "9999-12-31");

        run.ExitCode.ShouldBe(0);
        run.Out.ShouldContain("  9999-12-31 09:00  9999-12-31 13:00  Fri 23:00 – Sat 03:00  4 h\n\n");
    }

    [Fact]
    public async Task Windows_NeverAgain_IsAnAnswer()
    {
        var file = Write("never.json", Christmas.Replace("2023-12-25", "9999-12-31", StringComparison.Ordinal));

        (await Run("windows", file, "--output", "json")).ShouldBe(new CommandRun(0, $$"""{"file":"{{file}}","windows":[]}""" + "\n", ""));
        (await Run("windows", file)).Out.ShouldContain("No window opens any more");
    }

    [Fact]
    [Trait("Rule", "MW-24")]
    public async Task Windows_NoStartDate_CountsFromTheLocalDateOfFrom()
    {
        var file = Write("daily.json", """{"schedule":{"daily":{"intervalDays":3}},"durationHours":4,"startTime":"00:00","utcOffset":"+02:00"}""");
        var run = await Run("windows", file, "--from", "2026-07-01T22:30:00Z", "--count", "2", "--output", "json");

        run.Out.ShouldContain("""[{"start":"2026-07-01T22:00:00Z","end":"2026-07-02T02:00:00Z"},{"start":"2026-07-04T22:00:00Z","end":"2026-07-05T02:00:00Z"}]""");
    }

    [Theory]
    [InlineData("--count", "0", "--count: '0' is not a number from 1 to 1000.")]
    [InlineData("--count", "1001", "--count: '1001' is not a number from 1 to 1000.")]
    [InlineData("--count", "many", "--count: 'many' is not a number from 1 to 1000.")]
    [InlineData("--count", "1.5", "--count: '1.5' is not a number from 1 to 1000.")]
    [InlineData("--output", "yaml", "--output: 'yaml' is not known. Write 'table' or 'json'.")]
    [InlineData("--from", "tomorrow", "--from: 'tomorrow' is not an instant. Write RFC 3339, for example 2026-07-01T22:00:00Z or 2026-07-01T22:00:00+02:00, or a date, which is its midnight in UTC.")]
    [InlineData("--from", "9999-12-31T23:59:59-14:00", "--from: '9999-12-31T23:59:59-14:00' is not an instant. Write RFC 3339, for example 2026-07-01T22:00:00Z or 2026-07-01T22:00:00+02:00, or a date, which is its midnight in UTC.")]
    public async Task Windows_BadOption_IsAUsageErrorThatSaysWhatIsAllowed(string option, string value, string message)
    {
        var run = await Run("windows", Write("sundays.json", Sundays), option, value);

        run.ShouldBe(new CommandRun(2, "", $"imago: {message}\nTry 'imago windows --help'.\n"));
    }

    [Fact]
    public async Task Windows_NoFile_IsAUsageError() => (await Run("windows")).ExitCode.ShouldBe(2);

    [Fact]
    public async Task Windows_Help_ShowsExamplesAndAsksForNothing()
    {
        var run = await Run("windows", "--help");

        run.ExitCode.ShouldBe(0);
        run.Error.ShouldBe("");
        run.Out.ShouldContain("  imago windows maintenance.json\n");
    }

    [Fact]
    public async Task Windows_ThousandWindows_AreListed()
    {
        var run = await Run("windows", Write("sundays.json", Sundays), "--count", "1000", "--output", "json");

        run.Out.Split("\"start\"").Length.ShouldBe(1001);
    }

    private string Write(string name, string content)
    {
        var file = Path.Combine(_folder.FullName, name);
        File.WriteAllText(file, content);
        return file;
    }

    private static Task<CommandRun> Run(params string[] args) => CommandRun.With("", Now, args);
}
