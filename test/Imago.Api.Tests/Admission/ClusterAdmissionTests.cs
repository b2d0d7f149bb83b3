using Imago.Api.Tests.Admission.Kit;
using Imago.Application.Resources;
using Imago.Contracts.Errors;
using Imago.Contracts.Resources;
using Imago.Domain.Channels;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Admission;

public sealed class ClusterAdmissionTests
{
    private const string Az274 = """
        {"location":"north-1","identity":{"type":"SystemAssigned"},"properties":{"kubernetesVersion":"","dnsPrefix":"myAKSClust-myResourceGroup-000000",
         "agentPoolProfiles":[{"name":"nodepool1","count":3,"vmSize":"","orchestratorVersion":"","osType":"Linux","type":"VirtualMachineScaleSets","mode":"System","upgradeSettings":{},
           "enableAutoScaling":false,"scaleSetPriority":"Regular","scaleSetEvictionPolicy":"Delete","spotMaxPrice":-1.0,"nodeTaints":[],"enableNodePublicIP":false,"enableEncryptionAtHost":false}],
         "linuxProfile":{"adminUsername":"azureuser","ssh":{"publicKeys":[{"keyData":"ssh-rsa AAAA"}]}},"addonProfiles":{},"enableRBAC":true,
         "networkProfile":{"podCidr":"10.244.0.0/16","outboundType":"loadBalancer","loadBalancerSku":"standard"},
         "autoUpgradeProfile":{"nodeOSUpgradeChannel":"SecurityPatch"},"disableLocalAccounts":false,"storageProfile":{},"bootstrapProfile":{"artifactSource":"Direct"}}}
        """;

    private const string Az291 = """
        {"location":"north-1","identity":{"type":"SystemAssigned"},"sku":{"name":"Base","tier":"Free"},"properties":{"dnsPrefix":"c-g-000000",
         "agentPoolProfiles":[{"name":"nodepool1","count":3,"osType":"Linux","mode":"System","upgradeSettings":{}}],"autoUpgradeProfile":{"nodeOSUpgradeChannel":"NodeImage"}}}
        """;

    [Theory]
    [Trait("Rule", "AZ-31")]
    [Trait("Rule", "AZ-8")]
    [InlineData("2025-03-01", Az274, "SecurityPatch")]
    [InlineData("2026-03-02-preview", Az291, "NodeImage")]
    public void Create_TheBodyThatAzSends_IsAdmittedAndAnswersWhatAzNeeds(string version, string body, string channel)
    {
        var cluster = new WrittenCluster();

        cluster.Put(body, version).ShouldBeNull();

        var read = cluster.Get(version);
        read["type"]!.GetValue<string>().ShouldBe("Microsoft.ContainerService/ManagedClusters");
        read["identity"]!["type"]!.GetValue<string>().ShouldBe("SystemAssigned");
        var properties = read["properties"]!.AsObject();
        properties["kubernetesVersion"]!.GetValue<string>().ShouldBe("1.35.6");
        properties["maxAgentPools"]!.GetValue<int>().ShouldBe(100);
        properties["servicePrincipalProfile"]!["clientId"]!.GetValue<string>().ShouldBe("msi");
        properties["identityProfile"]!["kubeletidentity"]!["objectId"]!.GetValue<string>().Length.ShouldBe(36);
        properties["networkProfile"].ShouldNotBeNull();
        properties["autoUpgradeProfile"]!["nodeOSUpgradeChannel"]!.GetValue<string>().ShouldBe(channel);
        var pool = properties["agentPoolProfiles"]!.AsArray().ShouldHaveSingleItem()!;
        (pool["name"]!.GetValue<string>(), pool["mode"]!.GetValue<string>(), pool["type"]!.GetValue<string>(), pool["count"]!.GetValue<int>())
            .ShouldBe(("nodepool1", "System", "VirtualMachineScaleSets", 3));
    }

