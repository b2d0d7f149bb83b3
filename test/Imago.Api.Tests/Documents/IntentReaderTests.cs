using Imago.Api.Documents;
using Imago.Api.Tests.Admission.Kit;
using Imago.Application.Engine;
using Imago.Application.Resources;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Maintenance;
using Imago.Domain.Rollouts.Settings;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Documents;

public sealed class IntentReaderTests
{
    [Fact]
    public void Read_ClusterWithAWindow_IsWhatItsDocumentsAskFor()
    {
        var cluster = WrittenCluster.Made("""
            "autoUpgradeProfile":{"nodeOSUpgradeChannel":"SecurityPatch","livePatching":false}
            """);
        cluster.Now += Duration.FromHours(1);
        cluster.PutMaintenance("aksManagedNodeOSUpgradeSchedule", """{"properties":{"maintenanceWindow":{"schedule":{"daily":{"intervalDays":2}},"durationHours":6,"startTime":"22:00","utcOffset":"+02:00"}}}""").ShouldBeNull();
        cluster.PutMaintenance("aksManagedAutoUpgradeSchedule", """{"properties":{"maintenanceWindow":{"schedule":{"daily":{"intervalDays":7}},"durationHours":4,"startTime":"00:00"}}}""").ShouldBeNull();

        var intent = Read(cluster);

        intent.Location.ShouldBe("north-1");
        intent.Spec.Name.ShouldBe("shop-prod");
        intent.Spec.Channel.ShouldBe(NodeOsChannel.SecurityPatch);
        intent.Spec.LivePatching.ShouldBeFalse();
        intent.Spec.Ring.ShouldBe(ReleaseRings.Default.RingOf("north-1"));
        intent.Spec.Support.ShouldBe(KubernetesSupport.Supported);
        intent.Spec.Running.ShouldBeTrue();

        // MW-7, MW-8: the node OS schedule and no other; MW-50: with the instant of its change.
        intent.Spec.Window!.Kind.ShouldBe(ConfigurationKind.NodeOsUpgrade);
        intent.Spec.Window.Times.ShouldBeOfType<MaintenanceWindow>().Schedule.ShouldBe(new Schedule.Daily(2));
        intent.Spec.Window.ChangedAt.ShouldBe(cluster.Now);
    }

    [Fact]
    [Trait("Rule", "UP-40")]
    [Trait("Rule", "UP-60")]
    [Trait("Rule", "UP-150")]
    [Trait("Rule", "UP-151")]
    [Trait("Rule", "MW-53")]
    public void Read_PoolWithEverySetting_HasThemAll()
    {
        var cluster = WrittenCluster.Made(version: "2026-03-02-preview");
        cluster.PutPool("apps", """
            {"properties":{"count":6,"vmSize":"Standard_D4ps_v5","osSKU":"AzureLinux3","availabilityZones":["1","2"],"nodeLabels":{"a":"b"},"nodeTaints":["k=v:NoSchedule"],
             "creationData":{"sourceResourceId":"/subscriptions/s"},
             "upgradeSettings":{"maxSurge":"33%","maxUnavailable":"0","drainTimeoutInMinutes":45,"nodeSoakDurationInMinutes":5,"undrainableNodeBehavior":"Cordon","maxBlockedNodes":"50%",
              "barePods":"Keep","rebootPolicy":"coordinated","windowClose":"FinishPool","canary":"None","canarySoakInMinutes":7,"nodeReadyTimeoutInMinutes":20,"upgradePriority":10}}}
            """).ShouldBeNull();

        var pool = Read(cluster).Pools.Single(p => p.Spec.Name == "apps");

        pool.Count.ShouldBe(6);
        pool.Zones.ShouldBe(["1", "2"]);
        pool.Labels.ShouldBe([new("a", "b")]);
        pool.Taints.ShouldBe(["k=v:NoSchedule"]);
        (pool.OsSku, pool.VmSize).ShouldBe(("AzureLinux3", "Standard_D4ps_v5"));
        pool.Spec.Family.ShouldBe(new ImageFamily("AKSAzureLinux-V3gen2arm64"));
        pool.Spec.Os.ShouldBe(PoolOs.AzureLinux);
        pool.Spec.Mode.ShouldBe(PoolMode.User);
        pool.Spec.PinnedBySnapshot.ShouldBeTrue();
        pool.Spec.Kubernetes.ShouldBe(new KubernetesVersion(1, 35, 6));
        pool.Spec.Provider.CanReboot.ShouldBeTrue();
        pool.Spec.Settings.ShouldBe(new UpgradeSettings
        {
            MaxSurge = IntOrPercent.Percent(33),
            MaxUnavailable = IntOrPercent.Of(0),
            DrainTimeout = Duration.FromMinutes(45),
            NodeSoak = Duration.FromMinutes(5),
            Undrainable = UndrainableNodeBehavior.Cordon,
            MaxBlockedNodes = IntOrPercent.Percent(50),
            BarePods = BarePods.Keep,
            RebootPolicy = RebootPolicy.Coordinated,
            WindowClose = WindowClose.FinishPool,
            Canary = Canary.None,
            CanarySoak = Duration.FromMinutes(7),
            NodeReadyTimeout = Duration.FromMinutes(20),
            UpgradePriority = 10,
        });
    }

