using Imago.Api.Admission;
using Imago.Api.Documents;
using Imago.Api.Tests.Admission.Kit;
using Imago.Contracts.Errors;
using Imago.Domain.Channels;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Admission;

public sealed class PoolAdmissionTests
{
    [Theory]
    [Trait("Rule", "EV-83")]
    [InlineData("abcdefghijklm", "Linux", "1 to 12")]
    [InlineData("1a", "Linux", "beginning with a letter")]
    [InlineData("win1234", "Windows", "at most 6")]
    public void Create_NameThatIsNotAllowed_IsRefused(string name, string os, string says) =>
        WrittenCluster.Made().PutPool(name, Properties($"\"osType\":\"{os}\"")).ShouldRefuse("properties.name", says, ErrorCodes.InvalidResourceName);

    [Theory]
    [Trait("Rule", "UP-12")]
    [Trait("Rule", "UP-13")]
    [Trait("Rule", "UP-14")]
    [Trait("Rule", "UP-15")]
    [Trait("Rule", "UP-16")]
    [InlineData("maxSurge", "\"33%\"", null)]
    [InlineData("maxSurge", "\"5\"", null)]
    [InlineData("maxSurge", "5", null)]
    [InlineData("maxSurge", "\"101%\"", "1% to 100%")]
    [InlineData("maxSurge", "\"0%\"", "1% to 100%")]
    [InlineData("maxSurge", "\"-1\"", "a whole number or a percentage")]
    [InlineData("maxSurge", "\"many\"", "a whole number or a percentage")]
    [InlineData("maxUnavailable", "\"1\"", null)]
    [InlineData("maxUnavailable", "\"200%\"", "1% to 100%")]
    [InlineData("drainTimeoutInMinutes", "5", null)]
    [InlineData("drainTimeoutInMinutes", "1440", null)]
    [InlineData("drainTimeoutInMinutes", "4", "5 to 1440")]
    [InlineData("drainTimeoutInMinutes", "1441", "5 to 1440")]
    [InlineData("nodeSoakDurationInMinutes", "0", null)]
    [InlineData("nodeSoakDurationInMinutes", "30", null)]
    [InlineData("nodeSoakDurationInMinutes", "31", "0 to 30")]
    [InlineData("undrainableNodeBehavior", "\"cordon\"", null)]
    [InlineData("undrainableNodeBehavior", "\"Evict\"", "Schedule, Cordon")]
    [InlineData("barePods", "\"Keep\"", null)]
    [InlineData("barePods", "\"Evict\"", null)]
    [InlineData("barePods", "\"Delete\"", "Evict, Keep")]
    [InlineData("barePods", "true", "Expected a text")]
    [InlineData("rebootPolicy", "\"Coordinated\"", null)]
    [InlineData("rebootPolicy", "\"None\"", null)]
    [InlineData("rebootPolicy", "\"Always\"", "None, Coordinated")]
    [InlineData("rebootPolicy", "true", "Expected a text")]
    [InlineData("windowClose", "\"FinishPool\"", null)]
    [InlineData("canary", "\"None\"", null)]
    [InlineData("canary", "\"Two\"", "FirstNode, None")]
    [InlineData("upgradePriority", "10", null)]
    [InlineData("nodeReadyTimeoutInMinutes", "0", "1 to 240")]
    public void Write_UpgradeSetting_IsCheckedForItsRange(string name, string value, string? says)
    {
        var error = WrittenCluster.Made().PutPool("apps", Settings($"\"{name}\":{value}"));

        if (says is null)
        {
            error.ShouldBeNull();
        }
        else
        {
            error.Problems()[0].Target.ShouldBe($"properties.upgradeSettings.{name}");
            error.Problems()[0].Message.ShouldContain(says);
        }
    }

