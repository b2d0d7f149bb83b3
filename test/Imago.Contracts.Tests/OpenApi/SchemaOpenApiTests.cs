using System.Text.Json.Nodes;
using Imago.Contracts.OpenApi;
using Imago.Contracts.Versions;
using Shouldly;
using Xunit;

namespace Imago.Contracts.Tests.OpenApi;

public sealed class SchemaOpenApiTests
{
    public static TheoryData<string> Versions => [.. ContainerServiceVersions.NewestFirst.Select(v => v.ToString())];

    [Theory]
    [MemberData(nameof(Versions))]
    public void Components_EveryReference_IsThere(string version)
    {
        var components = SchemaOpenApi.Components(ApiVersion.Of(version));

        References(components).Select(r => r.Split('/')[^1]).Distinct().Where(name => !components.ContainsKey(name)).ShouldBeEmpty();
        components.ContainsKey("ManagedCluster").ShouldBeTrue();
    }

    [Fact]
    [Trait("Rule", "EV-86")]
    public void Components_PropertyNewerThanTheVersion_IsNotDescribed()
    {
        Settings("2024-05-01").ContainsKey("maxUnavailable").ShouldBeFalse();
        Settings("2025-07-01").ContainsKey("maxUnavailable").ShouldBeTrue();
        Settings("2026-04-01").ContainsKey("maxBlockedNodes").ShouldBeFalse();
    }

    [Fact]
    public void Components_WhatIsValidated_IsDescribed()
    {
        var components = SchemaOpenApi.Components(ContainerServiceVersions.Newest);

        components["ManagedClusterAutoUpgradeProfile"]!["properties"]!["nodeOSUpgradeChannel"]!.ToJsonString().ShouldBe(
            """{"type":"string","enum":["None","Unmanaged","SecurityPatch","NodeImage"],"description":"The node OS channel (CH-2)."}""");
        components["AgentPoolUpgradeSettings"]!["properties"]!["drainTimeoutInMinutes"]!["minimum"]!.GetValue<long>().ShouldBe(5);
        components["ManagedCluster"]!["properties"]!["eTag"]!["readOnly"]!.GetValue<bool>().ShouldBeTrue();
    }

    private static JsonObject Settings(string version) => SchemaOpenApi.Components(ApiVersion.Of(version))["AgentPoolUpgradeSettings"]!["properties"]!.AsObject();

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(p => p.Key == "$ref" ? [p.Value!.GetValue<string>()] : References(p.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };
}
