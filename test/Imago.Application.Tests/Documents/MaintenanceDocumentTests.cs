using System.Collections.Immutable;
using System.Text;
using Imago.Application.Documents;
using Imago.Domain.Maintenance;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Documents;

public sealed class MaintenanceDocumentTests
{
    private const string Window = """{"schedule":{"weekly":{"intervalWeeks":1,"dayOfWeek":"Sunday"}},"durationHours":4,"startTime":"02:00","utcOffset":"+02:00","startDate":"2023-11-22"}""";

    private static readonly Instant AsOf = Instant.FromUtc(2026, 7, 1, 23, 0);

    private static readonly MaintenanceWindow Expected = new(new Schedule.Weekly(1, IsoDayOfWeek.Sunday), 4, new(2, 0), Offset.FromHours(2), new(2023, 11, 22), []);

    [Theory]
    [InlineData("the resource", """{"id":"/subscriptions/s/resourceGroups/r/providers/Microsoft.ContainerService/managedClusters/c/maintenanceConfigurations/default","name":"default","type":"x","systemData":{"createdAt":"x"},"properties":{"maintenanceWindow":@}}""", ConfigurationKind.Default)]
    [InlineData("a name in another case", """{"name":"AKSMANAGEDAUTOUPGRADESCHEDULE","properties":{"maintenanceWindow":@}}""", ConfigurationKind.AutoUpgrade)]
    [InlineData("a child resource of a template", """{"name":"prod/aksManagedAutoUpgradeSchedule","apiVersion":"2025-02-01","properties":{"maintenanceWindow":@}}""", ConfigurationKind.AutoUpgrade)]
    [InlineData("a name only in the id", """{"id":"/subscriptions/s/.../maintenanceconfigurations/aksManagedAutoUpgradeSchedule","properties":{"maintenanceWindow":@}}""", ConfigurationKind.AutoUpgrade)]
    [InlineData("what az prints", """{"id":"x","name":"aksManagedNodeOSUpgradeSchedule","notAllowedTime":null,"timeInWeek":null,"maintenanceWindow":@,"resourceGroup":"r"}""", ConfigurationKind.NodeOsUpgrade)]
    [InlineData("properties in a resource without a name", """{"properties":{"maintenanceWindow":@}}""", ConfigurationKind.NodeOsUpgrade)]
    [InlineData("just the properties", """{"maintenanceWindow":@}""", ConfigurationKind.NodeOsUpgrade)]
    [InlineData("just the window", "@", ConfigurationKind.NodeOsUpgrade)]
    [InlineData("an id that is not a resource's", """{"id":"V-01","maintenanceWindow":@}""", ConfigurationKind.NodeOsUpgrade)]
    [InlineData("space around it", "\r\n\t {\"maintenanceWindow\": @ } \n", ConfigurationKind.NodeOsUpgrade)]
    [Trait("Rule", "MW-1")]
    [Trait("Rule", "MW-3")]
    public void Read_EveryShape_IsTheSameConfiguration(string story, string json, ConfigurationKind kind)
    {
        var (value, problems) = Read(json.Replace("@", Window, StringComparison.Ordinal));

        problems.ShouldBeEmpty(story);
        value.ShouldBe(new MaintenanceConfiguration(kind, Expected), story);
    }

    [Fact]
    public void Read_NullsAndUnknownNamesAndOtherCase_MeanWhatAzureMakesOfThem()
    {
        var (value, problems) = Read("""
            {"MaintenanceWindow":{"Schedule":{"daily":null,"weekly":{"intervalWeeks":1.0,"dayOfWeek":"sunday","note":"x"},"absoluteMonthly":null},
             "DURATIONHOURS":4e0,"startTime":"02:00","utcoffset":"+02:00","startDate":"2023-11-22","notAllowedDates":null,"colour":"blue"}}
            """);

        problems.ShouldBeEmpty();
        value!.Times.ShouldBe(Expected);
    }

