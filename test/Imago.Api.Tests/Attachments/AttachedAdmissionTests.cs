using System.Net;
using System.Text.Json.Nodes;
using Imago.Api.Tests.Kit;
using Imago.Application.Engine;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Attachments;

public sealed class AttachedAdmissionTests
{
    private const string Version = "?api-version=2026-11-01";
    private const string Attached = ApiServer.Cluster + "/providers/Imago/attachments/default";
    private const string Pool = ApiServer.Cluster + "/agentPools/system-1";

    [Theory]
    [InlineData("count", "4")]
    [InlineData("vmSize", "\"Standard_D4ds_v5\"")]
    [InlineData("osSKU", "\"AzureLinux\"")]
    [InlineData("nodeLabels", "{\"a\":\"b\"}")]
    [InlineData("nodeTaints", "[\"a=b:NoSchedule\"]")]
    [InlineData("availabilityZones", "[\"z-a\"]")]
    [InlineData("enableAutoScaling", "true")]
    [InlineData("orchestratorVersion", "\"1.28.0\"")]
    public async Task PutPool_WhatNodesAre_IsRefusedWithItsName(string field, string value)
    {
        await using var api = await AttachmentTests.AttachedAsync();
        var pool = (await api.GetAsync(Pool)).Json;
        pool["properties"]![field] = JsonNode.Parse(value);

        var refused = await api.PutAsync(Pool, pool);

        refused.Status.ShouldBe(HttpStatusCode.BadRequest, refused.Text);
        Targets(refused).ShouldContain($"properties.{field}");
    }

    [Fact]
    public async Task PutPool_HowNodesAreUpgraded_IsTakenFromTheWholeObjectThatClientsSendBack()
    {
        await using var api = await AttachmentTests.AttachedAsync();
        var pool = (await api.GetAsync(Pool)).Json;
        pool["properties"]!["upgradeSettings"] = new JsonObject { ["maxSurge"] = "50%", ["upgradePriority"] = 5, ["canary"] = "None" };
        pool["properties"]!["enableAutoScaling"] = false;
        pool["properties"]!["nodeTaints"] = new JsonArray();

        var taken = await api.PutAsync(Pool, pool);

        taken.Status.ShouldBe(HttpStatusCode.OK, taken.Text);
        ((string?)taken.Properties["upgradeSettings"]!["maxSurge"], (int)taken.Properties["upgradeSettings"]!["upgradePriority"]!).ShouldBe(("50%", 5));
    }

