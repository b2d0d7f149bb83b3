using System.Text.Json.Nodes;
using Imago.Api.Tests.Admission.Kit;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Admission;

public sealed class MaintenanceAdmissionTests
{
    private const string NodeOs = "aksManagedNodeOSUpgradeSchedule";
    private const string AutoUpgrade = "aksManagedAutoUpgradeSchedule";
    private const string Schedule = "properties.maintenanceWindow.schedule";
    private const string Weekly = """{"weekly":{"intervalWeeks":1,"dayOfWeek":"Friday"}}""";

    [Fact]
    [Trait("Rule", "MW-2")]
    [Trait("Rule", "MW-4")]
    public void Write_AnyOtherName_IsRefusedWithTheThree()
    {
        var cluster = WrittenCluster.Made();

        foreach (var name in (string[])["other", "aksManagedClusterAutoUpgradeSchedule", "AKSManagedNodeOSAutoUpgradeSchedule"])
        {
            cluster.PutMaintenance(name, Window(Weekly)).ShouldRefuse("name", "'default', 'aksManagedAutoUpgradeSchedule', 'aksManagedNodeOSUpgradeSchedule'");
        }
    }

    [Fact]
    [Trait("Rule", "MW-1")]
    [Trait("Rule", "MW-3")]
    public void Write_NameInAnyCase_IsReturnedCanonicalAndAllThreeStandTogether()
    {
        var cluster = WrittenCluster.Made();

        cluster.PutMaintenance("DEFAULT", Window(Weekly)).ShouldBeNull();
        cluster.PutMaintenance("aksmanagedautoupgradeschedule", Window(Weekly)).ShouldBeNull();
        cluster.PutMaintenance("AKSMANAGEDNODEOSUPGRADESCHEDULE", Window(Weekly)).ShouldBeNull();

        ((string[])["default", AutoUpgrade, NodeOs]).Select(n => cluster.GetMaintenance(n)["name"]!.GetValue<string>()).ShouldBe(["default", AutoUpgrade, NodeOs]);
    }

    [Theory]
    [Trait("Rule", "AZ-34")]
    [InlineData("""{"daily":{"intervalDays":2}}""")]
    [InlineData("""{"weekly":{"intervalWeeks":3,"dayOfWeek":"Friday"}}""")]
    [InlineData("""{"absoluteMonthly":{"intervalMonths":1,"dayOfMonth":15}}""")]
    [InlineData("""{"relativeMonthly":{"intervalMonths":3,"weekIndex":"Last","dayOfWeek":"Tuesday"}}""")]
    public void Write_WhatAzSends_ComesBack(string schedule)
    {
        var cluster = WrittenCluster.Made();

        cluster.PutMaintenance(NodeOs, """
            {"properties":{"maintenanceWindow":{"schedule":@,"durationHours":8,"utcOffset":"+05:30","startDate":"2027-01-01","startTime":"00:00","notAllowedDates":[{"start":"2027-02-01","end":"2027-02-05"}]}}}
            """.Replace("@", schedule, StringComparison.Ordinal)).ShouldBeNull();

        var read = cluster.GetMaintenance(NodeOs)["properties"]!["maintenanceWindow"]!;
        read["schedule"]!.ToJsonString().ShouldBe(schedule);
        read["startDate"]!.GetValue<string>().ShouldBe("2027-01-01");
        read["notAllowedDates"]!.ToJsonString().ShouldBe("""[{"start":"2027-02-01","end":"2027-02-05"}]""");
    }

    [Fact]
    [Trait("Rule", "AZ-52")]
    public void Write_DayOfMonthAsText_ComesBackAsNumber()
    {
        var cluster = WrittenCluster.Made();

        cluster.PutMaintenance(NodeOs, Window("""{"absoluteMonthly":{"intervalMonths":1,"dayOfMonth":"15"}}""")).ShouldBeNull();

        Read(cluster)["schedule"]!.ToJsonString().ShouldBe("""{"absoluteMonthly":{"intervalMonths":1,"dayOfMonth":15}}""");
    }

