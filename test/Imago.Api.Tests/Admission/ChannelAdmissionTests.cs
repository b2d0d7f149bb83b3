using System.Text.Json.Nodes;
using Imago.Api.Tests.Admission.Kit;
using Imago.Contracts.Errors;
using Imago.Contracts.Versions;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Admission;

public sealed class ChannelAdmissionTests
{
    private const string NodeOs = "properties.autoUpgradeProfile.nodeOSUpgradeChannel";
    private const string Cluster = "properties.autoUpgradeProfile.upgradeChannel";

    [Theory]
    [Trait("Rule", "CH-60")]
    [Trait("Rule", "CH-61")]
    [Trait("Rule", "CH-62")]
    [Trait("Rule", "CH-65")]
    [InlineData("2023-06-01", "NodeImage")]
    [InlineData("2026-04-01", "NodeImage")]
    [InlineData("2023-06-02-preview", "NodeImage")]
    [InlineData("2023-05-02-preview", "None")]
    [InlineData("2022-11-02-preview", "None")]
    public void Create_ChannelAbsent_DependsOnTheApiVersion(string version, string channel) => Channels(WrittenCluster.Made(version: version)).ShouldBe(("none", channel));

    [Fact]
    [Trait("Rule", "CH-1")]
    [Trait("Rule", "CH-2")]
    [Trait("Rule", "CH-4")]
    [Trait("Rule", "AZ-51")]
    public void Update_ChannelInAnyCase_IsStoredCanonicalAndShownAtOnce()
    {
        var cluster = WrittenCluster.Made();

        cluster.Put(Update("""{"nodeOSUpgradeChannel":"securitypatch"}""")).ShouldBeNull();

        // CH-5: visible on read at once.
        Channels(cluster).ShouldBe(("none", "SecurityPatch"));
    }

    [Fact]
    [Trait("Rule", "CH-4")]
    [Trait("Rule", "AZ-51")]
    public void Update_UnknownChannel_IsRefusedWithTheFour() =>
        WrittenCluster.Made().Put(Update("""{"nodeOSUpgradeChannel":"Bogus"}""")).ShouldRefuse(NodeOs, "None, Unmanaged, SecurityPatch, NodeImage");

    [Fact]
    [Trait("Rule", "CU-1")]
    public void Update_UnknownClusterChannel_IsRefusedWithTheFive() =>
        WrittenCluster.Made().Put(Update("""{"upgradeChannel":"fast"}""")).ShouldRefuse(Cluster, "none, patch, stable, rapid, node-image");

    [Fact]
    [Trait("Rule", "CH-63")]
    [Trait("Rule", "EV-85")]
    public void Update_ChannelAbsent_KeepsWhatIsStoredAndAnExplicitNoneSwitchesOff()
    {
        var cluster = WrittenCluster.Made("""
            "autoUpgradeProfile":{"upgradeChannel":"patch","nodeOSUpgradeChannel":"SecurityPatch"}
            """);

        cluster.Put("""{"properties":{}}""").ShouldBeNull();
        Channels(cluster).ShouldBe(("patch", "SecurityPatch"));

        cluster.Put(Update("""{"upgradeChannel":"none","nodeOSUpgradeChannel":"None"}""")).ShouldBeNull();
        Channels(cluster).ShouldBe(("none", "None"));
    }

    [Fact]
    [Trait("Rule", "CH-84")]
    public void Write_BothChannelsWithAWindowEach_StandTogether()
    {
        const string window = """{"properties":{"maintenanceWindow":{"schedule":{"weekly":{"intervalWeeks":1,"dayOfWeek":"Friday"}},"durationHours":4,"startTime":"00:00"}}}""";
        var cluster = WrittenCluster.Made("""
            "autoUpgradeProfile":{"upgradeChannel":"stable","nodeOSUpgradeChannel":"SecurityPatch"}
            """);

        cluster.PutMaintenance("aksManagedNodeOSUpgradeSchedule", window).ShouldBeNull();
        cluster.PutMaintenance("aksManagedAutoUpgradeSchedule", window).ShouldBeNull();

        Channels(cluster).ShouldBe(("stable", "SecurityPatch"));
    }

