using System.Text.Json.Nodes;
using Imago.Contracts.ContainerService;
using Imago.Contracts.Errors;
using Imago.Contracts.Schemas;
using Imago.Contracts.Versions;
using Shouldly;
using Xunit;

namespace Imago.Contracts.Tests.Schemas;

public sealed class SchemaReaderTests
{
    private static readonly ApiVersion Newest = ContainerServiceVersions.Newest;

    [Fact]
    [Trait("Rule", "CH-4")]
    [Trait("Rule", "AZ-51")]
    public void Read_NamesAndValuesInAnyCase_BecomeCanonical() =>
        Read("""{"LOCATION":"north-1","properties":{"AutoUpgradeProfile":{"nodeosupgradechannel":"securitypatch","upgradechannel":"Node-Image"}}}""").ShouldBe(
            """{"location":"north-1","properties":{"autoUpgradeProfile":{"nodeOSUpgradeChannel":"SecurityPatch","upgradeChannel":"node-image"}}}""");

    [Fact]
    [Trait("Rule", "AZ-31")]
    public void Read_EmptyTextsAndNulls_CountAsAbsent() =>
        Read("""{"properties":{"kubernetesVersion":"","dnsPrefix":null,"agentPoolProfiles":[{"name":"a","vmSize":"","count":3}]}}""").ShouldBe(
            """{"properties":{"agentPoolProfiles":[{"name":"a","count":3}]}}""");

    [Fact]
    [Trait("Rule", "AZ-31")]
    public void Read_EmptyLabelsAndTags_AreValues() => Read("""{"tags":{"a":"","b":null}}""").ShouldBe("""{"tags":{"a":""}}""");

    [Fact]
    [Trait("Rule", "AZ-53")]
    [Trait("Rule", "AZ-32")]
    public void Read_WhatOnlyTheServerWrites_IsIgnored() =>
        Read("""{"id":"x","eTag":"y","properties":{"provisioningState":7,"powerState":{"code":"Running"},"agentPoolProfiles":[{"name":"a","nodeImageVersion":"z"}]}}""").ShouldBe(
            """{"properties":{"agentPoolProfiles":[{"name":"a"}]}}""");

    [Fact]
    [Trait("Rule", "AZ-53")]
    public void Read_UnknownProperties_StayAsTheyAre() =>
        Read("""{"x":{"Y":[1,null,{"z":1e400}]},"properties":{"agentPoolProfiles":[{"name":"a","later":{"b":1}}]}}""").ShouldBe(
            """{"x":{"Y":[1,null,{"z":1e400}]},"properties":{"agentPoolProfiles":[{"name":"a","later":{"b":1}}]}}""");

    [Fact]
    [Trait("Rule", "AZ-52")]
    public void Read_DayOfMonthAsText_IsANumber()
    {
        var (document, problems) = SchemaReader.Read(
            MaintenanceConfigurationSchema.Resource, JsonNode.Parse("""{"properties":{"maintenanceWindow":{"schedule":{"absoluteMonthly":{"intervalMonths":1.0,"dayOfMonth":"15"}}}}}"""), Newest);

        problems.ShouldBeEmpty();
        document.ToJsonString().ShouldBe("""{"properties":{"maintenanceWindow":{"schedule":{"absoluteMonthly":{"intervalMonths":1,"dayOfMonth":15}}}}}""");
    }

    [Theory]
    [InlineData("""{"properties":[]}""", "properties", "Expected an object, found an array.")]
    [InlineData("""{"tags":{"a":1}}""", "tags.a", "Expected a text, found the number 1.")]
    [InlineData("""{"properties":{"enableRBAC":"yes"}}""", "properties.enableRBAC", "Expected true or false, found the text 'yes'.")]
    [InlineData("""{"properties":{"agentPoolProfiles":[{"name":"a","count":"3"}]}}""", "properties.agentPoolProfiles[0].count", "Expected a whole number, found the text '3'.")]
    [InlineData("""{"properties":{"agentPoolProfiles":[{"name":"a","count":1.5}]}}""", "properties.agentPoolProfiles[0].count", "Expected a whole number, found the number 1.5.")]
    [InlineData("""{"properties":{"agentPoolProfiles":[{"name":"a","count":1e99}]}}""", "properties.agentPoolProfiles[0].count", "Expected a whole number, found the number 1e99.")]
    [InlineData("""{"properties":{"agentPoolProfiles":[{"name":"a","count":1001}]}}""", "properties.agentPoolProfiles[0].count", "1001 is out of range: 0 to 1000 is allowed.")]
    [InlineData("""{"properties":{"agentPoolProfiles":[{"count":1}]}}""", "properties.agentPoolProfiles[0].name", "'name' is required.")]
    [InlineData("""{"properties":{"agentPoolProfiles":[{"name":"a"},{"name":"A"}]}}""", "properties.agentPoolProfiles[1].name", "'A' stands more than once in the list. Keep one.")]
    [InlineData("""{"properties":{"agentPoolProfiles":[null]}}""", "properties.agentPoolProfiles[0]", "Expected a value, found nothing.")]
    [InlineData("""{"location":"a","Location":"b"}""", "location", "'location' stands more than once in its object. Keep one.")]
    [InlineData("""{"properties":{"autoUpgradeProfile":{"nodeOSUpgradeChannel":"Bogus"}}}""", "properties.autoUpgradeProfile.nodeOSUpgradeChannel", "'Bogus' is not known. Use one of None, Unmanaged, SecurityPatch, NodeImage.")]
    [InlineData("""{"properties":{"kubernetesVersion":"one"}}""", "properties.kubernetesVersion", "'one' is not a Kubernetes version, such as '1.35' or '1.35.6'.")]
    public void Read_WhatIsNotAllowed_SaysWhereAndWhat(string body, string path, string message)
    {
        var (_, problems) = SchemaReader.Read(ManagedClusterSchema.Resource, JsonNode.Parse(body), Newest);

        problems.ShouldBe([new SchemaProblem(path, ErrorCodes.InvalidParameter, message)]);
    }