    [Fact]
    [Trait("Rule", "UP-17")]
    public void Write_MaxBlockedNodesBelowTheSurge_IsRefused() =>
        WrittenCluster.Made(version: "2026-03-02-preview").PutPool("apps", Settings("""
            "maxSurge":"5","maxBlockedNodes":"4"
            """)).ShouldRefuse("properties.upgradeSettings.maxBlockedNodes", "below max surge '5'");

    [Theory]
    [Trait("Rule", "UP-23")]
    [InlineData("\"maxSurge\":\"0\"", true)]
    [InlineData("\"maxSurge\":\"0\",\"maxUnavailable\":\"0\"", true)]
    [InlineData("\"maxSurge\":\"0\",\"maxUnavailable\":\"1\"", false)]
    public void Write_NoSurgeAndNothingUnavailable_LeavesNoRoom(string settings, bool isRefused)
    {
        var error = WrittenCluster.Made().PutPool("apps", Settings(settings));

        if (isRefused)
        {
            error.ShouldRefuse("properties.upgradeSettings.maxSurge", "leaves no room to upgrade");
        }
        else
        {
            error.ShouldBeNull();
        }
    }

    [Fact]
    [Trait("Rule", "UP-31")]
    public void Write_MaxUnavailableOnASystemPool_IsRefused() =>
        WrittenCluster.Made().PutPool("sys", """{"properties":{"upgradeSettings":{"maxUnavailable":"1"}}}""").ShouldRefuse("properties.upgradeSettings", "is a System pool");

    [Fact]
    [Trait("Rule", "UP-69")]
    public void Write_AutoscaledPoolAtItsMaximum_HasRoomForSurgeAndKeepsItsBounds()
    {
        var cluster = WrittenCluster.Made();

        cluster.PutPool("apps", Properties("""
            "count":3,"enableAutoScaling":true,"minCount":1,"maxCount":3,"upgradeSettings":{"maxSurge":"2"}
            """)).ShouldBeNull();

        var pool = new IntentReader(ReleaseRings.Default, KubernetesCalendar.Default).Read(cluster.Resources, cluster.Now).Spec.Pools.Single(p => p.Name == "apps");
        Concurrency.For(pool, 3, 3).Value!.Surge.ShouldBe(2);
    }

    [Theory]
    [Trait("Rule", "UP-25")]
    [InlineData(990, "10", true)]
    [InlineData(990, "11", false)]
    [InlineData(990, "1%", true)]
    public void Write_SizeAndSurgeBeyondTheLimit_IsRefused(int count, string surge, bool isFine)
    {
        var error = WrittenCluster.Made().PutPool("apps", Properties($$"""
            "count":{{count}},"upgradeSettings":{"maxSurge":"{{surge}}"}
            """));

        if (isFine)
        {
            error.ShouldBeNull();
        }
        else
        {
            error.ShouldRefuse("properties.upgradeSettings", "more than the 1000 nodes");
        }
    }

    [Fact]
    [Trait("Rule", "EV-86")]
    [Trait("Rule", "UP-13")]
    public void Write_SettingThatTheVersionDoesNotKnow_IsRefusedAndOtherwiseKept()
    {
        var cluster = WrittenCluster.Made();
        cluster.PutPool("apps", Settings("""
            "maxSurge":"0","maxUnavailable":"1"
            """)).ShouldBeNull();

        cluster.PutPool("apps", Settings("\"maxUnavailable\":\"2\""), "2025-02-01").ShouldRefuse(
            "properties.upgradeSettings.maxUnavailable", "2025-03-01", ErrorCodes.PropertyNeedsNewerApiVersion);
        cluster.GetPool("apps", "2025-02-01")["properties"]!["upgradeSettings"]!.AsObject().ContainsKey("maxUnavailable").ShouldBeFalse();
        cluster.PutPool("apps", cluster.GetPool("apps", "2025-02-01"), "2025-02-01").ShouldBeNull();
        cluster.GetPool("apps")["properties"]!["upgradeSettings"]!["maxUnavailable"]!.GetValue<string>().ShouldBe("1");
    }