    [Fact]
    public void Read_LegacyForm_OfTheResourceDefault()
    {
        var (value, problems) = Read("""
            {"name":"default","properties":{"timeInWeek":[{"day":"Monday","hourSlots":[1,2]},{"day":"Tuesday"}],"notAllowedTime":[{"start":"2026-12-24T00:00:00Z","end":"2026-12-26T00:00:00+01:00"}]}}
            """);

        problems.ShouldBeEmpty();
        value!.Times.ShouldBe(new WeeklyHours(
            [new(IsoDayOfWeek.Monday, [1, 2]), new(IsoDayOfWeek.Tuesday, null)], [(Instant.FromUtc(2026, 12, 24, 0, 0), Instant.FromUtc(2026, 12, 25, 23, 0))]));
    }

    [Fact]
    [Trait("Rule", "MW-36")]
    public void Read_LegacyFormWithoutAName_IsTheNodeOsScheduleAndRefused() =>
        Read("""{"timeInWeek":[{"day":"Monday"}]}""").Problems.ShouldHaveSingleItem().ShouldBe(new Problem(
            "timeInWeek", "'timeInWeek' and 'notAllowedTime' are for configuration 'default' only, not for 'aksManagedNodeOSUpgradeSchedule'. Use 'maintenanceWindow', or the name 'default'."));

    [Theory]
    [InlineData("""{"name":"mine","maintenanceWindow":@}""", "name")]
    [InlineData("""{"name":"","maintenanceWindow":@}""", "name")]
    [InlineData("""{"name":"aksManagedClusterAutoUpgradeSchedule","maintenanceWindow":@}""", "name")]
    [InlineData("""{"id":"/a/maintenanceConfigurations/mine","maintenanceWindow":@}""", "id")]
    [Trait("Rule", "MW-2")]
    [Trait("Rule", "MW-4")]
    public void Read_UnknownName_IsRefusedWithTheThreeThatExist(string json, string path)
    {
        var problem = Read(json.Replace("@", Window, StringComparison.Ordinal)).Problems.ShouldHaveSingleItem();

        problem.Path.ShouldBe(path);
        problem.Message.ShouldContain("'default', 'aksManagedAutoUpgradeSchedule', 'aksManagedNodeOSUpgradeSchedule'");
    }

    [Fact]
    public void Read_WrongTypes_AreProblemsWithTheirPathAndToldOnce() =>
        Read("""
            {"name":7,"properties":{"maintenanceWindow":{"schedule":{"weekly":{"intervalWeeks":"1","dayOfWeek":7}},"durationHours":4.5,"startTime":200,"utcOffset":{},"startDate":true,
             "notAllowedDates":[{"start":1,"end":"2026-12-26"},"2026-12-24",null]},"timeInWeek":"Monday","notAllowedTime":{}}}
            """).Problems.ShouldBe(
        [
            new("name", "Expected a string, found a number."),
            new("properties.maintenanceWindow.schedule.weekly.intervalWeeks", "Expected a whole number, found a string."),
            new("properties.maintenanceWindow.schedule.weekly.dayOfWeek", "Expected a string, found a number."),
            new("properties.maintenanceWindow.durationHours", "Expected a whole number, found 4.5."),
            new("properties.maintenanceWindow.startTime", "Expected a string, found a number."),
            new("properties.maintenanceWindow.utcOffset", "Expected a string, found an object."),
            new("properties.maintenanceWindow.startDate", "Expected a string, found true or false."),
            new("properties.maintenanceWindow.notAllowedDates[0].start", "Expected a string, found a number."),
            new("properties.maintenanceWindow.notAllowedDates[1]", "Expected an object, found a string."),
            new("properties.maintenanceWindow.notAllowedDates[2]", "Expected an object, found null."),
            new("properties.timeInWeek", "Expected an array, found a string."),
            new("properties.notAllowedTime", "Expected an array, found an object."),
            new("properties.maintenanceWindow", "'maintenanceWindow' cannot be combined with 'timeInWeek' or 'notAllowedTime'. Keep one form."),
        ]);

