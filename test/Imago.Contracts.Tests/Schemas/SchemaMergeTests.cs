using System.Text.Json.Nodes;
using Imago.Contracts.ContainerService;
using Imago.Contracts.Errors;
using Imago.Contracts.Schemas;
using Imago.Contracts.Versions;
using Shouldly;
using Xunit;

namespace Imago.Contracts.Tests.Schemas;

public sealed class SchemaMergeTests
{
    private static readonly ApiVersion Newest = ContainerServiceVersions.Newest;

    [Fact]
    [Trait("Rule", "EV-85")]
    public void Replace_WhatThePutLeavesOut_Goes() =>
        Pool("""{"properties":{"nodeLabels":{"b":"2"}}}""", """{"properties":{"nodeLabels":{"a":"1"},"nodeTaints":["x=y:NoSchedule"],"upgradeSettings":{"maxSurge":"5"}}}""").ShouldBe(
            """{"properties":{"nodeLabels":{"b":"2"}}}""");

    [Fact]
    [Trait("Rule", "EV-85")]
    [Trait("Rule", "CH-63")]
    public void Replace_ChannelsThatThePutLeavesOut_Stay()
    {
        const string stored = """{"properties":{"autoUpgradeProfile":{"upgradeChannel":"patch","nodeOSUpgradeChannel":"SecurityPatch"}}}""";

        Cluster("""{"properties":{}}""", stored, Newest).ShouldBe(stored);
        Cluster("""{"properties":{"autoUpgradeProfile":{"upgradeChannel":"none"}}}""", stored, Newest).ShouldBe(
            """{"properties":{"autoUpgradeProfile":{"upgradeChannel":"none","nodeOSUpgradeChannel":"SecurityPatch"}}}""");
    }

    [Fact]
    [Trait("Rule", "EV-86")]
    public void Replace_WhatTheRequestCannotSee_Stays()
    {
        const string stored = """{"properties":{"upgradeSettings":{"maxSurge":"5","maxUnavailable":"1","undrainableNodeBehavior":"Cordon"}}}""";
        var old = ApiVersion.Of("2024-05-01");

        Pool("""{"properties":{"upgradeSettings":{"maxSurge":"2"}}}""", stored, old).ShouldBe(
            """{"properties":{"upgradeSettings":{"maxSurge":"2","maxUnavailable":"1","undrainableNodeBehavior":"Cordon"}}}""");
        Pool("""{"properties":{}}""", stored, old).ShouldBe(
            """{"properties":{"upgradeSettings":{"maxUnavailable":"1","undrainableNodeBehavior":"Cordon"}}}""");
        Pool("""{"properties":{}}""", stored).ShouldBe("""{"properties":{}}""");
    }

    [Fact]
    [Trait("Rule", "AZ-53")]
    public void Replace_UnknownProperties_StayUntilSetToNull()
    {
        const string stored = """{"x":1,"properties":{"later":{"a":1},"upgradeSettings":{"unheardOf":true}}}""";

        Pool("""{"properties":{}}""", stored).ShouldBe("""{"properties":{"upgradeSettings":{"unheardOf":true},"later":{"a":1}},"x":1}""");
        Pool("""{"x":null,"properties":{"later":{"b":2},"upgradeSettings":{"unheardOf":null}}}""", stored).ShouldBe(
            """{"properties":{"upgradeSettings":{},"later":{"b":2}}}""");
    }

    [Fact]
    [Trait("Rule", "AZ-53")]
    public void Replace_SettingsOfImagoItself_StayUntilTheyAreWritten()
    {
        const string stored = """{"properties":{"upgradeSettings":{"maxSurge":"5","windowClose":"FinishPool","barePods":"Keep"}}}""";

        Pool("""{"properties":{}}""", stored).ShouldBe("""{"properties":{"upgradeSettings":{"windowClose":"FinishPool","barePods":"Keep"}}}""");
        Pool("""{"properties":{"upgradeSettings":{"maxSurge":"2"}}}""", stored).ShouldBe("""{"properties":{"upgradeSettings":{"maxSurge":"2","barePods":"Keep","windowClose":"FinishPool"}}}""");
        Pool("""{"properties":{"upgradeSettings":{"windowClose":"FinishNode"}}}""", stored).ShouldBe("""{"properties":{"upgradeSettings":{"barePods":"Keep","windowClose":"FinishNode"}}}""");
    }

    [Fact]
    [Trait("Rule", "AZ-53")]
    public void Replace_UnknownPropertiesInListsOfNames_FollowTheirName()
    {
        const string stored = """{"properties":{"agentPoolProfiles":[{"name":"a","later":1},{"name":"b","later":2}]}}""";

        Cluster("""{"properties":{"agentPoolProfiles":[{"name":"b"},{"name":"c"}]}}""", stored, Newest).ShouldBe(
            """{"properties":{"agentPoolProfiles":[{"name":"b","later":2},{"name":"c"}]}}""");
    }

    [Fact]
    public void Replace_FixedPropertyWithAnotherValue_IsAProblem()
    {
        var (_, problems) = SchemaMerge.Replace(AgentPoolSchema.Resource, Parse("""{"properties":{"vmSize":"b","osType":"Linux"}}"""), Parse("""{"properties":{"vmSize":"a","osType":"Linux"}}"""), Newest);

        var problem = problems.ShouldHaveSingleItem();
        (problem.Path, problem.Code).ShouldBe(("properties.vmSize", ErrorCodes.PropertyChangeNotAllowed));
        problem.Message.ShouldContain("from \"a\" to \"b\"");
    }

    [Fact]
    public void Replace_ItsArguments_AreNotChanged()
    {
        var requested = Parse("""{"properties":{"count":2,"later":null}}""");
        var stored = Parse("""{"properties":{"count":1,"later":{"a":1}}}""");

        SchemaMerge.Replace(AgentPoolSchema.Resource, requested, stored, Newest);

        requested.ToJsonString().ShouldBe("""{"properties":{"count":2,"later":null}}""");
        stored.ToJsonString().ShouldBe("""{"properties":{"count":1,"later":{"a":1}}}""");
    }

    [Fact]
    [Trait("Rule", "EV-86")]
    public void At_PropertyNewerThanTheVersion_IsHidden()
    {
        var document = Parse("""{"properties":{"later":1,"upgradeSettings":{"maxSurge":"5","maxUnavailable":"1"},"eTag":"x"}}""");

        SchemaView.At(AgentPoolSchema.Resource, document, ApiVersion.Of("2024-05-01")).ToJsonString().ShouldBe("""{"properties":{"later":1,"upgradeSettings":{"maxSurge":"5"}}}""");
        SchemaView.At(AgentPoolSchema.Resource, document, Newest).ToJsonString().ShouldBe(document.ToJsonString());
    }

    private static string Pool(string requested, string stored) => Pool(requested, stored, Newest);

    private static string Pool(string requested, string stored, ApiVersion version) => Merge(AgentPoolSchema.Resource, requested, stored, version);

    private static string Cluster(string requested, string stored, ApiVersion version) => Merge(ManagedClusterSchema.Resource, requested, stored, version);

    private static string Merge(ValueSchema.Object schema, string requested, string stored, ApiVersion version)
    {
        var (document, problems) = SchemaMerge.Replace(schema, Parse(requested), Parse(stored), version);
        problems.ShouldBeEmpty();
        return document.ToJsonString();
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
