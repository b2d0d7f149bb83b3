using System.Text.Json.Nodes;
using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Pools;

public sealed class PoolCommandTests : IAsyncLifetime
{
    private static readonly string Apps = $"{FakeArm.ClusterPath("rg", "shop")}/agentPools/apps";

    private readonly RemoteClient _client = new();

    private FakeArm Arm => _client.Arm;

    public async ValueTask InitializeAsync()
    {
        await _client.InitializeAsync();
        await _client.LoginAsync("--group", "rg");
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    [Trait("Rule", "AZ-33")]
    public async Task Add_WithSettings_PutsANewPool()
    {
        await _client.OkAsync("nodepool", "add", "apps", "--cluster", "shop", "--node-count", "6", "--max-surge", "33%", "--drain-timeout", "40", "--undrainable-node-behavior", "cordon", "--os-sku", "AzureLinux3");

        Arm.Writes.Single().ShouldContain(" If-None-Match:*");
        Arm.Document(Apps)!["properties"]!.ToJsonString().ShouldBe(
            """{"mode":"User","osType":"Linux","type":"VirtualMachineScaleSets","count":6,"upgradeSettings":{"maxSurge":"33%","drainTimeoutInMinutes":40,"undrainableNodeBehavior":"Cordon"},"osSKU":"AzureLinux3","provisioningState":"Succeeded"}""");
    }

    [Fact]
    public async Task Update_OfOneSetting_KeepsTheOthers()
    {
        Arm.Put(Apps, """{"properties":{"count":3,"eTag":"x","upgradeSettings":{"maxSurge":"1","drainTimeoutInMinutes":30}}}""");

        await _client.OkAsync("nodepool", "update", "apps", "--cluster", "shop", "--max-surge", "2");

        Arm.Writes.Single().ShouldContain(" If-Match:\"v1\"");
        JsonNode.DeepEquals(Arm.Document(Apps)!["properties"]!["upgradeSettings"], JsonNode.Parse("""{"maxSurge":"2","drainTimeoutInMinutes":30}""")).ShouldBeTrue();
        Arm.Document(Apps)!["properties"]!["count"]!.GetValue<int>().ShouldBe(3);
    }

    [Theory]
    [InlineData("keep", "Keep")]
    [InlineData("Evict", "Evict")]
    public async Task Update_OfBarePods_SetsThem(string said, string written)
    {
        Arm.Put(Apps, """{"properties":{"count":3,"upgradeSettings":{"maxSurge":"1"}}}""");

        await _client.OkAsync("nodepool", "update", "apps", "--cluster", "shop", "--bare-pods", said);

        Arm.Document(Apps)!["properties"]!["upgradeSettings"]!.ToJsonString().ShouldBe($$"""{"maxSurge":"1","barePods":"{{written}}"}""");
    }

    [Fact]
    public async Task Update_BarePodsToSomethingElse_IsAMisuse() =>
        (await _client.RunAsync("nodepool", "update", "apps", "--cluster", "shop", "--bare-pods", "Delete")).ShouldFail(ExitCode.Usage, "--bare-pods");

    [Theory]
    [InlineData("coordinated", "Coordinated")]
    [InlineData("None", "None")]
    [Trait("Rule", "CH-13")]
    public async Task Update_OfTheRebootPolicy_SetsIt(string said, string written)
    {
        Arm.Put(Apps, """{"properties":{"count":3,"upgradeSettings":{"maxSurge":"1"}}}""");

        await _client.OkAsync("nodepool", "update", "apps", "--cluster", "shop", "--reboot-policy", said);

        Arm.Document(Apps)!["properties"]!["upgradeSettings"]!.ToJsonString().ShouldBe($$"""{"maxSurge":"1","rebootPolicy":"{{written}}"}""");
    }

    [Fact]
    [Trait("Rule", "CH-13")]
    public async Task Update_RebootPolicyToSomethingElse_IsAMisuse() =>
        (await _client.RunAsync("nodepool", "update", "apps", "--cluster", "shop", "--reboot-policy", "Always")).ShouldFail(ExitCode.Usage, "--reboot-policy");

    [Fact]
    public async Task Update_OfNothing_IsAMisuse() => (await _client.RunAsync("nodepool", "update", "apps", "--cluster", "shop")).ShouldFail(ExitCode.Usage, "Nothing to change is named.");

    [Fact]
    [Trait("Rule", "EV-72")]
    public async Task Upgrade_OfAPool_IsAPostThatIsWaitedFor()
    {
        Arm.Put(Apps, """{"properties":{"count":3}}""");

        (await _client.OkAsync("nodepool", "upgrade", "apps", "--cluster", "shop")).ShouldStartWith("pool     apps\ncluster  shop\n");
        Arm.Writes.ShouldBe([$"POST {Apps}/upgradeNodeImageVersion?api-version=2026-04-01"]);
    }

    [Fact]
    public async Task List_OfPools_HasTheirImages()
    {
        Arm.Put(Apps, """{"properties":{"mode":"System","count":3,"osSKU":"Ubuntu2204","nodeImageVersion":"AKSUbuntu-2204gen2containerd-202607.18.0"}}""");

        (await _client.OkAsync("nodepool", "list", "--cluster", "shop")).ShouldContain("  apps  System      3  Ubuntu2204  Succeeded  AKSUbuntu-2204gen2containerd-202607.18.0\n");
    }
}
