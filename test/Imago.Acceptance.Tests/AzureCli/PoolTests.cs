using System.Net;
using System.Text.Json;
using Imago.Acceptance.Tests.Rollouts;
using Imago.Acceptance.Tests.Serving;

namespace Imago.Acceptance.Tests.AzureCli;

/// <summary>Node pools: added, changed, upgraded by hand, aborted, deleted.</summary>
public sealed class PoolTests(AzureCliFixture fixture) : AzStory(fixture)
{
    private const string ClusterName = "pools";
    private const string TheCluster = $"--resource-group {AzureCliFixture.Group} --cluster-name {ClusterName}";
    private const string ThePool = $"{TheCluster} --name apps";

    private string ClusterPath => Arm.Cluster(AzureCliFixture.Group, ClusterName);

    private static string? State(JsonElement resource) => resource.GetProperty("provisioningState").GetString();

    [Fact, Trait("Rule", "AZ-8")]
    public async Task Create_WithoutAutomaticUpgrades_LeavesTheNodesToTheTests()
    {
        var cluster = await AzJson($"aks create --resource-group {AzureCliFixture.Group} --name {ClusterName} --node-count 1 --node-os-upgrade-channel None");

        cluster.GetProperty("autoUpgradeProfile").GetProperty("nodeOsUpgradeChannel").GetString().ShouldBe("None");
    }

    [Fact, Trait("Rule", "AZ-16"), Trait("Rule", "AZ-33")]
    public async Task Add_Pool_HasItsNodesAndSettings()
    {
        var pool = await AzJson($"aks nodepool add {ThePool} --node-count 2 --max-surge 33% --drain-timeout 40 --node-soak-duration 2 --mode User --labels tier=web");

        State(pool).ShouldBe("Succeeded");
        pool.GetProperty("count").GetInt32().ShouldBe(2);
        pool.GetProperty("nodeLabels").GetProperty("tier").GetString().ShouldBe("web");
        var settings = pool.GetProperty("upgradeSettings");
        settings.GetProperty("maxSurge").GetString().ShouldBe("33%");
        settings.GetProperty("drainTimeoutInMinutes").GetInt32().ShouldBe(40);
        settings.GetProperty("nodeSoakDurationInMinutes").GetInt32().ShouldBe(2);
        (await NodesAsync("apps")).Count.ShouldBe(2);
    }

    [Fact, Trait("Rule", "AZ-15")]
    public async Task List_Pools_HoldsBoth() =>
        (await AzJson($"aks nodepool list {TheCluster}")).EnumerateArray().Select(p => p.GetProperty("name").GetString()).ShouldBe(["apps", "nodepool1"], ignoreOrder: true);

    [Fact, Trait("Rule", "AZ-15")]
    public async Task Show_Pool_NamesItsImage()
    {
        var pool = await AzJson($"aks nodepool show {ThePool}");

        pool.GetProperty("nodeImageVersion").GetString()!.ShouldStartWith("AKSUbuntu-");
        pool.GetProperty("osType").GetString().ShouldBe("Linux");
        pool.GetProperty("resourceGroup").GetString().ShouldBe(AzureCliFixture.Group);
    }

    [Fact, Trait("Rule", "AZ-17"), Trait("Rule", "AZ-33")]
    public async Task Update_UpgradeSettings_ReplacesWhatIsNamed()
    {
        var settings = (await AzJson($"aks nodepool update {ThePool} --max-surge 1")).GetProperty("upgradeSettings");

        settings.GetProperty("maxSurge").GetString().ShouldBe("1");
        settings.GetProperty("drainTimeoutInMinutes").GetInt32().ShouldBe(40);
    }

    [Fact, Trait("Rule", "AZ-18"), Trait("Rule", "EV-73")]
    public async Task GetUpgrades_NothingNew_NamesTheImageItHas()
    {
        var pool = await AzJson($"aks nodepool show {ThePool}");

        var upgrades = await AzJson($"aks nodepool get-upgrades --resource-group {AzureCliFixture.Group} --cluster-name {ClusterName} --nodepool-name apps");

        upgrades.GetProperty("latestNodeImageVersion").GetString().ShouldBe(pool.GetProperty("nodeImageVersion").GetString());
        upgrades.GetProperty("kubernetesVersion").GetString().ShouldBe(pool.GetProperty("currentOrchestratorVersion").GetString());
    }

    [Fact, Trait("Rule", "AZ-20")]
    public async Task Upgrade_ToTheVersionItHas_ChangesNothing()
    {
        var before = await AzJson($"aks nodepool show {ThePool}");

        var after = await AzJson($"aks nodepool upgrade {ThePool} --kubernetes-version {before.GetProperty("currentOrchestratorVersion").GetString()} --yes");

        State(after).ShouldBe("Succeeded");
        after.GetProperty("nodeImageVersion").GetString().ShouldBe(before.GetProperty("nodeImageVersion").GetString());
    }