    [Fact]
    public void Read_SeveralProblems_TellsAllOfThem() =>
        SchemaReader.Read(ManagedClusterSchema.Resource, JsonNode.Parse("""{"location":1,"properties":{"enableRBAC":1,"agentPoolProfiles":[{"name":"a","count":-1}]}}"""), Newest)
            .Problems.Select(p => p.Path).ShouldBe(["location", "properties.enableRBAC", "properties.agentPoolProfiles[0].count"]);

    [Theory]
    [Trait("Rule", "EV-86")]
    [InlineData("2023-10-01", "nodeSoakDurationInMinutes", "5", "2023-11-01")]
    [InlineData("2025-02-01", "maxUnavailable", "\"1\"", "2025-03-01 (preview: 2025-02-02-preview)")]
    [InlineData("2025-02-01", "undrainableNodeBehavior", "\"Cordon\"", "2025-03-01 (preview: 2024-07-02-preview)")]
    [InlineData("2024-06-02-preview", "undrainableNodeBehavior", "\"Cordon\"", "2025-03-01 (preview: 2024-07-02-preview)")]
    [InlineData("2026-04-01", "maxBlockedNodes", "\"2\"", "previews only")]
    public void Read_PropertyNewerThanTheRequest_IsRefusedNamingTheVersion(string version, string name, string value, string since)
    {
        var (document, problems) = SchemaReader.Read(
            AgentPoolSchema.Resource, Setting(name, value), ApiVersion.Of(version));

        var problem = problems.ShouldHaveSingleItem();
        problem.Path.ShouldBe($"properties.upgradeSettings.{name}");
        problem.Code.ShouldBe(ErrorCodes.PropertyNeedsNewerApiVersion);
        problem.Message.ShouldContain(since);
        problem.Message.ShouldContain(version);
        document.ToJsonString().ShouldBe("""{"properties":{"upgradeSettings":{}}}""");
    }

    [Theory]
    [Trait("Rule", "EV-86")]
    [InlineData("2023-11-01", "nodeSoakDurationInMinutes", "5")]
    [InlineData("2025-03-01", "maxUnavailable", "\"1\"")]
    [InlineData("2024-07-02-preview", "undrainableNodeBehavior", "\"Cordon\"")]
    [InlineData("2025-01-02-preview", "maxBlockedNodes", "\"2\"")]
    public void Read_PropertyThatTheRequestKnows_IsTaken(string version, string name, string value) =>
        SchemaReader.Read(AgentPoolSchema.Resource, Setting(name, value), ApiVersion.Of(version)).Problems.ShouldBeEmpty();

    [Fact]
    public void Read_Secrets_AreNeverKept() =>
        Read("""{"properties":{"servicePrincipalProfile":{"clientId":"a","secret":"b"},"windowsProfile":{"adminUsername":"c","adminPassword":"d"}}}""").ShouldBe(
            """{"properties":{"servicePrincipalProfile":{"clientId":"a"},"windowsProfile":{"adminUsername":"c"}}}""");

    private static JsonObject Setting(string name, string value) =>
        new() { ["properties"] = new JsonObject { ["upgradeSettings"] = new JsonObject { [name] = JsonNode.Parse(value) } } };

    private static string Read(string body)
    {
        var (document, problems) = SchemaReader.Read(ManagedClusterSchema.Resource, JsonNode.Parse(body), Newest);
        problems.ShouldBeEmpty();
        return document.ToJsonString();
    }
}
