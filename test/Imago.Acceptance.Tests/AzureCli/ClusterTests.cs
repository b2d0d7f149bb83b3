using System.Text.Json;

namespace Imago.Acceptance.Tests.AzureCli;

/// <summary>The life of a cluster, with the commands of AKS's page on node OS auto-upgrade as they stand there.</summary>
public sealed class ClusterTests(AzureCliFixture fixture) : AzStory(fixture)
{
    private const string TheCluster = "--resource-group myResourceGroup --name myAKSCluster";

    [Fact, Trait("Rule", "AZ-8"), Trait("Rule", "AZ-31"), Trait("Rule", "AZ-54"), Trait("Rule", "CH-2")]
    public async Task Create_AsDocumented_HasTheChannelAndItsNodes()
    {
        var cluster = await AzJson($"aks create {TheCluster} --node-os-upgrade-channel SecurityPatch");

        cluster.GetProperty("provisioningState").GetString().ShouldBe("Succeeded");
        cluster.GetProperty("powerState").GetProperty("code").GetString().ShouldBe("Running");
        cluster.GetProperty("resourceGroup").GetString().ShouldBe(AzureCliFixture.Group);
        cluster.GetProperty("location").GetString().ShouldBe(AzureCliFixture.Location);
        cluster.GetProperty("autoUpgradeProfile").GetProperty("nodeOsUpgradeChannel").GetString().ShouldBe("SecurityPatch");
        cluster.GetProperty("currentKubernetesVersion").GetString().ShouldNotBeNullOrEmpty();
        var pool = cluster.GetProperty("agentPoolProfiles").EnumerateArray().ShouldHaveSingleItem();
        pool.GetProperty("name").GetString().ShouldBe("nodepool1");
        pool.GetProperty("count").GetInt32().ShouldBe(3);
        pool.GetProperty("mode").GetString().ShouldBe("System");
        pool.GetProperty("nodeImageVersion").GetString()!.ShouldStartWith("AKSUbuntu-");
        (await Arm.GetAsync($"{Arm.Cluster(AzureCliFixture.Group, "myAKSCluster")}/providers/Imago/nodes")).Json.GetProperty("value").GetArrayLength().ShouldBe(3);
    }

    [Fact, Trait("Rule", "AZ-8")]
    public async Task Create_NameThatIsThere_IsRefusedByAz()
    {
        var refused = await Session.RunAsync($"aks create {TheCluster} --node-os-upgrade-channel SecurityPatch");

        refused.ExitCode.ShouldNotBe(0);
        refused.Error.ShouldContain("already exists");
    }

    [Fact, Trait("Rule", "AZ-9")]
    public async Task Update_AsDocumented_KeepsTheChannel() =>
        (await AzJson($"aks update {TheCluster} --node-os-upgrade-channel SecurityPatch"))
            .GetProperty("autoUpgradeProfile").GetProperty("nodeOsUpgradeChannel").GetString().ShouldBe("SecurityPatch");

    [Fact, Trait("Rule", "AZ-10"), Trait("Rule", "CH-3"), Trait("Rule", "CH-100")]
    public async Task Show_AsDocumented_PrintsTheProfileInTheCommandLinesSpelling() =>
        (await AzJson($"aks show {TheCluster} --query autoUpgradeProfile")).GetProperty("nodeOsUpgradeChannel").GetString().ShouldBe("SecurityPatch");

    [Fact, Trait("Rule", "AZ-9"), Trait("Rule", "AZ-32"), Trait("Rule", "AZ-51"), Trait("Rule", "CH-4")]
    public async Task Update_BothChannelsInAnyCase_StoresTheCanonicalSpelling()
    {
        var profile = (await AzJson($"aks update {TheCluster} --node-os-upgrade-channel nodeimage --auto-upgrade-channel patch")).GetProperty("autoUpgradeProfile");

        profile.GetProperty("nodeOsUpgradeChannel").GetString().ShouldBe("NodeImage");
        profile.GetProperty("upgradeChannel").GetString().ShouldBe("patch");
    }