    [Theory]
    [Trait("Rule", "CH-70")]
    [InlineData("2024-05-01", true)]
    [InlineData("2024-02-01", false)]
    [InlineData("2023-06-01", false)]
    public void Write_SecurityPatch_IsInStableVersionsFrom20240501(string version, bool isAccepted)
    {
        var error = WrittenCluster.Made().Put(Update("""{"nodeOSUpgradeChannel":"SecurityPatch"}"""), version);

        if (isAccepted)
        {
            error.ShouldBeNull();
        }
        else
        {
            error.ShouldRefuse(NodeOs, "from api-version 2024-05-01 on", ErrorCodes.PropertyNeedsNewerApiVersion);
        }
    }

    [Fact]
    [Trait("Rule", "CH-70")]
    public void Read_SecurityPatchThroughAnOldVersion_ShowsItAndLeavingItOutKeepsIt()
    {
        var cluster = WrittenCluster.Made(Profile("SecurityPatch"));

        var read = cluster.Get("2023-06-01");
        Channel(read).ShouldBe("SecurityPatch");
        cluster.Put(read.DeepClone().AsObject(), "2023-06-01").ShouldRefuse(NodeOs, "leave the property out to keep what is stored", ErrorCodes.PropertyNeedsNewerApiVersion);

        read["properties"]!["autoUpgradeProfile"]!.AsObject().Remove("nodeOSUpgradeChannel");
        cluster.Put(read, "2023-06-01").ShouldBeNull();
        Channels(cluster).ShouldBe(("none", "SecurityPatch"));
    }

    [Theory]
    [Trait("Rule", "CH-70")]
    [Trait("Rule", "CH-71")]
    [InlineData("2022-11-02-preview", true)]
    [InlineData("2024-04-02-preview", true)]
    [InlineData("2024-05-02-preview", false)]
    [InlineData("2026-03-02-preview", false)]
    public void Write_SecurityPatchThroughAPreviewBeforeItsRelease_NeedsTheFeature(string version, bool isGated)
    {
        var cluster = WrittenCluster.Made();
        var body = Update("""{"nodeOSUpgradeChannel":"SecurityPatch"}""");
        if (isGated)
        {
            cluster.Put(body, version).ShouldRefuse(NodeOs, "Microsoft.ContainerService/NodeOsUpgradeChannelPreview", ErrorCodes.FeatureNotRegistered);
            cluster.Features.Add("NodeOsUpgradeChannelPreview");
        }

        cluster.Put(body, version).ShouldBeNull();
        Channels(cluster).NodeOs.ShouldBe("SecurityPatch");
    }

    [Fact]
    [Trait("Rule", "CH-80")]
    public void Write_ClusterChannelNodeImage_SetsTheNodeOsChannel()
    {
        var cluster = WrittenCluster.Made(Profile("None"));

        cluster.Put(Update("""{"upgradeChannel":"node-image"}""")).ShouldBeNull();

        Channels(cluster).ShouldBe(("node-image", "NodeImage"));
    }

    [Fact]
    [Trait("Rule", "CH-80")]
    [Trait("Rule", "AZ-32")]
    public void Write_ClusterChannelNodeImageWithTheStoredNodeOsChannelSentBack_SetsTheNodeOsChannel()
    {
        var cluster = WrittenCluster.Made(Profile("None"));

        cluster.Put(Update("""{"upgradeChannel":"node-image","nodeOSUpgradeChannel":"None"}""")).ShouldBeNull();

        Channels(cluster).ShouldBe(("node-image", "NodeImage"));
        cluster.Put(Update("""{"upgradeChannel":"node-image","nodeOSUpgradeChannel":"None"}""")).ShouldRefuse(NodeOs, "while the cluster's upgrade channel is 'node-image'");
    }