    [Theory]
    [Trait("Rule", "CH-20")]
    [InlineData("SecurityPatch", true)]
    [InlineData("Unmanaged", true)]
    [InlineData("NodeImage", false)]
    [InlineData("None", false)]
    public void Write_ImmutableSystem_DoesNotGoWithPatchingInPlace(string channel, bool isRefused)
    {
        // Either way: a pool that is added to such a cluster, and a cluster with such a pool that moves to the channel.
        var on = WrittenCluster.Made($$"""
            "autoUpgradeProfile":{"nodeOSUpgradeChannel":"{{channel}}"}
            """);
        var with = WrittenCluster.Made();
        with.PutPool("acl", Properties("\"osSKU\":\"AzureContainerLinux\"")).ShouldBeNull();
        var move = """{"properties":{"autoUpgradeProfile":{"nodeOSUpgradeChannel":"@"}}}""".Replace("@", channel, StringComparison.Ordinal);

        if (isRefused)
        {
            on.PutPool("acl", Properties("\"osSKU\":\"AzureContainerLinux\"")).ShouldRefuse("properties.osSKU", "which is immutable");
            with.Put(move).ShouldRefuse("properties.autoUpgradeProfile.nodeOSUpgradeChannel", "which is immutable");
        }
        else
        {
            on.PutPool("acl", Properties("\"osSKU\":\"AzureContainerLinux\"")).ShouldBeNull();
            with.Put(move).ShouldBeNull();
        }
    }

    [Fact]
    [Trait("Rule", "CH-20")]
    public void Write_OsGuardInAPreview_IsRefusedOnSecurityPatchAndUnknownToStableVersions()
    {
        var cluster = WrittenCluster.Made();
        const string guard = "\"osSKU\":\"AzureLinuxOSGuard\"";

        cluster.PutPool("og", Properties(guard), "2026-04-01").ShouldRefuse("properties.osSKU", "previews only", ErrorCodes.PropertyNeedsNewerApiVersion);
        cluster.PutPool("og", Properties(guard), "2026-03-02-preview").ShouldBeNull();
        cluster.Put("""{"properties":{"autoUpgradeProfile":{"nodeOSUpgradeChannel":"SecurityPatch"}}}""").Problems().ShouldHaveSingleItem().Message.ShouldContain("OsGuard");
    }