    [Theory]
    [Trait("Rule", "AZ-32")]
    [Trait("Rule", "AZ-53")]
    [InlineData("2025-03-01", Az274)]
    [InlineData("2026-03-02-preview", Az291)]
    public void Update_TheObjectThatWasRead_ChangesOnlyTheChannel(string version, string body)
    {
        var cluster = new WrittenCluster();
        cluster.Put(body, version).ShouldBeNull();
        var read = cluster.Get(version);
        read["properties"]!["autoUpgradeProfile"] = WrittenCluster.Parse("""{"upgradeChannel":"patch","nodeOSUpgradeChannel":"Unmanaged"}""");

        cluster.Put(read, version).ShouldBeNull();

        cluster.Admitted!.Channel!.To.ShouldBe(NodeOsChannel.Unmanaged);
        cluster.Admitted.RemovedPools.ShouldBeEmpty();
        var after = cluster.Get(version);
        after["properties"]!["autoUpgradeProfile"]!.ToJsonString().ShouldBe("""{"upgradeChannel":"patch","nodeOSUpgradeChannel":"Unmanaged"}""");
        after["properties"]!["linuxProfile"]?.ToJsonString().ShouldBe(read["properties"]!["linuxProfile"]?.ToJsonString());
    }

    [Fact]
    [Trait("Rule", "AZ-22")]
    [Trait("Rule", "AZ-53")]
    public void Update_WithoutServicePrincipal_IsFine()
    {
        var cluster = new WrittenCluster();
        cluster.Put(Az274, "2025-03-01").ShouldBeNull();
        var read = cluster.Get("2025-03-01");
        read["properties"]!.AsObject().Remove("servicePrincipalProfile");

        cluster.Put(read, "2025-03-01").ShouldBeNull();

        cluster.Get("2025-03-01")["properties"]!["servicePrincipalProfile"]!["clientId"]!.GetValue<string>().ShouldBe("msi");
    }

    [Theory]
    [Trait("Rule", "EV-83")]
    [InlineData("-a")]
    [InlineData("a.b")]
    public void Create_NameThatIsNotAllowed_IsRefused(string name)
    {
        var cluster = new WrittenCluster { Id = ResourceId.OfCluster("s", "g", name) };

        cluster.Put(WrittenCluster.Body()).ShouldRefuse("name", "is not allowed", ErrorCodes.InvalidResourceName);
    }

    [Fact]
    public void Create_NothingButAnObject_TellsEverythingThatIsMissing() =>
        new WrittenCluster().Put("{}").Problems().Select(p => p.Target).ShouldBe(["location", "properties.agentPoolProfiles"], ignoreOrder: true);

    [Fact]
    [Trait("Rule", "CU-22")]
    public void Create_NoVersion_GetsTheNewestPatchOfTheMinorBeforeTheNewest() => Versions(WrittenCluster.Made()).ShouldBe(("1.35.6", "1.35.6"));

    [Fact]
    [Trait("Rule", "CU-21")]
    public void Create_MinorOnly_MeansItsNewestPatchAndComesBackAsWritten() => Versions(WrittenCluster.Made("\"kubernetesVersion\":\"1.34\"")).ShouldBe(("1.34", "1.34.9"));

    [Fact]
    [Trait("Rule", "CU-21")]
    public void Update_MinorOnlyAgain_NeverUpgrades()
    {
        var cluster = WrittenCluster.Made("\"kubernetesVersion\":\"1.35\"");
        cluster.HasKubernetes("1.35.5");

        cluster.Put("""{"properties":{"kubernetesVersion":"1.35"}}""").ShouldBeNull();
        Versions(cluster).ShouldBe(("1.35", "1.35.5"));
        cluster.Put("""{"properties":{"kubernetesVersion":"1.35.5"}}""").ShouldBeNull();
        Versions(cluster).ShouldBe(("1.35.5", "1.35.5"));
        cluster.Put("""{"properties":{"kubernetesVersion":"1.35"}}""").ShouldBeNull();
        Versions(cluster).ShouldBe(("1.35", "1.35.5"));
    }