    [Fact, Trait("Rule", "AZ-19"), Trait("Rule", "EV-72"), Trait("Rule", "MW-11")]
    public async Task UpgradeNodeImage_NewerImageThere_MovesEveryNodeOfThePool()
    {
        await QuickPool.SoakNotAsync(Arm, $"{ClusterPath}/agentPools/apps");
        await QuickPool.SoakNotAsync(Arm, $"{ClusterPath}/agentPools/nodepool1");
        var image = await PublishedImage.PublishAsync(Arm, ClusterPath, daysOld: 20);

        var pool = await AzJson($"aks nodepool upgrade {ThePool} --node-image-only");

        State(pool).ShouldBe("Succeeded");
        pool.GetProperty("nodeImageVersion").GetString().ShouldBe(image);
        (await NodesAsync("apps")).ShouldAllBe(n => n.GetProperty("image").GetString() == image);
        (await NodesAsync("nodepool1")).ShouldAllBe(n => n.GetProperty("image").GetString() != image);
    }

    [Fact, Trait("Rule", "AZ-21"), Trait("Rule", "UP-62")]
    public async Task UpgradeNodeImage_WholeCluster_QueuesThePoolsAndMovesThemAll()
    {
        var image = await PublishedImage.PublishAsync(Arm, ClusterPath, daysOld: 19);

        await Az($"aks upgrade --resource-group {AzureCliFixture.Group} --name {ClusterName} --node-image-only --yes");

        await Until.Async("All nodes at the new image", TimeSpan.FromMinutes(4), () => NodesAsync(null), all => all.Count == 3 && all.All(n => n.GetProperty("image").GetString() == image && n.GetProperty("ready").GetBoolean()));
        await ClusterAtRestAsync();
    }

    [Fact, Trait("Rule", "AZ-23"), Trait("Rule", "EV-75"), Trait("Rule", "UP-66")]
    public async Task OperationAbort_UpgradeUnderWay_LeavesThePoolCanceled()
    {
        await PublishedImage.PublishAsync(Arm, ClusterPath, daysOld: 18);
        await Az($"aks nodepool upgrade {ThePool} --node-image-only --no-wait");

        await Az($"aks nodepool operation-abort --resource-group {AzureCliFixture.Group} --cluster-name {ClusterName} --nodepool-name apps");

        await Until.Async("The pool being canceled", TimeSpan.FromMinutes(2), () => AzJson($"aks nodepool show {ThePool}"), p => State(p) == "Canceled");
    }

    [Fact, Trait("Rule", "AZ-23"), Trait("Rule", "AZ-50")]
    public async Task OperationAbort_OfTheCluster_IsHeardInLowerCase()
    {
        await ClusterAtRestAsync();
        await Az($"aks nodepool upgrade {ThePool} --node-image-only --no-wait");

        await Az($"aks operation-abort --resource-group {AzureCliFixture.Group} --name {ClusterName}");

        await ClusterAtRestAsync();
    }

    [Fact, Trait("Rule", "AZ-24")]
    public async Task Delete_Pool_TakesItsNodesAway()
    {
        await Az($"aks nodepool delete {ThePool}");

        (await AzJson($"aks nodepool list {TheCluster}")).EnumerateArray().Select(p => p.GetProperty("name").GetString()).ShouldBe(["nodepool1"]);
        (await NodesAsync(null)).Count.ShouldBe(1);
    }

    [Fact, Trait("Rule", "AZ-24"), Trait("Rule", "AZ-49")]
    public async Task Delete_LastSystemPool_IsRefused()
    {
        var refused = await Session.RunAsync($"aks nodepool delete {TheCluster} --name nodepool1");

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain("nodepool1");
    }

    private async Task<IReadOnlyList<JsonElement>> NodesAsync(string? pool) =>
        [.. (await Arm.ListAsync($"{ClusterPath}/providers/Imago/nodes")).Where(n => pool is null || n.GetProperty("pool").GetString() == pool)];

    private async Task ClusterAtRestAsync() => await Until.Async(
        "The cluster and its pools being at rest",
        TimeSpan.FromMinutes(3),
        () => Arm.GetAsync(ClusterPath),
        a => a.Must(HttpStatusCode.OK).Properties.GetProperty("agentPoolProfiles").EnumerateArray().Select(State).Append(State(a.Properties)).All(s => s is "Succeeded" or "Canceled" or "Failed"));
}