    [Fact, Trait("Rule", "AZ-9"), Trait("Rule", "AZ-32")]
    public async Task Update_ForceUpgrade_IsStoredWithItsEnd()
    {
        var overrides = (await AzJson($"aks update {TheCluster} --enable-force-upgrade --upgrade-override-until 2099-01-31T02:30:17.000Z"))
            .GetProperty("upgradeSettings").GetProperty("overrideSettings");

        overrides.GetProperty("forceUpgrade").GetBoolean().ShouldBeTrue();
        overrides.GetProperty("until").GetString()!.ShouldStartWith("2099-01-31T02:30:17");
        (await AzJson($"aks update {TheCluster} --disable-force-upgrade")).GetProperty("upgradeSettings").GetProperty("overrideSettings").GetProperty("forceUpgrade").GetBoolean().ShouldBeFalse();
    }

    [Fact, Trait("Rule", "AZ-53")]
    public async Task Update_Tags_LosesNothingElse()
    {
        var before = await AzJson($"aks show {TheCluster}");

        var after = await AzJson($"aks update {TheCluster} --tags team=shop");

        after.GetProperty("tags").GetProperty("team").GetString().ShouldBe("shop");
        foreach (var member in (string[])["autoUpgradeProfile", "networkProfile", "linuxProfile", "kubernetesVersion", "dnsPrefix", "upgradeSettings"])
        {
            after.GetProperty(member).GetRawText().ShouldBe(before.GetProperty(member).GetRawText(), member);
        }
    }

    [Fact, Trait("Rule", "AZ-35"), Trait("Rule", "AZ-49"), Trait("Rule", "EV-84")]
    public async Task Update_AnotherETag_EndsWithOneAndChangesNothing()
    {
        var refused = await Session.RunAsync($"aks update {TheCluster} --tags team=other --if-match 0123");

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain("PreconditionFailed");
        (await AzJson($"aks show {TheCluster}")).GetProperty("tags").GetProperty("team").GetString().ShouldBe("shop");
    }

    [Fact, Trait("Rule", "AZ-10")]
    public async Task List_OfTheGroupAndOfTheSubscription_HoldsIt()
    {
        foreach (var list in (string[])["aks list", $"aks list --resource-group {AzureCliFixture.Group}"])
        {
            (await AzJson(list)).EnumerateArray().Select(c => c.GetProperty("name").GetString()).ShouldContain("myAKSCluster", list);
        }
    }

    [Fact, Trait("Rule", "AZ-11")]
    public async Task Wait_ClusterThatIsDone_ReturnsAtOnce()
    {
        await Az($"aks wait {TheCluster} --created --interval 1 --timeout 30");
        await Az($"aks wait {TheCluster} --updated --interval 1 --timeout 30");
    }

    [Fact, Trait("Rule", "AZ-12")]
    public async Task GetCredentials_AsDocumented_WritesAKubeconfigWithTheClustersName()
    {
        await Az($"aks get-credentials {TheCluster} --file {Session.Inside("kubeconfig")}");

        var kubeconfig = await File.ReadAllTextAsync(Session.Outside("kubeconfig"), TestContext.Current.CancellationToken);
        kubeconfig.ShouldContain("current-context: myAKSCluster\n");
        kubeconfig.ShouldContain("server: https://");
        kubeconfig.ShouldContain("certificate-authority-data: ");
    }

    [Fact, Trait("Rule", "AZ-12"), Trait("Rule", "AZ-57")]
    public async Task GetCredentials_Admin_HasOneSuffixOnly()
    {
        await Az($"aks get-credentials {TheCluster} --admin --file {Session.Inside("admin-kubeconfig")}");

        (await File.ReadAllTextAsync(Session.Outside("admin-kubeconfig"), TestContext.Current.CancellationToken)).ShouldContain("current-context: myAKSCluster-admin\n");
    }

    [Fact, Trait("Rule", "AZ-13"), Trait("Rule", "EV-74")]
    public async Task GetUpgrades_Cluster_NamesItsVersion()
    {
        var cluster = await AzJson($"aks show {TheCluster}");

        var upgrades = await AzJson($"aks get-upgrades {TheCluster}");

        upgrades.GetProperty("name").GetString().ShouldBe("default");
        upgrades.GetProperty("controlPlaneProfile").GetProperty("kubernetesVersion").GetString().ShouldBe(cluster.GetProperty("currentKubernetesVersion").GetString());
    }