    [Fact]
    [Trait("Rule", "CH-20")]
    [Trait("Rule", "IM-44")]
    public void Write_FlatcarAfterItsEnd_IsRefused()
    {
        var cluster = WrittenCluster.Made();

        cluster.PutPool("fc", Properties("\"osSKU\":\"Flatcar\""), "2026-03-02-preview").ShouldRefuse("properties.osSKU", "out of support since 2026-06-08");

        cluster.Now = Instant.FromUtc(2026, 6, 1, 0, 0);
        cluster.PutPool("fc", Properties("\"osSKU\":\"Flatcar\""), "2026-03-02-preview").ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "CH-19")]
    public void Write_WindowsPoolOnSecurityPatch_IsAcceptedAndSkipped()
    {
        var cluster = WrittenCluster.Made("""
            "autoUpgradeProfile":{"nodeOSUpgradeChannel":"SecurityPatch"}
            """);

        cluster.PutPool("win", Properties("\"osType\":\"Windows\"")).ShouldBeNull();
    }

    [Theory]
    [Trait("Rule", "IM-17")]
    [InlineData("kubernetes.azure.com/mode")]
    [InlineData("kubernetes.io/os")]
    public void Write_ReservedLabel_IsRefused(string label) =>
        WrittenCluster.Made().PutPool("apps", Properties($"\"nodeLabels\":{{\"{label}\":\"x\"}}")).ShouldRefuse($"properties.nodeLabels.{label}", "is reserved");

    [Theory]
    [InlineData("key=value:NoSchedule", true)]
    [InlineData("key:NoExecute", true)]
    [InlineData("key=value", false)]
    [InlineData("key=value:Never", false)]
    public void Write_Taint_HasAnEffect(string taint, bool isFine) =>
        (WrittenCluster.Made().PutPool("apps", Properties($"\"nodeTaints\":[\"{taint}\"]")) is null).ShouldBe(isFine);

    [Fact]
    [Trait("Rule", "IM-20")]
    public void Write_WindowsSystemPool_IsRefused() =>
        WrittenCluster.Made().PutPool("win", Properties("\"osType\":\"Windows\",\"mode\":\"System\"")).ShouldRefuse("properties.mode", "runs Windows");

    [Fact]
    [Trait("Rule", "CU-49")]
    public void Create_VersionOfThePool_IsNeverAheadAndNotFarBehind()
    {
        var cluster = WrittenCluster.Made("\"kubernetesVersion\":\"1.35\"");

        cluster.PutPool("a", Properties("\"orchestratorVersion\":\"1.36\"")).ShouldRefuse("properties.orchestratorVersion", "never ahead");
        cluster.PutPool("b", Properties("\"orchestratorVersion\":\"1.34.9\"")).ShouldBeNull();
        cluster.PutPool("c", Properties("\"orchestratorVersion\":\"1.30\"")).ShouldRefuse("properties.orchestratorVersion", "not offered", ErrorCodes.K8sVersionNotSupported);
        cluster.PutPool("d", Properties("")).ShouldBeNull();
        Current("b").ShouldBe("1.34.9");
        Current("d").ShouldBe("1.35.6");

        string Current(string pool) => cluster.GetPool(pool)["properties"]!["currentOrchestratorVersion"]!.GetValue<string>();
    }

    [Fact]
    public void Create_PoolThatSaysNothing_GetsDefaultsAndTheLatestImage()
    {
        var cluster = WrittenCluster.Made();

        cluster.PutPool("apps", """{"properties":{}}""").ShouldBeNull();

        var read = cluster.GetPool("apps")["properties"]!.AsObject();
        (read["mode"]!.GetValue<string>(), read["osSKU"]!.GetValue<string>(), read["count"]!.GetValue<int>()).ShouldBe(("User", "Ubuntu", 1));
        read["nodeImageVersion"]!.GetValue<string>().ShouldBe(WrittenCluster.LatestUbuntu);
        read["orchestratorVersion"]!.GetValue<string>().ShouldBe("1.35.6");
    }

    [Fact]
    public void Update_FixedProperty_CannotChange()
    {
        var cluster = WrittenCluster.Made();
        cluster.PutPool("apps", Properties("\"vmSize\":\"Standard_D2s_v5\"")).ShouldBeNull();

        cluster.PutPool("apps", Properties("\"vmSize\":\"Standard_D8s_v5\"")).ShouldRefuse("properties.vmSize", "not allowed", ErrorCodes.PropertyChangeNotAllowed);
        cluster.PutPool("apps", Properties("\"count\":5")).ShouldBeNull();
        cluster.GetPool("apps")["properties"]!["vmSize"]!.GetValue<string>().ShouldBe("Standard_D2s_v5");
    }

    [Fact]
    [Trait("Rule", "UP-63")]
    public void Update_AnotherSize_IsScaling()
    {
        var cluster = WrittenCluster.Made();
        State("""{"properties":{"count":4}}""").ShouldBe(ProvisioningState.Scaling);
        State("""{"properties":{"nodeLabels":{"a":"b"}}}""").ShouldBe(ProvisioningState.Updating);

        ProvisioningState State(string body) => AgentPoolAdmission.Admit(
            cluster.Id.Child("agentPools", "sys"), cluster.Resources, WrittenCluster.Parse(body), cluster.Version,
            new AdmissionContext { Now = cluster.Now, FeatureRegistered = _ => false }).Admitted!.Status.ProvisioningState;
    }

    [Fact]
    public void Write_ThatWouldStopOnePool_IsRefusedInsteadOfIgnored()
    {
        var cluster = WrittenCluster.Made();

        cluster.PutPool("sys", Properties("\"powerState\":{\"code\":\"stopped\"}")).ShouldRefuse("properties.powerState.code", "cannot be stopped by itself");
        cluster.PutPool("sys", Properties("\"powerState\":{\"code\":\"Running\"}")).ShouldBeNull();
    }

    [Fact]
    public void Write_SystemPoolWithoutNodes_IsFineWhereMachinesRegisterThemselves()
    {
        var cluster = WrittenCluster.Made();
        cluster.PutPool("sys", Properties("\"count\":0")).ShouldRefuse("properties.count", "imago-nodes=registered");

        var empty = new WrittenCluster();
        empty.Put("""{"location":"north-1","tags":{"imago-nodes":"registered"},"properties":{"agentPoolProfiles":[{"name":"sys","count":0,"mode":"System"}]}}""").ShouldBeNull();
        empty.PutPool("sys", Properties("\"count\":0,\"nodeLabels\":{\"a\":\"b\"}")).ShouldBeNull();
    }

    [Fact]
    public void Write_LastSystemPool_StaysOne()
    {
        var cluster = WrittenCluster.Made();

        cluster.PutPool("sys", Properties("\"mode\":\"User\"")).ShouldRefuse("properties.mode", "only System pool");
        cluster.PutPool("sys", Properties("\"count\":0")).ShouldRefuse("properties.count", "at least one node");
        cluster.PutPool("sys2", Properties("\"mode\":\"System\"")).ShouldBeNull();
        cluster.PutPool("sys", Properties("\"mode\":\"User\"")).ShouldBeNull();
    }

    [Theory]
    [InlineData("\"enableAutoScaling\":true,\"minCount\":1,\"maxCount\":5,\"count\":3", true)]
    [InlineData("\"enableAutoScaling\":true", false)]
    [InlineData("\"enableAutoScaling\":true,\"minCount\":5,\"maxCount\":1,\"count\":3", false)]
    [InlineData("\"enableAutoScaling\":true,\"minCount\":4,\"maxCount\":5,\"count\":3", false)]
    public void Write_Autoscaling_NeedsBoundsAroundTheCount(string properties, bool isFine) => (WrittenCluster.Made().PutPool("apps", Properties(properties)) is null).ShouldBe(isFine);

    [Fact]
    [Trait("Rule", "UP-18")]
    public void Write_BlueGreen_IsRefusedUntilItIsThere() =>
        WrittenCluster.Made(version: "2026-03-02-preview").PutPool("apps", Settings("\"upgradeStrategy\":\"BlueGreen\"")).ShouldRefuse(
            "properties.upgradeSettings.upgradeStrategy", "not supported", ErrorCodes.NotSupported);

    [Fact]
    public void Write_SeveralProblems_TellsAllAndChangesNothing()
    {
        var cluster = WrittenCluster.Made();
        var before = cluster.Everything();

        var error = cluster.PutPool("apps", Properties("""
            "count":-1,"osSKU":"Minix","upgradeSettings":{"maxSurge":"x","drainTimeoutInMinutes":1},"nodeTaints":["y"]
            """));

        error.Problems().Select(p => p.Target).ShouldBe(
            ["properties.count", "properties.osSKU", "properties.upgradeSettings.maxSurge", "properties.upgradeSettings.drainTimeoutInMinutes", "properties.nodeTaints[0]"], ignoreOrder: true);
        cluster.Everything().ShouldBe(before);
    }

    private static string Properties(string properties) => """{"properties":{""" + properties + "}}";

    private static string Settings(string settings) => Properties("""
        "upgradeSettings":{
        """ + settings + "}");
}