    [Fact]
    public void Read_ProblemsBelowOneAnother_AreAllTold() =>
        Read("""{"name":"default","maintenanceWindow":{"schedule":{"daily":{"intervalDays":9}},"durationHours":4,"startTime":"02:00"}}""").Problems.Select(p => p.Path)
            .ShouldBe(["maintenanceWindow.schedule.daily", "maintenanceWindow.schedule.daily.intervalDays"]);

    [Theory]
    [InlineData("""{"properties":[]}""", "properties")]
    [InlineData("""{"properties":{"maintenanceWindow":"x"}}""", "properties.maintenanceWindow")]
    [InlineData("""{"maintenanceWindow":{"schedule":[],"durationHours":4,"startTime":"02:00"}}""", "maintenanceWindow.schedule")]
    [InlineData("""{"maintenanceWindow":{"schedule":{"daily":3},"durationHours":4,"startTime":"02:00"}}""", "maintenanceWindow.schedule.daily")]
    [InlineData("""{"schedule":{"daily":{"intervalDays":1}},"durationHours":4,"startTime":"2"}""", "startTime")]
    [InlineData("""{"schedule":{"daily":{"intervalDays":99999999999999999999}},"durationHours":4,"startTime":"02:00"}""", "schedule.daily.intervalDays")]
    [InlineData("""{"schedule":{"daily":{"intervalDays":1e400}},"durationHours":4,"startTime":"02:00"}""", "schedule.daily.intervalDays")]
    [InlineData("""{"name":"default","timeInWeek":[{"day":"Monday","hourSlots":["1"]}]}""", "timeInWeek[0].hourSlots[0]")]
    [InlineData("""{"name":"default","timeInWeek":[{"day":"Monday","hourSlots":7}]}""", "timeInWeek[0].hourSlots")]
    public void Read_WrongType_IsOneProblem(string json, string path) => Read(json).Problems.ShouldHaveSingleItem().Path.ShouldBe(path);

    [Theory]
    [InlineData("""{"schedule":{"daily":{"intervalDays":1}},"durationHours":4,"startTime":"02:00","durationHours":8}""", "durationHours")]
    [InlineData("""{"schedule":{"weekly":{"intervalWeeks":1,"dayOfWeek":"Sunday"},"weekly":{"intervalWeeks":1,"dayOfWeek":"Monday"}},"durationHours":4,"startTime":"02:00"}""", "schedule.weekly")]
    [InlineData("""{"schedule":{"daily":{"intervalDays":1}},"durationHours":4,"startTime":"02:00","starttime":"03:00"}""", "starttime")]
    public void Read_RepeatedName_IsRefused(string json, string path) =>
        Read(json).Problems.ShouldBe([new Problem(path, "The name stands more than once in its object. Keep one.")]);

    [Theory]
    [InlineData("", "The document is empty. Expected a maintenance configuration as JSON.")]
    [InlineData(" \n", "The document is empty. Expected a maintenance configuration as JSON.")]
    [InlineData("[]", "A maintenance configuration is a JSON object, found an array. Put each configuration into a file of its own.")]
    [InlineData("null", "A maintenance configuration is a JSON object, found null.")]
    [InlineData("4", "A maintenance configuration is a JSON object, found a number.")]
    [InlineData("\"x\"", "A maintenance configuration is a JSON object, found a string.")]
    [InlineData("{}", "This is no maintenance configuration: it has none of 'properties', 'maintenanceWindow', 'schedule'.")]
    [InlineData("""{"value":[]}""", "This is a list of maintenance configurations. Put each one into a file of its own.")]
    [InlineData("""{"maintenanceWindow":{"startTime":"\ud800"}}""", "The document holds an escape that is only half a character, such as '\\ud800'. Write the character itself.")]
    [InlineData("""{"\ud800":1}""", "The document holds an escape that is only half a character, such as '\\ud800'. Write the character itself.")]
    public void Read_NoConfiguration_SaysWhatItIsInstead(string json, string message) => Read(json).Problems.ShouldBe([new Problem("", message)]);