    [Fact]
    [Trait("Rule", "AZ-61")]
    [Trait("Rule", "MW-23")]
    [Trait("Rule", "MW-24")]
    public void Write_NoStartDate_IsFilledInWithTodayAtTheOffset()
    {
        var cluster = WrittenCluster.Made();

        cluster.PutMaintenance(NodeOs, Window(Weekly)).ShouldBeNull();
        cluster.PutMaintenance(AutoUpgrade, Window(Weekly, "\"utcOffset\":\"+14:00\"")).ShouldBeNull();

        Read(cluster)["startDate"]!.GetValue<string>().ShouldBe("2026-11-25");
        Read(cluster)["utcOffset"]!.GetValue<string>().ShouldBe("+00:00");
        cluster.GetMaintenance(AutoUpgrade)["properties"]!["maintenanceWindow"]!["startDate"]!.GetValue<string>().ShouldBe("2026-11-26");
    }

    [Fact]
    [Trait("Rule", "MW-33")]
    [Trait("Rule", "MW-24")]
    public void Update_StartDate_MayStayInThePastButNotMoveThere()
    {
        var cluster = WrittenCluster.Made();
        cluster.PutMaintenance(NodeOs, Window(Weekly, "\"startDate\":\"2026-11-24\"")).ShouldRefuse("properties.maintenanceWindow.startDate", "lies in the past");
        cluster.PutMaintenance(NodeOs, Window(Weekly)).ShouldBeNull();
        cluster.Now += Duration.FromDays(30);

        cluster.PutMaintenance(NodeOs, cluster.GetMaintenance(NodeOs)).ShouldBeNull();
        cluster.PutMaintenance(NodeOs, Window(Weekly)).ShouldBeNull();
        Read(cluster)["startDate"]!.GetValue<string>().ShouldBe("2026-11-25");
        cluster.PutMaintenance(NodeOs, Window(Weekly, "\"startDate\":\"2026-11-26\"")).ShouldRefuse("properties.maintenanceWindow.startDate", "lies in the past");
    }