    [Theory]
    [Trait("Rule", "CH-15")]
    [InlineData("AzureLinux", "Standard_NC24ads_A100_v4", PoolOs.AzureLinuxGpu)]
    [InlineData("AzureLinux", "Standard_D4s_v5", PoolOs.AzureLinux)]
    [InlineData("CBLMariner", "Standard_D4s_v5", PoolOs.AzureLinux)]
    [InlineData("Ubuntu", "Standard_NC24ads_A100_v4", PoolOs.Ubuntu)]
    [InlineData("AzureContainerLinux", "Standard_D4s_v5", PoolOs.AzureContainerLinux)]
    public void Read_OperatingSystem_FollowsSkuAndSize(string sku, string size, PoolOs os)
    {
        var cluster = WrittenCluster.Made();
        cluster.PutPool("apps", """{"properties":{"osSKU":"@","vmSize":"#"}}""".Replace("@", sku, StringComparison.Ordinal).Replace("#", size, StringComparison.Ordinal)).ShouldBeNull();

        Read(cluster).Pools.Single(p => p.Spec.Name == "apps").Spec.Os.ShouldBe(os);
    }

    [Theory]
    [Trait("Rule", "UP-93")]
    [Trait("Rule", "UP-90")]
    [InlineData("2025-09-01", true)]
    [InlineData("2025-08-01", false)]
    public void Read_Force_LiftsBudgetsOnlyIfItsVersionSaysSo(string version, bool lifts)
    {
        var cluster = WrittenCluster.Made();
        cluster.Put("""{"properties":{"upgradeSettings":{"overrideSettings":{"forceUpgrade":true,"until":"2026-12-01T00:00:00Z"}}}}""", version).ShouldBeNull();

        // Written back through any version it stays what it was.
        cluster.Put(cluster.Get()).ShouldBeNull();
        cluster.Put(cluster.Get("2023-06-01"), "2023-06-01").ShouldBeNull();

        Read(cluster).Spec.Pools.Single().Settings.Override.ShouldBe(lifts ? new OverrideSettings(true, Instant.FromUtc(2026, 12, 1, 0, 0)) : null);
    }

    [Theory]
    [Trait("Rule", "CH-86")]
    [Trait("Rule", "CU-40")]
    [Trait("Rule", "CU-41")]
    [Trait("Rule", "CU-42")]
    [InlineData("1.36.2", 2026, 11, 25, KubernetesSupport.Supported)]
    [InlineData("1.34.1", 2026, 11, 30, KubernetesSupport.Supported)]
    [InlineData("1.34.1", 2026, 12, 1, KubernetesSupport.PlatformOnly)]
    [InlineData("1.33.12", 2026, 11, 25, KubernetesSupport.PlatformOnly)]
    [InlineData("1.33.12", 2026, 12, 1, KubernetesSupport.Unsupported)]
    [InlineData("1.30.0", 2026, 11, 25, KubernetesSupport.Unsupported)]
    [InlineData("1.40.0", 2026, 11, 25, KubernetesSupport.Supported)]
    public void Read_Support_FollowsTheCalendar(string version, int year, int month, int day, KubernetesSupport support)
    {
        var cluster = WrittenCluster.Made();
        cluster.HasKubernetes(version);

        new IntentReader(ReleaseRings.Default, KubernetesCalendar.Default).Read(cluster.Resources, Instant.FromUtc(year, month, day, 23, 59)).Spec.Support.ShouldBe(support);
    }

    [Fact]
    [Trait("Rule", "UP-153")]
    [Trait("Rule", "MW-13")]
    public void Read_Status_PausesStopsAndOverridesWindows()
    {
        var cluster = WrittenCluster.Made();
        var stored = cluster.Find(cluster.Id)!;
        var status = StatusText.ReadCluster(stored.Status) with { Running = false, Pause = new StoredPause("me", cluster.Now, "because"), WindowOverrideUntil = cluster.Now };

        var spec = new IntentReader(ReleaseRings.Default, KubernetesCalendar.Default)
            .Read([.. cluster.Resources.Remove(stored), stored with { Status = StatusText.Write(status) }], cluster.Now).Spec;

        spec.Running.ShouldBeFalse();
        spec.Pause.ShouldBe(new Pause("me", cluster.Now, "because"));
        spec.WindowOverrideUntil.ShouldBe(cluster.Now);
    }

    private static ClusterIntent Read(WrittenCluster cluster) => new IntentReader(ReleaseRings.Default, KubernetesCalendar.Default).Read(cluster.Resources, cluster.Now);
}
