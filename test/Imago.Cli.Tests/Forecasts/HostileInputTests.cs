using System.Text;
using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Forecasts;

public sealed class HostileInputTests(Files files) : IClassFixture<Files>
{
    public static TheoryData<string, byte[]> Hostile => new()
    {
        { "empty", [] },
        { "blank", "  \n"u8.ToArray() },
        { "truncated", """{"kind":"List","items":[{"kind":"Node","metadata":{"na"""u8.ToArray() },
        { "an array", "[]"u8.ToArray() },
        { "a number", "7"u8.ToArray() },
        { "null", "null"u8.ToArray() },
        { "another kind", """{"kind":"Secret","apiVersion":"v1"}"""u8.ToArray() },
        { "an empty object", "{}"u8.ToArray() },
        { "YAML", "kind: List\nitems: []\n"u8.ToArray() },
        { "nested deeply", Encoding.UTF8.GetBytes("{\"items\":" + new string('[', 200_000)) },
        { "nested deeply in an object", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 100_000))) },
        { "not UTF-8", [(byte)'{', (byte)'"', 0xC3, 0x28, 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}'] },
        { "half a character", """{"\ud800":"\udc00"}"""u8.ToArray() },
        { "half a character in a known place", """{"kind":"List","apiVersion":"v1","items":[{"kind":"\ud800"}],"capacityCode":"\ud800","maintenanceWindow":{"startTime":"\ud800"}}"""u8.ToArray() },
        { "UTF-16", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("{\"items\":[]}")).ToArray() },
        { "zeros", new byte[10_000] },
        { "huge", Encoding.UTF8.GetBytes("{\"x\":\"" + new string('x', 3_000_000) + "\"}") },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Cluster_ThatIsNoDump_IsRefusedWithAMessage(string what, byte[] bytes)
    {
        var dump = files.Write("hostile-cluster.json", bytes);

        (await CommandRun.Of("forecast", "--cluster", dump)).ShouldFail(ExitCode.Failed, $"Cluster dump '{dump}': ");
        (await CommandRun.Of("explain", "--cluster", dump)).ShouldFail(ExitCode.Failed, $"Cluster dump '{dump}': ");
        what.ShouldNotBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Maintenance_ThatIsNoConfiguration_IsRefusedWithAMessage(string what, byte[] bytes)
    {
        var file = files.Write("hostile-maintenance.json", bytes);

        (await CommandRun.Of("forecast", "--cluster", files.Shop, "--maintenance", file)).ShouldFail(ExitCode.Failed, $"Maintenance configuration '{file}': ");
        what.ShouldNotBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task World_ThatIsNoWorldFile_IsRefusedWithAMessage(string what, byte[] bytes)
    {
        // No settings at all are a world, too.
        if (what == "an empty object")
        {
            return;
        }

        var file = files.Write("hostile-world.json", bytes);

        (await CommandRun.Of("forecast", "--cluster", files.Shop, "--world", file)).ShouldFail(ExitCode.Failed, $"World file '{file}'");
    }

    [Fact]
    public async Task World_ThatNeverEnds_IsRefused()
    {
        if (!File.Exists("/dev/zero"))
        {
            Assert.Skip("This system has no file that never ends.");
        }

        (await CommandRun.Of("forecast", "--cluster", files.Shop, "--world", "/dev/zero")).ShouldFail(ExitCode.Failed, "larger than 1048576 bytes");
        (await CommandRun.Of("forecast", "--cluster", files.Shop, "--maintenance", "/dev/zero")).ShouldFail(ExitCode.Failed, "Maintenance configuration '/dev/zero'");
    }

    [Theory]
    [InlineData("--cluster")]
    [InlineData("--maintenance")]
    [InlineData("--world")]
    public async Task File_ThatDoesNotOpen_IsNamed(string option)
    {
        string[] others = option == "--cluster" ? [] : ["--cluster", files.Shop];

        (await CommandRun.Of(["forecast", option, files.PathOf("missing.json"), .. others])).ShouldFail(ExitCode.Failed, $"There is no file '{files.PathOf("missing.json")}'. Check the path.");
        (await CommandRun.Of(["forecast", option, files.Folder, .. others])).ShouldFail(ExitCode.Failed, $"'{files.Folder}' is a directory.");
        (await CommandRun.Of(["forecast", option, "", .. others])).ShouldFail(ExitCode.Failed, "The name of a file is missing.");
    }

    [Fact]
    public async Task World_WhoseFactorMakesADurationTooLong_IsRefused()
    {
        var world = files.Write("long.json", """{"timing":{"reimage":"10000d","factor":1000}}""");

        (await CommandRun.Of("forecast", "--cluster", files.Shop, "--world", world)).ShouldFail(ExitCode.Failed, "timing.factor: This factor makes a duration longer than 10000d.");
    }

    [Fact]
    public async Task World_WhoseDurationsOutlastTheCalendar_IsPlayedToItsHorizon()
    {
        var world = files.Write("late.json", """{"timing":{"reimage":"10000d","volumeDetach":"10000d","podStart":"10000d","podStop":"10000d","surgeProvision":"10000d"}}""");

        (await CommandRun.Of("forecast", "--cluster", files.Shop, "--world", world, "--from", "9998-11-01", "--output", "json")).ExitCode.ShouldBe(ExitCode.Ok);
    }

    [Theory]
    [InlineData("default")]
    [InlineData("aksManagedAutoUpgradeSchedule")]
    [Trait("Rule", "MW-8")]
    public async Task Maintenance_OfAnotherKind_IsRefused(string name)
    {
        var file = files.Write("other.json", $$$"""{"name":"{{{name}}}","properties":{{{(name == "default"
            ? """{"timeInWeek":[{"day":"Monday","hourSlots":[1]}]}"""
            : """{"maintenanceWindow":{"schedule":{"daily":{"intervalDays":1}},"durationHours":4,"startTime":"01:00","startDate":"2026-01-01"}}""")}}}}""");

        (await CommandRun.Of("forecast", "--cluster", files.Shop, "--maintenance", file)).ShouldFail(
            ExitCode.Failed, $"'{file}' is '{name}', which does not govern node OS upgrades. Give 'aksManagedNodeOSUpgradeSchedule'.");
    }

    [Fact]
    public async Task StandardInput_ForTwoFiles_IsAMisuse() => (await CommandRun.Of("forecast", "--cluster", "-", "--maintenance", "-")).ShouldFail(
        ExitCode.Usage, "--cluster and --maintenance: only one of them can read standard input.");
}