    [Theory]
    [Trait("Rule", "MW-20")]
    [Trait("Rule", "MW-21")]
    [Trait("Rule", "MW-22")]
    [Trait("Rule", "MW-30")]
    [Trait("Rule", "MW-31")]
    [Trait("Rule", "MW-34")]
    [Trait("Rule", "MW-37")]
    [Trait("Rule", "AZ-51")]
    [InlineData("""{"durationHours":4,"startTime":"00:00"}""", Schedule)]
    [InlineData("""{"schedule":{},"durationHours":4,"startTime":"00:00"}""", Schedule)]
    [InlineData("""{"schedule":{"daily":{"intervalDays":1},"weekly":{"intervalWeeks":1,"dayOfWeek":"Monday"}},"durationHours":4,"startTime":"00:00"}""", Schedule)]
    [InlineData("""{"schedule":{"daily":{"intervalDays":0}},"durationHours":4,"startTime":"00:00"}""", Schedule + ".daily.intervalDays")]
    [InlineData("""{"schedule":{"daily":{"intervalDays":8}},"durationHours":4,"startTime":"00:00"}""", Schedule + ".daily.intervalDays")]
    [InlineData("""{"schedule":{"weekly":{"intervalWeeks":5,"dayOfWeek":"Monday"}},"durationHours":4,"startTime":"00:00"}""", Schedule + ".weekly.intervalWeeks")]
    [InlineData("""{"schedule":{"weekly":{"intervalWeeks":1,"dayOfWeek":"Blursday"}},"durationHours":4,"startTime":"00:00"}""", Schedule + ".weekly.dayOfWeek")]
    [InlineData("""{"schedule":{"weekly":{"intervalWeeks":1}},"durationHours":4,"startTime":"00:00"}""", Schedule + ".weekly.dayOfWeek")]
    [InlineData("""{"schedule":{"absoluteMonthly":{"intervalMonths":7,"dayOfMonth":1}},"durationHours":4,"startTime":"00:00"}""", Schedule + ".absoluteMonthly.intervalMonths")]
    [InlineData("""{"schedule":{"absoluteMonthly":{"intervalMonths":1,"dayOfMonth":32}},"durationHours":4,"startTime":"00:00"}""", Schedule + ".absoluteMonthly.dayOfMonth")]
    [InlineData("""{"schedule":{"relativeMonthly":{"intervalMonths":1,"weekIndex":"Fifth","dayOfWeek":"Monday"}},"durationHours":4,"startTime":"00:00"}""", Schedule + ".relativeMonthly.weekIndex")]
    [InlineData("""{"schedule":{"daily":{"intervalDays":1}},"durationHours":3,"startTime":"00:00"}""", "properties.maintenanceWindow.durationHours")]
    [InlineData("""{"schedule":{"daily":{"intervalDays":1}},"durationHours":400,"startTime":"00:00"}""", "properties.maintenanceWindow.durationHours")]
    [InlineData("""{"schedule":{"daily":{"intervalDays":1}},"startTime":"00:00"}""", "properties.maintenanceWindow.durationHours")]
    [InlineData("""{"schedule":{"daily":{"intervalDays":1}},"durationHours":4,"startTime":"25:99"}""", "properties.maintenanceWindow.startTime")]
    [InlineData("""{"schedule":{"daily":{"intervalDays":1}},"durationHours":4}""", "properties.maintenanceWindow.startTime")]
    [InlineData("""{"schedule":{"daily":{"intervalDays":1}},"durationHours":4,"startTime":"00:00","utcOffset":"+15:00"}""", "properties.maintenanceWindow.utcOffset")]
    [InlineData("""{"schedule":{"daily":{"intervalDays":1}},"durationHours":4,"startTime":"00:00","notAllowedDates":[{"start":"2027-01-02","end":"2027-01-01"}]}""", "properties.maintenanceWindow.notAllowedDates[0]")]
    public void Write_WindowThatIsNotAllowed_IsRefusedAtOnePlace(string window, string path)
    {
        var cluster = WrittenCluster.Made();
        var before = cluster.Everything();

        cluster.PutMaintenance(NodeOs, """{"properties":{"maintenanceWindow":""" + window + "}}").Problems().ShouldHaveSingleItem().Target.ShouldBe(path);
        cluster.Everything().ShouldBe(before);
    }

    [Theory]
    [Trait("Rule", "MW-26")]
    [Trait("Rule", "MW-27")]
    [Trait("Rule", "MW-28")]
    [Trait("Rule", "MW-29")]
    [Trait("Rule", "MW-32")]
    [InlineData("default", """{"daily":{"intervalDays":1}}""", "2026-04-01", false)]
    [InlineData("default", """{"daily":{"intervalDays":1}}""", "2025-03-01", false)]
    [InlineData("default", """{"daily":{"intervalDays":1}}""", "2025-02-01", true)]
    [InlineData("default", """{"weekly":{"intervalWeeks":2,"dayOfWeek":"Friday"}}""", "2026-04-01", false)]
    [InlineData("default", """{"weekly":{"intervalWeeks":2,"dayOfWeek":"Friday"}}""", "2025-02-01", true)]
    [InlineData("default", """{"absoluteMonthly":{"intervalMonths":1,"dayOfMonth":1}}""", "2026-04-01", false)]
    [InlineData("default", """{"relativeMonthly":{"intervalMonths":1,"weekIndex":"First","dayOfWeek":"Monday"}}""", "2026-04-01", false)]
    [InlineData("default", Weekly, "2026-04-01", true)]
    [InlineData(AutoUpgrade, """{"daily":{"intervalDays":1}}""", "2025-06-01", true)]
    [InlineData(AutoUpgrade, """{"daily":{"intervalDays":1}}""", "2025-05-01", false)]
    [InlineData(AutoUpgrade, Weekly, "2023-06-01", true)]
    [InlineData(NodeOs, """{"daily":{"intervalDays":1}}""", "2023-06-01", true)]
    public void Write_ScheduleType_DependsOnNameAndVersion(string name, string schedule, string version, bool isFine)
    {
        var error = WrittenCluster.Made().PutMaintenance(name, Window(schedule), version);

        if (isFine)
        {
            error.ShouldBeNull();
        }
        else
        {
            error.Problems().ShouldHaveSingleItem().Target!.ShouldStartWith(Schedule);
        }
    }

