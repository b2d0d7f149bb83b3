using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Imago.Api.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Profiles;

public sealed class ProfileTests
{
    [Fact]
    [Trait("Rule", "AZ-13")]
    [Trait("Rule", "EV-74")]
    public async Task ClusterProfile_NamesTheNextMinorAndNothingBeyond()
    {
        await using var api = await ApiServer.StartAsync();
        var body = Bodies.Cluster();
        body["properties"]!["kubernetesVersion"] = "1.34";
        await api.CreateClusterAsync(body: body);

        var profile = (await api.GetAsync(ApiServer.Cluster + "/upgradeProfiles/default")).Properties;
        var pools = (await api.GetAsync(ApiServer.Cluster + "/availableAgentPoolVersions")).Properties;

        ((string?)profile["controlPlaneProfile"]!["kubernetesVersion"]).ShouldBe("1.34.9");
        ((JsonArray)profile["controlPlaneProfile"]!["upgrades"]!).Select(u => (string?)u!["kubernetesVersion"]).ShouldBe(["1.35.6"]);
        ((string?)profile["agentPoolProfiles"]![0]!["name"]).ShouldBe("nodepool1");
        ((JsonArray)pools["agentPoolVersions"]!).Select(v => (string?)v!["kubernetesVersion"]).ShouldBe(["1.34.9"]);
    }

    [Theory]
    [Trait("Rule", "AZ-18")]
    [Trait("Rule", "EV-73")]
    [InlineData("2026-04-01", true)]
    [InlineData("2025-08-02-preview", true)]
    [InlineData("2025-03-01", false)]
    public async Task PoolProfile_NamesTheLatestImageOfTheRegion(string version, bool showsRecent)
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();

        var profile = (await api.GetAsync(ApiServer.Cluster + "/agentPools/nodepool1/upgradeProfiles/default?api-version=" + version)).Properties;

        ((string?)profile["latestNodeImageVersion"]).ShouldNotBeNull().ShouldStartWith("AKSUbuntu-");
        ((string?)profile["osType"]).ShouldBe("Linux");
        profile.ContainsKey("recentlyUsedVersions").ShouldBe(showsRecent);
    }

    [Fact]
    [Trait("Rule", "AZ-14")]
    [Trait("Rule", "EV-78")]
    [Trait("Rule", "CU-40")]
    public async Task KubernetesVersions_OfARegion_AreTheSupportedMinors()
    {
        await using var api = await ApiServer.StartAsync();
        const string versions = $"/subscriptions/{ApiServer.Subscription}/providers/Microsoft.ContainerService/locations/north-1/kubernetesVersions";

        var values = (JsonArray)(await api.GetAsync(versions)).Json["values"]!;

        var supported = values.Where(v => ((JsonArray)v!["capabilities"]!["supportPlan"]!).Select(p => (string?)p).Contains("KubernetesOfficial")).Select(v => (string?)v!["version"]);
        supported.ShouldBe(["1.36", "1.35", "1.34"]);
        values.Single(v => (bool)v!["isDefault"]!)!["version"]!.GetValue<string>().ShouldBe("1.35");
        ((JsonArray)values[1]!["patchVersions"]!["1.35.6"]!["upgrades"]!).Select(u => (string?)u).ShouldBe(["1.36.2"]);
        (await api.GetAsync(versions.Replace("north-1", "no%20where!", StringComparison.Ordinal))).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Credentials_OfANode_AreOfThatNodeAndLogged()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();
        const string path = ApiServer.Cluster + "/providers/Imago/listNodeCredential?api-version=2026-11-01";

        var node = (await api.SendAsync("POST", path, """{"node":"rack-7.example"}""")).Json["kubeconfigs"]![0]!;
        var bad = await api.SendAsync("POST", path, """{"node":"Rack 7"}""");

        var text = Encoding.UTF8.GetString(Convert.FromBase64String((string)node["value"]!));
        ((string?)node["name"]).ShouldBe("node");
        text.ShouldContain("user: 'system:node:rack-7.example'");
        text.ShouldContain("token: 'token-of-rack-7.example'");
        bad.Status.ShouldBe(HttpStatusCode.BadRequest);
        bad.Json.ToJsonString().ShouldContain("is no name of a node");
    }

    [Fact]
    [Trait("Rule", "AZ-12")]
    [Trait("Rule", "AZ-57")]
    public async Task Credentials_OfAdmin_UseThePlainNameAsContext()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();

        var admin = (await api.SendAsync("POST", ApiServer.Cluster + "/listClusterAdminCredential")).Json["kubeconfigs"]![0]!;
        var user = (await api.SendAsync("POST", ApiServer.Cluster + "/listClusterUserCredential")).Json["kubeconfigs"]![0]!;

        var text = Encoding.UTF8.GetString(Convert.FromBase64String((string)admin["value"]!));
        text.ShouldContain("current-context: 'shop-prod'\n");
        text.ShouldContain("server: 'https://127.0.0.1:6443/clusters/shop'\n    certificate-authority-data: ");
        text.ShouldContain("token: 'admin-token'");
        ((string?)user["name"]).ShouldBe("clusterUser");
        Encoding.UTF8.GetString(Convert.FromBase64String((string)user["value"]!)).ShouldContain("user: 'clusterUser_rg-shop_shop-prod'");
    }
}