    [Theory]
    [InlineData("1.36")]
    [InlineData("1.35.5")]
    [InlineData("1.34.9")]
    public void Update_AnotherVersion_IsRefusedUntilUpgradesAreThere(string version) =>
        WrittenCluster.Made().Put("""{"properties":{"kubernetesVersion":"@"}}""".Replace("@", version, StringComparison.Ordinal)).ShouldRefuse("properties.kubernetesVersion", "1.35.6", ErrorCodes.NotSupported);

    [Theory]
    [Trait("Rule", "CU-45")]
    [InlineData("1.33")]
    [InlineData("1.35.7")]
    [InlineData("1.40")]
    [InlineData("2.35")]
    public void Create_VersionThatIsNotOffered_IsRefusedWithThoseThatAre(string version) =>
        new WrittenCluster().Put(WrittenCluster.Body($"\"kubernetesVersion\":\"{version}\"")).ShouldRefuse("properties.kubernetesVersion", "1.36.2, 1.35.6, 1.34.9", ErrorCodes.K8sVersionNotSupported);

    [Fact]
    [Trait("Rule", "CU-46")]
    public void Create_LongTermSupport_NeedsPremiumAndOffersOlderMinors()
    {
        const string properties = "\"supportPlan\":\"AKSLongTermSupport\",\"kubernetesVersion\":\"1.33\"";
        var premium = WrittenCluster.Body(properties).Replace("""{"location""", """{"sku":{"tier":"Premium"},"location""", StringComparison.Ordinal);
        var cluster = new WrittenCluster();

        cluster.Put(WrittenCluster.Body(properties)).ShouldRefuse("properties.supportPlan", "Premium");
        cluster.Put(premium).ShouldBeNull();
        Versions(cluster).ShouldBe(("1.33", "1.33.13"));
    }

    [Theory]
    [Trait("Rule", "UP-90")]
    [Trait("Rule", "UP-92")]
    [InlineData("""{"forceUpgrade":true}""", "needs 'until'")]
    [InlineData("""{"forceUpgrade":true,"until":"2026-11-25T12:00:00Z"}""", "has ended already")]
    [InlineData("""{"forceUpgrade":true,"until":"tomorrow"}""", "is not an instant")]
    [InlineData("""{"forceUpgrade":true,"until":"2027-12-31T00:00:00Z"}""", null)]
    [InlineData("""{"forceUpgrade":false,"until":"2020-01-01T00:00:00Z"}""", null)]
    public void Write_Force_NeedsAnEndInTheFuture(string force, string? says)
    {
        var error = WrittenCluster.Made().Put("""{"properties":{"upgradeSettings":{"overrideSettings":""" + force + "}}}");

        if (says is null)
        {
            error.ShouldBeNull();
        }
        else
        {
            error.ShouldRefuse("properties.upgradeSettings.overrideSettings.until", says);
        }
    }

    [Fact]
    [Trait("Rule", "AZ-61")]
    [Trait("Rule", "UP-92")]
    public void Write_Force_ComesBackWithoutFractionAndMayBeWrittenBackAfterItsEnd()
    {
        var cluster = WrittenCluster.Made();
        cluster.Put("""{"properties":{"upgradeSettings":{"overrideSettings":{"forceUpgrade":true,"until":"2026-11-28T10:00:17.000Z"}}}}""").ShouldBeNull();

        cluster.Get()["properties"]!["upgradeSettings"]!.ToJsonString().ShouldBe("""{"overrideSettings":{"forceUpgrade":true,"until":"2026-11-28T10:00:17Z"}}""");
        cluster.Now += Duration.FromDays(30);
        cluster.Put(cluster.Get()).ShouldBeNull();
        cluster.Put("""{"properties":{}}""").ShouldBeNull();
        cluster.Get()["properties"]!.AsObject().ContainsKey("upgradeSettings").ShouldBeFalse();
    }