    [Fact, Trait("Rule", "AZ-14"), Trait("Rule", "EV-78")]
    public async Task GetVersions_Region_HoldsTheClustersMinor()
    {
        var current = (await AzJson($"aks show {TheCluster}")).GetProperty("currentKubernetesVersion").GetString()!;
        var minor = string.Join('.', current.Split('.')[..2]);

        var versions = (await AzJson($"aks get-versions --location {AzureCliFixture.Location}")).GetProperty("values").EnumerateArray().ToArray();

        var own = versions.Where(v => v.GetProperty("version").GetString() == minor).ShouldHaveSingleItem();
        own.GetProperty("patchVersions").TryGetProperty(current, out _).ShouldBeTrue(own.GetRawText());
    }

    [Fact, Trait("Rule", "AZ-22")]
    public async Task Upgrade_ToTheVersionItHas_ChangesNothing()
    {
        var before = await AzJson($"aks show {TheCluster}");

        var after = await AzJson($"aks upgrade {TheCluster} --kubernetes-version {before.GetProperty("currentKubernetesVersion").GetString()} --yes");

        after.GetProperty("provisioningState").GetString().ShouldBe("Succeeded");
        after.GetProperty("currentKubernetesVersion").GetString().ShouldBe(before.GetProperty("currentKubernetesVersion").GetString());
        after.GetProperty("agentPoolProfiles")[0].GetProperty("nodeImageVersion").GetString().ShouldBe(before.GetProperty("agentPoolProfiles")[0].GetProperty("nodeImageVersion").GetString());
    }

    [Fact, Trait("Rule", "EV-51"), Trait("Rule", "UP-67")]
    public async Task StopAndStart_Cluster_ShowInItsPowerState()
    {
        await Az($"aks stop {TheCluster}");
        Power(await AzJson($"aks show {TheCluster}")).ShouldBe("Stopped");

        var whileStopped = await Session.RunAsync($"aks update {TheCluster} --tags team=late");
        whileStopped.ExitCode.ShouldBe(1);
        whileStopped.Error.ShouldContain("OperationNotAllowed");

        await Az($"aks start {TheCluster}");
        Power(await AzJson($"aks show {TheCluster}")).ShouldBe("Running");

        static string? Power(JsonElement cluster) => cluster.GetProperty("powerState").GetProperty("code").GetString();
    }

    [Fact, Trait("Rule", "AZ-60")]
    public async Task Rest_ActivityLog_TellsOfTheCluster()
    {
        var filter = Uri.EscapeDataString($"eventTimestamp ge 2026-01-01T00:00:00 and resourceId eq '{Arm.Cluster(AzureCliFixture.Group, "myAKSCluster")}'");

        var log = (await Session.RunAsync(
            "rest", "--method", "get", "--uri", $"/subscriptions/{{subscriptionId}}/providers/Microsoft.Insights/eventtypes/management/values?api-version=2015-04-01&$filter={filter}")).Json;

        var operations = log.GetProperty("value").EnumerateArray().Select(e => $"{e.GetProperty("operationName").GetProperty("value").GetString()} {e.GetProperty("status").GetProperty("value").GetString()}").ToArray();
        operations.ShouldContain("Microsoft.ContainerService/managedClusters/write Started");
        operations.ShouldContain("Microsoft.ContainerService/managedClusters/write Succeeded");
        operations.ShouldContain("Microsoft.ContainerService/managedClusters/stop/action Succeeded");
    }

    [Fact, Trait("Rule", "AZ-60")]
    public async Task ResourceShow_ById_FindsTheCluster()
    {
        var shown = await AzJson($"resource show --ids {Arm.Cluster(AzureCliFixture.Group, "myAKSCluster")}");

        shown.GetProperty("name").GetString().ShouldBe("myAKSCluster");
        shown.GetProperty("type").GetString()!.ToUpperInvariant().ShouldBe("MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS");
    }

    [Fact, Trait("Rule", "AZ-60")]
    public async Task ResourceList_OfTheGroup_HoldsTheCluster() =>
        (await AzJson($"resource list --resource-group {AzureCliFixture.Group}")).EnumerateArray().Select(r => r.GetProperty("name").GetString()).ShouldContain("myAKSCluster");

    [Fact, Trait("Rule", "AZ-25")]
    public async Task Delete_Cluster_IsGone()
    {
        await Az($"aks delete {TheCluster} --yes");

        var gone = await Session.RunAsync($"aks show {TheCluster}");
        gone.ExitCode.ShouldBe(3);
        gone.Error.ShouldContain("ResourceNotFound");
    }
}