    [Theory]
    [InlineData("{\"maintenanceWindow\":{\"schedule\":")]
    [InlineData("{\n \"startTime\": 02:00 }")]
    [InlineData("{} {}")]
    [InlineData("apiVersion: v1")]
    [InlineData("{\"a\":1,}")]
    [InlineData("\0")]
    public void Read_BrokenJson_SaysWhere(string json)
    {
        var problem = Read(json).Problems.ShouldHaveSingleItem();

        problem.Path.ShouldBe("");
        problem.Message.ShouldStartWith("The document is not valid JSON at line ");
        problem.Message.ShouldNotContain("LineNumber");
    }

    [Fact]
    public void Read_Truncated_AtAnyByte_IsAProblem()
    {
        var whole = Encoding.UTF8.GetBytes(Window);
        for (var length = 0; length < whole.Length; length++)
        {
            MaintenanceDocument.Read(whole.AsMemory(0, length), AsOf, isStored: true).Problems.ShouldHaveSingleItem();
        }
    }

    [Fact]
    public void Read_ByteOrderMark_IsSkipped() =>
        MaintenanceDocument.Read((byte[])[0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Window)], AsOf, isStored: true).Value!.Times.ShouldBe(Expected);

    [Fact]
    public void Read_NotUtf8_IsRefused()
    {
        foreach (var bytes in (byte[][])[[0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00], Encoding.Latin1.GetBytes("""{"note":"é"}"""), [0x1F, 0x8B, 0x08]])
        {
            MaintenanceDocument.Read(bytes, AsOf, isStored: true).Problems.ShouldBe([new Problem("", "The document is not UTF-8 text. Save it as UTF-8.")]);
        }
    }

    [Theory]
    [InlineData(31, true)]
    [InlineData(32, false)]
    [InlineData(500_000, false)]
    public void Read_DeepNesting_IsRefusedBeforeItHurts(int levels, bool isAllowed)
    {
        var note = new string('[', levels) + new string(']', levels);
        var problems = Read($$"""{"note":{{note}},{{Window[1..]}}""").Problems;

        problems.ShouldBe(isAllowed ? [] : [new Problem("", "The document is nested deeper than 32 levels. A maintenance configuration needs six.")]);
    }

    [Theory]
    [InlineData(MaintenanceDocument.LargestBytes, true)]
    [InlineData(MaintenanceDocument.LargestBytes + 1, false)]
    public void Read_Large_UpToOneMebibyte(int bytes, bool isAllowed) =>
        Read(Window.PadRight(bytes)).Problems
            .ShouldBe(isAllowed ? [] : [new Problem("", "The document is larger than 1024 KiB, which no maintenance configuration needs. Is it the right file?")]);

    [Fact]
    [Trait("Rule", "MW-24")]
    public void Read_NoStartDate_IsTheLocalDateOfTheInstant() =>
        Read("""{"schedule":{"daily":{"intervalDays":1}},"durationHours":4,"startTime":"02:00","utcOffset":"+02:00"}""")
            .Value!.Times.ShouldBeOfType<MaintenanceWindow>().StartDate.ShouldBe(new LocalDate(2026, 7, 2));

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [Trait("Rule", "MW-33")]
    public void Read_StartDateInThePast_IsForStoredDocuments(bool isStored, bool isAllowed) =>
        MaintenanceDocument.Read(Encoding.UTF8.GetBytes(Window), AsOf, isStored).Problems.Select(p => p.Path).ShouldBe(isAllowed ? [] : ["startDate"]);

    private static (MaintenanceConfiguration? Value, ImmutableArray<Problem> Problems) Read(string json) =>
        MaintenanceDocument.Read(Encoding.UTF8.GetBytes(json), AsOf, isStored: true);
}