    [Fact]
    [Trait("Rule", "AZ-34")]
    [Trait("Rule", "AZ-58")]
    [Trait("Rule", "AZ-61")]
    public void Write_OlderFormOfDefault_IsKeptWithoutTheEmptyList()
    {
        var cluster = WrittenCluster.Made();

        cluster.PutMaintenance("default", """{"properties":{"timeInWeek":[{"day":"monday","hourSlots":[1]}],"notAllowedTime":[]}}""").ShouldBeNull();

        cluster.GetMaintenance("default")["properties"]!.ToJsonString().ShouldBe("""{"timeInWeek":[{"day":"Monday","hourSlots":[1]}]}""");
    }

    [Fact]
    [Trait("Rule", "MW-74")]
    public void Write_OlderFormThatThePresentOneCanSay_IsConverted()
    {
        var cluster = WrittenCluster.Made();

        cluster.PutMaintenance("default", """{"properties":{"timeInWeek":[{"day":"Monday","hourSlots":[1,2,3,4]}],"notAllowedTime":[]}}""").ShouldBeNull();

        JsonNode.DeepEquals(cluster.GetMaintenance("default")["properties"], JsonNode.Parse(
            """{"maintenanceWindow":{"schedule":{"weekly":{"intervalWeeks":1,"dayOfWeek":"Monday"}},"durationHours":4,"utcOffset":"+00:00","startDate":"2026-11-25","startTime":"01:00"}}""")).ShouldBeTrue();
    }

    [Fact]
    [Trait("Rule", "MW-35")]
    [Trait("Rule", "MW-36")]
    [Trait("Rule", "MW-70")]
    public void Write_BothFormsOrTheOlderOneElsewhere_IsRefused()
    {
        var cluster = WrittenCluster.Made();
        const string slots = """
            "timeInWeek":[{"day":"Monday","hourSlots":[1]}]
            """;

        cluster.PutMaintenance("default", Window(Weekly).Replace("""{"properties":{""", """{"properties":{""" + slots + ",", StringComparison.Ordinal)).Problems()[0].Message.ShouldContain("cannot be combined");
        cluster.PutMaintenance(NodeOs, """{"properties":{""" + slots + "}}").Problems()[0].Message.ShouldContain("for configuration 'default' only");
        cluster.PutMaintenance("default", """{"properties":{"timeInWeek":[{"day":"Monday","hourSlots":[24]}]}}""").Problems().ShouldHaveSingleItem().Target.ShouldBe("properties.timeInWeek[0].hourSlots[0]");
    }

    [Fact]
    public void Update_OneFormForTheOther_ReplacesItWhole()
    {
        var cluster = WrittenCluster.Made();
        cluster.PutMaintenance("default", Window(Weekly, "\"later\":1")).ShouldBeNull();

        cluster.PutMaintenance("default", """{"properties":{"timeInWeek":[{"day":"Monday","hourSlots":[1]}]}}""").ShouldBeNull();

        cluster.GetMaintenance("default")["properties"]!.AsObject().Select(p => p.Key).ShouldBe(["timeInWeek"]);
    }

    [Fact]
    [Trait("Rule", "MW-30")]
    public void Write_Nothing_IsRefused() => WrittenCluster.Made().PutMaintenance(NodeOs, "{}").ShouldRefuse("properties.maintenanceWindow", "needs 'maintenanceWindow'");

    private static string Window(string schedule, string more = "\"x\":0") =>
        """{"properties":{"maintenanceWindow":{"schedule":""" + schedule + ",\"durationHours\":4,\"startTime\":\"00:00\"," + more + "}}}";

    private static JsonObject Read(WrittenCluster cluster) => cluster.GetMaintenance(NodeOs)["properties"]!["maintenanceWindow"]!.AsObject();
}
