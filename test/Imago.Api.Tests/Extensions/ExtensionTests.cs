using System.Net;
using System.Text.Json.Nodes;
using Imago.Api.Tests.Kit;
using Imago.Application.Catalog;
using Imago.Application.History;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Extensions;

public sealed class ExtensionTests
{
    private const string Version = "?api-version=2026-11-01";
    private const string Base = ApiServer.Cluster + "/providers/Imago";

    [Fact]
    [Trait("Rule", "UP-153")]
    public async Task Pause_NeedsAReason_AndIsKeptWithWhoAndWhenUntilSomebodyResumes()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();

        var refused = await api.SendAsync("POST", $"{Base}/pause{Version}", """{"reason":"x"}""");
        var paused = await api.SendAsync("POST", $"{Base}/pause{Version}", """{"why":"black friday"}""");

        ((JsonArray)refused.Json["error"]!["details"]!).Select(d => (string?)d!["target"]).ShouldBe(["reason", "why"], ignoreOrder: true);
        (paused.Status, (string?)paused.Json["by"]).ShouldBe((HttpStatusCode.OK, "alice"));
        (await StatusAsync(api)).Pause.ShouldBe(new StoredPause("alice", api.Clock.Now, "black friday"));
        (await api.SendAsync("POST", $"{Base}/resume{Version}")).Status.ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(api)).Pause.ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "UP-153")]
    public async Task Pause_OfAPool_LeavesTheClusterAlone()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();

        (await api.SendAsync("POST", $"{Base}/pause{Version}", """{"why":"x","pool":"none"}""")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await api.SendAsync("POST", $"{Base}/pause{Version}", """{"why":"x","pool":"NODEPOOL1"}""")).Status.ShouldBe(HttpStatusCode.OK);

        (await StatusAsync(api)).Pause.ShouldBeNull();
        var pool = await api.Store.FindAsync($"{ApiServer.Cluster}/agentPools/nodepool1".ToLowerInvariant(), CancellationToken.None);
        StatusText.ReadPool(pool!.Status).Pause!.Why.ShouldBe("x");
    }

    [Fact]
    [Trait("Rule", "MW-13")]
    public async Task OverrideWindow_UntilAnInstantInTheFuture_IsStoredAndAudited()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();

        (await api.SendAsync("POST", $"{Base}/overrideWindow{Version}", """{"until":"2026-08-10T12:00:00Z","why":"cve"}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await api.SendAsync("POST", $"{Base}/overrideWindow{Version}", """{"until":"2026-08-11T00:00:00Z"}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await api.SendAsync("POST", $"{Base}/overrideWindow{Version}", """{"until":"2026-08-11T00:00:00Z","why":"cve"}""")).Status.ShouldBe(HttpStatusCode.OK);

        (await StatusAsync(api)).WindowOverrideUntil.ShouldBe(Instant.FromUtc(2026, 8, 11, 0, 0));
        var entry = (await api.ActivitiesAsync())[0];
        (entry.OperationName, entry.Caller, JsonNode.Parse(entry.Properties)!["why"]!.GetValue<string>()).ShouldBe(("Imago/managedClusters/overrideWindow/action", "alice", "cve"));
    }

    [Fact]
    public async Task Nodes_OfACluster_SayWhatTheyRunAndWhyTheyWait()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();
        await api.CreateClusterAsync(ApiServer.Group + "/providers/Microsoft.ContainerService/managedClusters/empty");

        var node = ((JsonArray)(await api.GetAsync($"{Base}/nodes{Version}")).Json["value"]!).ShouldHaveSingleItem()!;

        ((string?)node["image"]).ShouldBe("AKSUbuntu-2204gen2containerd-202607.18.0");
        ((string?)node["state"], (bool?)node["ready"]).ShouldBe(("Pending", true));
        ((string?)node["expectedAt"]).ShouldBe("2026-08-15T22:00:00Z");
        ((string?)node["reasons"]![0]!["code"]).ShouldBe("WindowClosed");
        ((JsonArray)(await api.GetAsync($"{ApiServer.Group}/providers/Microsoft.ContainerService/managedClusters/empty/providers/Imago/nodes{Version}")).Json["value"]!).ShouldBeEmpty();
    }

    [Fact]
    public async Task Forecast_HandsTheQuestionOn_AndRefusalsBack()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();

        (await api.SendAsync("POST", $"{Base}/forecast{Version}", """{"horizonDays":14}""")).Text.ShouldBe("""{"horizonDays":14}""");
        (await api.SendAsync("POST", $"{Base}/forecast{Version}")).Status.ShouldBe(HttpStatusCode.OK);
        (await api.SendAsync("POST", $"{Base}/forecast{Version}", """{"image":"unknown"}""")).ErrorMessage.ShouldBe("Image 'unknown' is not known.");
        (await api.SendAsync("POST", $"{Base}/forecast{Version}", """{"horizonDays":0,"patchLevel":"x"}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Rollouts_AreListedWithTheirDecisions_AndAbortedThroughTheirOperation()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();
        await api.SendAsync("POST", ApiServer.Cluster + "/agentPools/nodepool1/upgradeNodeImageVersion");
        var operation = (await api.OpenAsync()).Single();
        await api.CommitAsync(new StoreBatch { Rollouts = [Rollout(api, operation.Id)], Decisions = [.. Enumerable.Range(1, 3).Select(n => Decision(api, n))] });

        var rollout = ((JsonArray)(await api.GetAsync($"{Base}/rollouts{Version}")).Json["value"]!).ShouldHaveSingleItem()!;
        var decisions = (await api.GetAsync($"{Base}/rollouts/r1/decisions{Version}&$top=2")).Json;
        var rest = (await api.GetAsync(new Uri((string)decisions["nextLink"]!).PathAndQuery)).Json;
        var abort = await api.SendAsync("POST", $"{Base}/rollouts/r1/abort{Version}");

        ((string?)rollout["properties"]!["phase"], (int)rollout["properties"]!["nodes"]!["total"]!).ShouldBe(("Running", 3));
        ((JsonArray)decisions["value"]!).Select(d => (int)d!["number"]!).ShouldBe([1, 2]);
        ((string?)((JsonArray)rest["value"]!).ShouldHaveSingleItem()!["notes"]![0]).ShouldBe("note 3");
        abort.Status.ShouldBe(HttpStatusCode.Accepted, abort.Text);
        ((string?)(await api.GetAsync(abort.Link("Azure-AsyncOperation"))).Json["status"]).ShouldBe("InProgress");
        (await api.OpenAsync()).Single(o => o.Id == operation.Id).Status.ShouldBe(OperationStatus.Canceling);
        (await api.GetAsync($"{Base}/rollouts/r2{Version}")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Release_Published_IsATargetForWhoeverLooks()
    {
        await using var api = await ApiServer.StartAsync();
        var family = new ImageFamily("AKSUbuntu-2204gen2containerd");

        var answer = await api.SendAsync("POST", $"/providers/Imago/releases{Version}", """{"image":"AKSUbuntu-2204gen2containerd-202612.24.0"}""");
        var patch = await api.SendAsync("POST", $"/providers/Imago/releases{Version}", """{"track":"ubuntu2204","level":"20261224T000000Z","rebootRequired":true}""");

        (answer.Status, patch.Status).ShouldBe((HttpStatusCode.OK, HttpStatusCode.OK), answer.Text + patch.Text);
        await api.Services.GetRequiredService<RunningCatalog>().LookAsync(CancellationToken.None);
        var catalog = api.Services.GetRequiredService<ICatalogSource>().Current;
        catalog.LatestImage(family, null, api.Clock.Now)!.Image.Text.ShouldBe("AKSUbuntu-2204gen2containerd-202612.24.0");
        catalog.LatestPatch("ubuntu2204", null, api.Clock.Now)!.NeedsReboot.ShouldBeTrue();
        ((JsonArray)(await api.GetAsync($"/providers/Imago/releases{Version}")).Json["value"]!).Select(r => (string?)r!["name"]).ShouldBe(
            ["AKSUbuntu-2204gen2containerd-202612.24.0", "ubuntu2204@20261224T000000Z"], ignoreOrder: true);
        (await api.SendAsync("POST", $"/providers/Imago/releases{Version}", """{"image":"x","level":"y"}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    [Trait("Rule", "NM-48")]
    public async Task Release_WithAMomentOfArchives_IsPublishedWithAllThatItSays()
    {
        await using var api = await ApiServer.StartAsync();
        const string Level = """
            {"track":"debian12","level":"20261224T000000Z","touchesKernelOrLibc":true,"previous":"20261220T000000Z","sinceImage":{"base":"202612.20.0","rebootRequired":false},
             "archive":[{"pocket":"security","uri":"http://mirror.example/debian-security","suite":"bookworm-security","components":["main"],"date":"2026-12-24T00:00:00Z"}]}
            """;

        (await api.SendAsync("POST", $"/providers/Imago/releases{Version}", Level)).Status.ShouldBe(HttpStatusCode.OK);

        await api.Services.GetRequiredService<RunningCatalog>().LookAsync(CancellationToken.None);
        var patch = api.Services.GetRequiredService<ICatalogSource>().Current.LatestPatch("debian12", null, api.Clock.Now).ShouldNotBeNull();
        (patch.NeedsReboot, patch.Previous.ToString(), patch.SinceImage!.RebootRequired, patch.Archive!.Suites[0].Suite).ShouldBe((true, "20261220T000000Z", false, "bookworm-security"));
        ((JsonArray)(await api.GetAsync($"/providers/Imago/archives{Version}")).Json["value"]!).ShouldBeEmpty();
    }

    private static async Task<ClusterStatus> StatusAsync(ApiServer api) =>
        StatusText.ReadCluster((await api.Store.FindAsync(ApiServer.Cluster.ToLowerInvariant(), CancellationToken.None))!.Status);

    private static StoredRollout Rollout(ApiServer api, string operation)
    {
        var target = NodeImage.Parse("AKSUbuntu-2204gen2containerd-202608.06.1");
        var record = new RolloutRecord
        {
            Id = "r1", Pool = "nodepool1", Target = new RolloutTarget.Image(target), Trigger = RolloutTrigger.Manual, OperationId = operation, StartedAt = api.Clock.Now, OriginalSize = 3,
            Settings = new UpgradeSettings(),
        };
        return new StoredRollout
        {
            Id = "r1", ClusterKey = ApiServer.Cluster.ToLowerInvariant(), Pool = "nodepool1", Target = target.Text, Trigger = "Manual", Phase = "Running", StartedAt = api.Clock.Now,
            OperationId = operation, Record = RecordText.Write(record),
        };
    }

    private static StoredDecision Decision(ApiServer api, int number) =>
        new(ApiServer.Cluster.ToLowerInvariant(), "r1", number, api.Clock.Now, "{}", $$"""{"actions":[],"notes":["note {{number}}"]}""");
}