    [Fact]
    [Trait("Rule", "AZ-53")]
    public void Update_Pools_AreMadeChangedKeptAndRemoved()
    {
        var cluster = WrittenCluster.Made();
        cluster.PutPool("old", """{"properties":{}}""").ShouldBeNull();
        cluster.PutPool("same", """{"properties":{"count":2}}""").ShouldBeNull();

        cluster.Put("""{"properties":{"agentPoolProfiles":[{"name":"sys","count":4},{"name":"SAME","count":2},{"name":"new"}]}}""").ShouldBeNull();

        cluster.Admitted!.Pools.Select(p => (p.Name, p.IsNew)).ShouldBe([("sys", false), ("new", true)]);
        cluster.Admitted.RemovedPools.ShouldBe(["old"]);
        cluster.Put("""{"properties":{}}""").ShouldBeNull();
        cluster.Resources.Where(r => r.Type == ResourceTypes.AgentPool).Select(r => ResourceId.Parse(r.Id).Id!.Name).Order().ShouldBe(["new", "same", "sys"]);
    }

    [Fact]
    public void Update_LeavingNoSystemPool_IsRefused() =>
        WrittenCluster.Made().Put("""{"properties":{"agentPoolProfiles":[{"name":"apps"}]}}""").ShouldRefuse("properties.agentPoolProfiles", "at least one System pool");

    [Fact]
    [Trait("Rule", "EV-86")]
    [Trait("Rule", "AZ-53")]
    public void Update_UnknownPropertiesInPools_FollowThePool()
    {
        var cluster = WrittenCluster.Made();
        cluster.Put("""{"later":1,"properties":{"soon":{"a":[1]},"agentPoolProfiles":[{"name":"sys","gadget":{"x":1}},{"name":"b","gadget":2}]}}""").ShouldBeNull();

        cluster.Put("""{"properties":{"agentPoolProfiles":[{"name":"b"},{"name":"sys"}]}}""", "2024-05-01").ShouldBeNull();

        var read = cluster.Get("2023-06-01");
        read["later"]!.GetValue<int>().ShouldBe(1);
        read["properties"]!["soon"]!.ToJsonString().ShouldBe("""{"a":[1]}""");
        read["properties"]!["agentPoolProfiles"]!.AsArray().Select(p => p!["gadget"]!.ToJsonString()).ShouldBe(["2", """{"x":1}"""]);
        cluster.GetPool("sys")["properties"]!["gadget"]!.ToJsonString().ShouldBe("""{"x":1}""");
    }

    [Fact]
    public void Update_LocationInAnotherSpelling_IsTheSameAndAnotherOneIsRefused()
    {
        var cluster = WrittenCluster.Made();

        cluster.Put("""{"location":"North-1","properties":{}}""").ShouldBeNull();
        cluster.Put("""{"location":"south-1","properties":{}}""").ShouldRefuse("location", "not allowed", ErrorCodes.PropertyChangeNotAllowed);
    }

    [Fact]
    public void Write_ProblemsOfClusterAndPools_AreAllToldWithTheirPaths()
    {
        var cluster = WrittenCluster.Made();
        var before = cluster.Everything();

        cluster.Put("""
            {"tags":{"a":1},"properties":{"kubernetesVersion":"1.34","autoUpgradeProfile":{"upgradeChannel":"node-image","nodeOSUpgradeChannel":"None"},
             "agentPoolProfiles":[{"name":"sys","count":0},{"name":"Bad","upgradeSettings":{"maxSurge":"0"}}]}}
            """).Problems().Select(p => p.Target).ShouldBe(
            [
                "tags.a", "properties.kubernetesVersion", "properties.autoUpgradeProfile.nodeOSUpgradeChannel", "properties.agentPoolProfiles[0].count",
                "properties.agentPoolProfiles[1].name", "properties.agentPoolProfiles[1].upgradeSettings.maxSurge",
            ], ignoreOrder: true);
        cluster.Everything().ShouldBe(before);
    }

    private static (string Asked, string Current) Versions(WrittenCluster cluster)
    {
        var properties = cluster.Get()["properties"]!;
        return (properties["kubernetesVersion"]!.GetValue<string>(), properties["currentKubernetesVersion"]!.GetValue<string>());
    }
}