    [Fact]
    [Trait("Rule", "CH-81")]
    public void Write_OtherNodeOsChannelUnderNodeImage_IsRefused()
    {
        var cluster = WrittenCluster.Made("""
            "autoUpgradeProfile":{"upgradeChannel":"node-image"}
            """);

        cluster.Put(Update("""{"nodeOSUpgradeChannel":"None"}""")).ShouldRefuse(NodeOs, "while the cluster's upgrade channel is 'node-image'");
        cluster.Put(Update("""{"nodeOSUpgradeChannel":"NodeImage"}""")).ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "CH-82")]
    [Trait("Rule", "CH-83")]
    public void Write_LeavingNodeImage_MayBringAnotherChannelAndElseKeepsNodeImage()
    {
        const string coupled = """
            "autoUpgradeProfile":{"upgradeChannel":"node-image"}
            """;
        var both = WrittenCluster.Made(coupled);
        var one = WrittenCluster.Made(coupled);

        both.Put(Update("""{"upgradeChannel":"stable","nodeOSUpgradeChannel":"SecurityPatch"}""")).ShouldBeNull();
        one.Put(Update("""{"upgradeChannel":"patch"}""")).ShouldBeNull();

        Channels(both).ShouldBe(("stable", "SecurityPatch"));
        Channels(one).ShouldBe(("patch", "NodeImage"));
    }

    [Fact]
    [Trait("Rule", "CH-64")]
    [Trait("Rule", "CU-13")]
    public void Automatic_BothChannels_AreFixed()
    {
        var cluster = new WrittenCluster();
        string Automatic(string profile) => WrittenCluster.Body($"\"autoUpgradeProfile\":{profile}").Replace("""{"location""", """{"sku":{"name":"Automatic"},"location""", StringComparison.Ordinal);

        cluster.Put(Automatic("""{"nodeOSUpgradeChannel":"None"}""")).ShouldRefuse(NodeOs, "SKU Automatic");
        cluster.Put(Automatic("""{"upgradeChannel":"rapid"}""")).ShouldRefuse(Cluster, "SKU Automatic");
        cluster.Put(Automatic("{}")).ShouldBeNull();
        Channels(cluster).ShouldBe(("stable", "NodeImage"));
        cluster.Put(Update("""{"nodeOSUpgradeChannel":"Unmanaged"}""")).ShouldRefuse(NodeOs, "SKU Automatic");
    }

    [Fact]
    [Trait("Rule", "CH-88")]
    [Trait("Rule", "CU-8")]
    public void Write_ChannelOnAnUnsupportedMinor_IsRefusedUnlessItDoesNothing()
    {
        var cluster = WrittenCluster.Made(Profile("None"));
        cluster.HasKubernetes("1.33.12");

        cluster.Put(Update("""{"nodeOSUpgradeChannel":"NodeImage"}""")).ShouldRefuse(NodeOs, "needs a supported Kubernetes minor");
        cluster.Put(Update("""{"nodeOSUpgradeChannel":"SecurityPatch"}""")).ShouldRefuse(NodeOs, "needs a supported Kubernetes minor");
        cluster.Put(Update("""{"upgradeChannel":"patch"}""")).ShouldRefuse(Cluster, "needs a supported Kubernetes minor");
        cluster.Put(Update("""{"upgradeChannel":"node-image"}""")).Problems().Select(p => p.Target).ShouldBe([NodeOs, Cluster]);
        cluster.Put(Update("""{"nodeOSUpgradeChannel":"Unmanaged"}""")).ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "CH-88")]
    public void Write_ChannelThatIsStoredAlready_IsNotSettingIt()
    {
        var cluster = WrittenCluster.Made(Profile("SecurityPatch"));
        cluster.HasKubernetes("1.33.12");

        cluster.Put(cluster.Get()).ShouldBeNull();
    }

    [Theory]
    [Trait("Rule", "CH-50")]
    [Trait("Rule", "CH-51")]
    [Trait("Rule", "CH-52")]
    [InlineData("None", "Unmanaged", true)]
    [InlineData("Unmanaged", "SecurityPatch", true)]
    [InlineData("Unmanaged", "NodeImage", true)]
    [InlineData("SecurityPatch", "Unmanaged", true)]
    [InlineData("None", "SecurityPatch", false)]
    [InlineData("NodeImage", "SecurityPatch", false)]
    [InlineData("NodeImage", "None", false)]
    public void Write_ChannelChange_ReimagesLinuxPoolsIfUnmanagedIsOneSide(string from, string to, bool reimages)
    {
        var cluster = WrittenCluster.Made(Profile(from));
        cluster.PutPool("win", """{"properties":{"osType":"Windows"}}""").ShouldBeNull();

        cluster.Put(Update($$"""{"nodeOSUpgradeChannel":"{{to}}"}""")).ShouldBeNull();

        var change = cluster.Admitted!.Channel!;
        (change.From.ToString(), change.To.ToString()).ShouldBe((from, to));
        change.ReimagedPools.ShouldBe(reimages ? ["sys"] : []);
    }

    [Fact]
    [Trait("Rule", "CH-50")]
    public void Write_SameChannel_IsNoChange()
    {
        var cluster = WrittenCluster.Made(Profile("Unmanaged"));

        cluster.Put(Update("""{"nodeOSUpgradeChannel":"Unmanaged"}""")).ShouldBeNull();

        cluster.Admitted!.Channel.ShouldBeNull();
        cluster.Admitted.Changes.ShouldBeFalse();
    }

    [Fact]
    [Trait("Rule", "CH-53")]
    public void Write_ChangeThatReimagesUnderPolicyBlock_IsRefused()
    {
        var cluster = Policed("Block");

        cluster.Put(Update("""{"nodeOSUpgradeChannel":"Unmanaged"}""")).ShouldRefuse(NodeOs, "policy 'Block' forbids", ErrorCodes.NodeDisruptionNotAllowed);
        cluster.Put(Update("""{"nodeOSUpgradeChannel":"None"}""")).ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "CH-53")]
    public void Write_ChangeThatReimagesUnderPolicyAllowDuringWindow_WaitsForTheWindow()
    {
        var cluster = Policed("AllowDuringMaintenanceWindow");
        cluster.PutMaintenance("aksManagedNodeOSUpgradeSchedule",
            """{"properties":{"maintenanceWindow":{"schedule":{"daily":{"intervalDays":1}},"durationHours":4,"startTime":"20:00"}}}""").ShouldBeNull();
        var body = Update("""{"nodeOSUpgradeChannel":"Unmanaged"}""");

        cluster.Put(body).ShouldRefuse(NodeOs, "only while the node OS maintenance window is open", ErrorCodes.NodeDisruptionNotAllowed);
        cluster.Now += Duration.FromHours(9);
        cluster.Put(body).ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "CH-53")]
    public void Write_DisruptionPolicy_IsAPreviewWithAFeature()
    {
        var cluster = WrittenCluster.Made();
        const string body = """{"properties":{"nodeDisruptionProfile":{"nodeDisruptionPolicy":"Block"}}}""";

        cluster.Put(body, "2026-04-01").ShouldRefuse("properties.nodeDisruptionProfile", "previews only", ErrorCodes.PropertyNeedsNewerApiVersion);
        cluster.Put(body, "2026-03-02-preview").ShouldRefuse(
            "properties.nodeDisruptionProfile.nodeDisruptionPolicy", "NodeDisruptionProfile", ErrorCodes.FeatureNotRegistered);
    }

    private static WrittenCluster Policed(string policy)
    {
        var cluster = WrittenCluster.Made();
        cluster.Features.Add("NodeDisruptionProfile");
        cluster.Put("""{"properties":{"nodeDisruptionProfile":{"nodeDisruptionPolicy":"@"}}}""".Replace("@", policy, StringComparison.Ordinal), "2026-03-02-preview").ShouldBeNull();
        return cluster;
    }

    private static string Profile(string channel) => $$"""
        "autoUpgradeProfile":{"nodeOSUpgradeChannel":"{{channel}}"}
        """;

    private static string Update(string profile) => """{"properties":{"autoUpgradeProfile":""" + profile + "}}";

    private static string Channel(JsonObject read) => read["properties"]!["autoUpgradeProfile"]!["nodeOSUpgradeChannel"]!.GetValue<string>();

    private static (string Cluster, string NodeOs) Channels(WrittenCluster cluster)
    {
        var read = cluster.Get(ContainerServiceVersions.Newest.ToString());
        return (read["properties"]!["autoUpgradeProfile"]!["upgradeChannel"]!.GetValue<string>(), Channel(read));
    }
}