    [Fact]
    public async Task PutCluster_AsItIs_IsNothingNewAlsoWithNamesThatAksDoesNotHave()
    {
        await using var api = await AttachmentTests.AttachedAsync();

        // What is only decoration is stored with the first write, as for any cluster.
        var first = await api.PutAsync(ApiServer.Cluster, (await api.GetAsync(ApiServer.Cluster)).Json);
        await api.FinishAsync(ApiServer.Cluster);
        var second = await api.PutAsync(ApiServer.Cluster, (await api.GetAsync(ApiServer.Cluster)).Json);

        (first.Status, second.Status).ShouldBe((HttpStatusCode.OK, HttpStatusCode.OK), first.Text);
        (await api.OpenAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task PutCluster_PoolsAreAddedChangedOrLeftOut_IsRefused()
    {
        await using var api = await AttachmentTests.AttachedAsync();
        var body = (await api.GetAsync(ApiServer.Cluster)).Json;
        var pools = (JsonArray)body["properties"]!["agentPoolProfiles"]!;
        pools.Remove(pools.Single(p => (string?)p!["name"] == "Batch_x"));
        pools[0]!["count"] = 7;
        pools.Add(new JsonObject { ["name"] = "more", ["count"] = 1 });

        var refused = await api.PutAsync(ApiServer.Cluster, body);

        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Text.ShouldContain("'Batch_x' cannot be left out");
        refused.Text.ShouldContain("'more' cannot be made");
        Targets(refused).ShouldContain("properties.agentPoolProfiles[0].count");
    }

    [Theory]
    [InlineData("NodeImage")]
    [InlineData("SecurityPatch")]
    public async Task PutCluster_ChannelReimagesAndNobodyCan_IsRefusedWithWhatToDo(string channel)
    {
        await using var api = await AttachmentTests.AttachedAsync();

        var refused = await AttachmentTests.PutChannelAsync(api, channel);

        (refused.Status, (string?)refused.Json["error"]!["target"]).ShouldBe((HttpStatusCode.BadRequest, "properties.autoUpgradeProfile.nodeOSUpgradeChannel"));
        refused.ErrorMessage.ShouldContain("--provider");
        (await AttachmentTests.PutChannelAsync(api, "Unmanaged")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("NodeImage")]
    [InlineData("SecurityPatch")]
    [Trait("Rule", "CH-30")]
    [Trait("Rule", "UP-31")]
    public async Task PutCluster_AgentsPatchInPlace_TakesTheChannelAndPatchesLiveWithoutSurge(string channel)
    {
        await using var api = await AttachmentTests.GroupAsync();
        var body = AttachmentTests.Body();
        body["provider"] = new JsonObject { ["kind"] = "in-place" };
        (await api.SendAsync("PUT", Attached + Version, body.ToJsonString())).Status.ShouldBe(HttpStatusCode.Created);

        (await AttachmentTests.PutChannelAsync(api, channel)).Status.ShouldBe(HttpStatusCode.OK);

        var spec = api.Services.GetRequiredService<IIntentReader>().Read(await api.Store.ClusterAsync(ApiServer.Cluster.ToLowerInvariant(), CancellationToken.None), api.Clock.Now).Spec;
        (spec.Attached, spec.LivePatching).ShouldBe((true, true));
        spec.Pools.ShouldAllBe(p => p.Provider.InPlace && !p.Provider.CanSurge);
        ((string?)(await api.GetAsync(Attached + Version)).Properties["provider"]!["kind"]).ShouldBe("in-place");
    }

    [Theory]
    [InlineData(true, HttpStatusCode.OK)]
    [InlineData(false, HttpStatusCode.BadRequest)]
    [Trait("Rule", "CH-53")]
    public async Task PutCluster_ChannelChangeUnderPolicyBlock_IsRefusedOnlyWhereSomebodyReimages(bool inPlace, HttpStatusCode expected)
    {
        await using var api = inPlace ? await AttachmentTests.GroupAsync() : await AttachmentTests.AttachedAsync(provider: true);
        if (inPlace)
        {
            var body = AttachmentTests.Body();
            body["provider"] = new JsonObject { ["kind"] = "in-place" };
            (await api.SendAsync("PUT", Attached + Version, body.ToJsonString())).Status.ShouldBe(HttpStatusCode.Created);
        }

        (await AttachmentTests.PutChannelAsync(api, "SecurityPatch")).Status.ShouldBe(HttpStatusCode.OK);
        await api.FinishAsync(ApiServer.Cluster);
        const string feature = "/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.Features/providers/Microsoft.ContainerService/features/NodeDisruptionProfile/register?api-version=2021-07-01";
        (await api.SendAsync("POST", feature)).Status.ShouldBe(HttpStatusCode.OK);
        api.Clock.Now += Duration.FromMinutes(1);
        var cluster = (await api.GetAsync(ApiServer.Cluster + "?api-version=2026-03-02-preview")).Json;
        cluster["properties"]!["nodeDisruptionProfile"] = new JsonObject { ["nodeDisruptionPolicy"] = "Block" };
        var policed = await api.SendAsync("PUT", ApiServer.Cluster + "?api-version=2026-03-02-preview", cluster.ToJsonString());
        policed.Status.ShouldBe(HttpStatusCode.OK, policed.Text);
        await api.FinishAsync(ApiServer.Cluster);

        var changed = await AttachmentTests.PutChannelAsync(api, "Unmanaged");

        changed.Status.ShouldBe(expected, changed.Text);
    }

    [Fact]
    public async Task Put_InPlaceWithAddressOrToken_IsRefusedAndQuotesNothing()
    {
        await using var api = await AttachmentTests.GroupAsync();
        var body = AttachmentTests.Body(provider: true);
        body["provider"]!["kind"] = "in-place";

        var refused = await api.SendAsync("PUT", Attached + Version, body.ToJsonString());

        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        Targets(refused).ShouldBe(["provider.endpoint", "provider.token"], ignoreOrder: true);
        refused.Text.ShouldNotContain(RealCluster.ProviderToken);
    }

    // Kubernetes 1.27 is out of support; the distribution of an attached cluster has its own dates.
    [Fact]
    [Trait("Rule", "CH-86")]
    [Trait("Rule", "CH-50")]
    public async Task PutCluster_MinorIsUnsupported_TakesTheChannelAllTheSameAndReimagesNothingForIt()
    {
        await using var api = await AttachmentTests.AttachedAsync(provider: true);
        (await AttachmentTests.PutChannelAsync(api, "Unmanaged")).Status.ShouldBe(HttpStatusCode.OK);
        await api.FinishAsync(ApiServer.Cluster);

        (await AttachmentTests.PutChannelAsync(api, "NodeImage")).Status.ShouldBe(HttpStatusCode.OK);

        (await api.OpenAsync()).ShouldHaveSingleItem().Kind.ShouldBe(Application.Storage.OperationKind.UpdateCluster);
        var spec = api.Services.GetRequiredService<IIntentReader>().Read(await api.Store.ClusterAsync(ApiServer.Cluster.ToLowerInvariant(), CancellationToken.None), api.Clock.Now).Spec;
        (spec.Attached, spec.LivePatching, spec.Ring).ShouldBe((true, false, null));
        spec.Pools.Select(p => (p.Name, p.Family?.ToString())).ShouldBe([("Batch_x", null), ("system-1", "AKSUbuntu-2204gen2containerd")]);
    }

    [Theory]
    [InlineData("POST", "/start", HttpStatusCode.Conflict)]
    [InlineData("POST", "/stop", HttpStatusCode.Conflict)]
    [InlineData("POST", "/listClusterAdminCredential", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/listClusterUserCredential", HttpStatusCode.BadRequest)]
    [InlineData("DELETE", "/agentPools/system-1", HttpStatusCode.Conflict)]
    [InlineData("DELETE", "/agentPools/Batch_x", HttpStatusCode.Conflict)]
    [InlineData("POST", "/agentPools/system-1/upgradeNodeImageVersion", HttpStatusCode.BadRequest)]
    public async Task Actions_OnNodesOfOthers_AreRefused(string method, string path, HttpStatusCode status)
    {
        await using var api = await AttachmentTests.AttachedAsync();

        var refused = await api.SendAsync(method, ApiServer.Cluster + path);

        refused.Status.ShouldBe(status, refused.Text);
        refused.ErrorMessage.ShouldContain("attached");
        (await api.OpenAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task PutPool_NewOne_IsRefused()
    {
        await using var api = await AttachmentTests.AttachedAsync();

        var refused = await api.PutAsync(ApiServer.Cluster + "/agentPools/extra", Bodies.Pool());

        (refused.Status, refused.ErrorCode).ShouldBe((HttpStatusCode.BadRequest, "OperationNotAllowed"));
    }

    private static IEnumerable<string?> Targets(Answer refused)
    {
        var error = refused.Json["error"]!;
        return error["details"] is JsonArray details ? details.Select(d => (string?)d!["target"]) : [(string?)error["target"]];
    }
}
