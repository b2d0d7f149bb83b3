using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Imago.Api.Documents;
using Imago.Api.Tests.Kit;
using Imago.Application.Attachments;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Domain.Channels;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Records;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Attachments;

public sealed class AttachmentTests
{
    private const string Version = "?api-version=2026-11-01";
    private const string Attached = ApiServer.Cluster + "/providers/Imago/attachments/default";
    private const string Inspect = ApiServer.Group + "/providers/Imago/inspectCluster" + Version;

    [Fact]
    public async Task Inspect_KubeconfigIsGood_TellsPoolsAndFindingsAndStoresNothing()
    {
        await using var api = await GroupAsync();

        var answer = await api.SendAsync("POST", Inspect, Body().ToJsonString());

        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        var pool = ((JsonArray)answer.Json["pools"]!)[1]!;
        ((string?)pool["name"], (int)pool["nodes"]!, (string?)pool["osSku"], (string?)pool["kubelet"], (bool)pool["autoProvisioned"]!).ShouldBe(("Batch_x", 2, "Bottlerocket", "1.27.9", false));
        var finding = ((JsonArray)answer.Json["findings"]!).ShouldHaveSingleItem()!;
        ((string?)finding["code"], (string?)finding["level"], (string?)finding["remedy"]).ShouldBe(("PermissionMissing", "Problem", "Apply the manifest."));
        (await api.Store.ClusterAsync(ApiServer.Cluster.ToLowerInvariant(), CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Put_NewCluster_IsAManagedClusterOnChannelNoneWithThePoolsThatWereFound()
    {
        await using var api = await GroupAsync();

        var created = await api.SendAsync("PUT", Attached + Version, Body().ToJsonString());

        created.Status.ShouldBe(HttpStatusCode.Created, created.Text);
        ((string?)created.Properties["server"], ((JsonArray)created.Json["inspection"]!["pools"]!).Count).ShouldBe(("https://10.0.0.1:6443", 2));
        var shown = await api.GetAsync(ApiServer.Cluster);
        ((string?)shown.Properties["provisioningState"], (string?)shown.Properties["kubernetesVersion"]).ShouldBe(("Succeeded", "1.27.16"));
        ((string?)shown.Properties["autoUpgradeProfile"]!["nodeOSUpgradeChannel"]).ShouldBe("None");
        var pools = ((JsonArray)shown.Properties["agentPoolProfiles"]!).ToDictionary(p => (string)p!["name"]!);
        ((int)pools["system-1"]!["count"]!, (string?)pools["system-1"]!["mode"], (string?)pools["system-1"]!["osSKU"], (string?)pools["system-1"]!["nodeImageVersion"])
            .ShouldBe((3, "System", "Ubuntu", "AKSUbuntu-2204gen2containerd-202606.19.0"));
        (pools["Batch_x"]!["osSKU"], (string?)pools["Batch_x"]!["orchestratorVersion"]).ShouldBe((null, "1.27.9"));
        (await api.OpenAsync()).ShouldBeEmpty();
        api.Signals.Nudged.ShouldContain(ApiServer.Cluster.ToLowerInvariant());
    }

    [Fact]
    public async Task Put_EverythingIsWrong_IsToldAtOnceAndNobodyIsAsked()
    {
        await using var api = await GroupAsync();
        var body = new JsonObject
        {
            ["kubeconfig"] = $"exec: {RealCluster.Secret}",
            ["location"] = "no where!",
            ["pools"] = new JsonArray(
                new JsonObject { ["name"] = "a", ["selector"] = "pool in a" }, new JsonObject { ["name"] = "A", ["selector"] = "x=y" }, new JsonObject { ["name"] = "virtual", ["selecter"] = "x" }),
            ["provider"] = new JsonObject { ["endpoint"] = "http://nodes.example.com", ["token"] = RealCluster.ProviderToken },
            ["wrong"] = 1,
        };

        var refused = await api.SendAsync("PUT", Attached + Version, body.ToJsonString());

        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        ((JsonArray)refused.Json["error"]!["details"]!).Select(d => (string?)d!["target"]).ShouldBe(
            ["wrong", "kubeconfig.users[0].exec", "location", "pools[0].selector", "pools[1].name", "pools[2].selecter", "pools[2].name", "pools[2].selector", "provider.kind", "provider.endpoint"],
            ignoreOrder: true);
        api.Real.Looked.ShouldBeEmpty();
        Secrets(refused.Text).ShouldBeEmpty();
    }

    [Fact]
    public async Task Put_PoolsDifferOnlyInCase_IsRefusedAndNothingIsStored()
    {
        await using var api = await GroupAsync();
        api.Real.Pools.Add(api.Real.Pools[1] with { Name = "batch_X" });

        var refused = await api.SendAsync("PUT", Attached + Version, Body().ToJsonString());

        (refused.Status, (string?)refused.Json["error"]!["target"]).ShouldBe((HttpStatusCode.BadRequest, "pools"));
        refused.Text.ShouldContain("Pools 'Batch_x', 'batch_X' differ in nothing but case");
        (await api.Store.ClusterAsync(ApiServer.Cluster.ToLowerInvariant(), CancellationToken.None)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"kubeconfig": 5}""")]
    [InlineData("""{}""")]
    public async Task Put_NoKubeconfig_IsRefused(string body)
    {
        await using var api = await GroupAsync();

        var refused = await api.SendAsync("PUT", Attached + Version, body);

        (refused.Status, (string?)refused.Json["error"]!["target"]).ShouldBe((HttpStatusCode.BadRequest, "kubeconfig"));
    }

    [Fact]
    public async Task Put_KubeconfigIsTooLarge_IsRefusedWithoutBeingQuoted()
    {
        await using var api = await GroupAsync();
        var large = new StringBuilder(RealCluster.Secret).Append('x', 256 * 1024).ToString();

        var refused = await api.SendAsync("PUT", Attached + Version, new JsonObject { ["kubeconfig"] = large }.ToJsonString());

        (refused.Status, (string?)refused.Json["error"]!["target"]).ShouldBe((HttpStatusCode.BadRequest, "kubeconfig"));
        refused.ErrorMessage.ShouldContain("256 KiB");
        Secrets(refused.Text).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true, HttpStatusCode.BadGateway)]
    [InlineData(false, HttpStatusCode.BadRequest)]
    public async Task Put_ClusterCannotBeLookedAt_SaysWhyAndStoresNothing(bool far, HttpStatusCode status)
    {
        await using var api = await GroupAsync();
        api.Real.Failure = far ? RealCluster.NoAnswer : new FormatException();

        var refused = await api.SendAsync("PUT", Attached + Version, Body().ToJsonString());

        (refused.Status, refused.ErrorCode).ShouldBe((status, "ClusterNotInspected"));
        refused.ErrorMessage.ShouldStartWith("Nobody answers");
        (await api.GetAsync(ApiServer.Cluster)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Put_ClusterIsSimulated_IsAConflict()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();

        (await api.SendAsync("PUT", Attached + Version, Body().ToJsonString())).Status.ShouldBe(HttpStatusCode.Conflict);
        (await api.GetAsync(Attached + Version)).Status.ShouldBe(HttpStatusCode.NotFound);
        var kept = await api.SendAsync("DELETE", Attached + Version);
        kept.Status.ShouldBe(HttpStatusCode.NotFound);
        kept.Text.ShouldContain("is simulated, not attached");
        (await api.SendAsync("POST", ApiServer.Cluster + "/providers/Imago/check" + Version)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Put_Again_KeepsTheSecretsThatAreLeftOutButSendsNoTokenElsewhere()
    {
        await using var api = await AttachedAsync(provider: true);

        var same = await api.SendAsync("PUT", Attached + Version, """{"context":"other","provider":{"kind":"external","endpoint":"https://nodes.example.com/imago"}}""");
        var kept = await StoredAsync(api);
        var elsewhere = await api.SendAsync("PUT", Attached + Version, """{"provider":{"kind":"external","endpoint":"https://evil.example.com/"}}""");

        same.Status.ShouldBe(HttpStatusCode.OK, same.Text);
        (kept.Kubeconfig, kept.Context, kept.Provider!.Token).ShouldBe((Kubeconfig, "other", RealCluster.ProviderToken));
        elsewhere.Status.ShouldBe(HttpStatusCode.OK);
        (await StoredAsync(api)).Provider!.Token.ShouldBeNull();
    }

    [Fact]
    public async Task Put_Again_MayNotTakeTheProviderFromAChannelThatNeedsIt()
    {
        await using var api = await AttachedAsync(provider: true);
        (await PutChannelAsync(api, "NodeImage")).Status.ShouldBe(HttpStatusCode.OK);
        await api.FinishAsync(ApiServer.Cluster);

        var refused = await api.SendAsync("PUT", Attached + Version, "{}");

        (refused.Status, (string?)refused.Json["error"]!["target"]).ShouldBe((HttpStatusCode.BadRequest, "provider"));
    }

    [Fact]
    public async Task Secrets_AreNeitherAnsweredNorNotedNorReadableInTheDatabase()
    {
        await using var api = await AttachedAsync(provider: true);
        var answers = new List<string>();
        foreach (var path in (string[])[Attached + Version, ApiServer.Cluster, ApiServer.Cluster + "/agentPools", ApiServer.Group + "/resources?api-version=2021-04-01", "/openapi/2026-04-01.json"])
        {
            answers.Add((await api.GetAsync(path)).Text);
        }

        answers.Add((await api.SendAsync("POST", ApiServer.Cluster + "/providers/Imago/check" + Version)).Text);
        answers.AddRange((await api.ActivitiesAsync()).Select(a => a.Properties));
        answers.SelectMany(Secrets).ShouldBeEmpty();

        // The kubeconfig is there, and can be had with the key.
        (await StoredAsync(api)).Kubeconfig.ShouldBe(Kubeconfig);
        foreach (var file in Directory.GetFiles(api.Folder, "imago.db*").Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes, TestContext.Current.CancellationToken);
            foreach (var secret in (string[])[RealCluster.Secret, RealCluster.ProviderToken])
            {
                bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)).ShouldBe(-1, file);
                bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)))).ShouldBe(-1, file);
            }
        }
    }

    [Fact]
    public async Task Secrets_OfAnotherDataKey_MakeTheClusterUnreachable()
    {
        await using var api = await AttachedAsync();
        var key = AttachmentDocument.KeyOf(ApiServer.Cluster.ToLowerInvariant());
        var stored = (await api.Store.FindAsync(key, CancellationToken.None))!;
        var other = AttachmentDocument.Write((await StoredAsync(api)) with { ClusterKey = "/another" }, "https://10.0.0.1:6443", api.Services.GetRequiredService<ISecretBox>());
        await api.CommitAsync(new StoreBatch { Resources = [new ResourceWrite.Document(other, stored.Version, api.Clock.Now) { Key = key }] });

        var check = await api.SendAsync("POST", ApiServer.Cluster + "/providers/Imago/check" + Version);

        (check.Status, check.ErrorCode).ShouldBe((HttpStatusCode.ServiceUnavailable, "ClusterUnreachable"));
        check.ErrorMessage.ShouldContain("data key");
    }

    [Fact]
    public async Task Check_KubernetesWasUpgraded_NotesItAndHasTheEngineLook()
    {
        await using var api = await AttachedAsync();
        api.Real.Version = "v1.28.0";
        var before = api.Signals.Nudged.Count;

        (await api.SendAsync("POST", ApiServer.Cluster + "/providers/Imago/check" + Version)).Status.ShouldBe(HttpStatusCode.OK);

        var shown = await api.GetAsync(ApiServer.Cluster);
        ((string?)shown.Properties["kubernetesVersion"], (string?)shown.Properties["currentKubernetesVersion"]).ShouldBe(("1.28.0", "1.28.0"));
        api.Signals.Nudged.Count.ShouldBe(before + 1);
        (await api.ActivitiesAsync())[0].OperationName.ShouldBe("Imago/managedClusters/check/action");
    }

    [Fact]
    [Trait("Rule", "UP-25")]
    public async Task Limits_OfTheProvider_AreNotedWithEachLookAndKeptWhileItIsSilent()
    {
        await using var api = await GroupAsync();
        api.Real.Limits = new ProviderLimits { LargestPool = 9 };
        await api.SendAsync("PUT", Attached + Version, Body(provider: true).ToJsonString());
        (await RoomAsync(api)).ShouldBe((9, 9));

        api.Real.Limits = new ProviderLimits { LargestPool = 20, Pools = ImmutableSortedDictionary<string, int>.Empty.Add("Batch_x", 3) };
        (await api.SendAsync("POST", ApiServer.Cluster + "/providers/Imago/check" + Version)).Status.ShouldBe(HttpStatusCode.OK);
        (await RoomAsync(api)).ShouldBe((20, 3));

        api.Real.Limits = null;
        (await api.SendAsync("POST", ApiServer.Cluster + "/providers/Imago/check" + Version)).Status.ShouldBe(HttpStatusCode.OK);
        (await RoomAsync(api)).ShouldBe((20, 3));

        (await api.SendAsync("PUT", Attached + Version, "{}")).Status.ShouldBe(HttpStatusCode.OK);
        (await RoomAsync(api)).ShouldBe((1000, 1000), "the provider is not named any more");
    }

    [Fact]
    public async Task Secrets_AreInNoLogWhateverGoesWrong()
    {
        var log = new CapturedLog();
        await using var api = await ApiServer.StartAsync(services: s => s.AddLogging(l => l.SetMinimumLevel(LogLevel.Trace).AddProvider(log)));
        (await api.PutAsync(ApiServer.Group, new JsonObject { ["location"] = "north-1" })).Status.ShouldBe(HttpStatusCode.Created);
        var body = Body(provider: true).ToJsonString();
        var check = ApiServer.Cluster + "/providers/Imago/check" + Version;

        await api.SendAsync("POST", Inspect, body);
        await api.SendAsync("PUT", Attached + Version, body);
        await api.SendAsync("PUT", Attached + Version, "{}");
        await api.SendAsync("POST", check);
        await api.SendAsync("PUT", Attached + Version, body[..^5]);
        await api.SendAsync("PUT", Attached + Version, body.Replace("users:", "exec:", StringComparison.Ordinal));
        foreach (var failure in (Exception[])[RealCluster.NoAnswer, new FormatException($"cannot read {RealCluster.Secret}")])
        {
            api.Real.Failure = failure;
            await api.SendAsync("POST", Inspect, body);
            await api.SendAsync("PUT", Attached + Version, body);
            await api.SendAsync("POST", check);
        }

        await api.SendAsync("DELETE", Attached + Version);

        log.Lines.ShouldNotBeEmpty();
        log.Lines.SelectMany(Secrets).ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "UP-66")]
    public async Task Delete_OfTheAttachmentOrTheCluster_IsOneDetachmentEvenWhileSomethingIsUnderWay()
    {
        await using var api = await AttachedAsync(provider: true);
        await api.SendAsync("POST", ApiServer.Cluster + "/agentPools/system-1/upgradeNodeImageVersion");

        var detach = await api.SendAsync("DELETE", Attached + Version);
        var delete = await api.SendAsync("DELETE", ApiServer.Cluster);

        (detach.Status, delete.Status).ShouldBe((HttpStatusCode.Accepted, HttpStatusCode.Accepted));
        (await api.OpenAsync()).Select(o => o.Kind).ShouldBe([OperationKind.UpgradeNodeImage, OperationKind.DeleteCluster], ignoreOrder: true);
        new Uri(delete.Header("Azure-AsyncOperation")!).AbsolutePath.ShouldBe(new Uri(detach.Header("Azure-AsyncOperation")!).AbsolutePath);
        ((string?)(await api.GetAsync(ApiServer.Cluster)).Properties["provisioningState"]).ShouldBe("Deleting");
        (await api.SendAsync("PUT", Attached + Version, Body().ToJsonString())).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Delete_WithForce_SaysWhatStaysAndHurriesADetachmentThatIsUnderWay()
    {
        await using var api = await AttachedAsync();
        await api.SendAsync("DELETE", Attached + Version);

        var bad = await api.SendAsync("DELETE", Attached + Version + "&force=perhaps");
        var forced = await api.SendAsync("DELETE", Attached + Version + "&force=true");

        bad.Status.ShouldBe(HttpStatusCode.BadRequest);
        forced.Status.ShouldBe(HttpStatusCode.Accepted);
        ((string?)forced.Json["warning"])!.ShouldContain("imago.dev/cordon");
        (await api.OpenAsync()).ShouldHaveSingleItem();
        StatusText.ReadCluster((await api.Store.FindAsync(ApiServer.Cluster.ToLowerInvariant(), CancellationToken.None))!.Status).LeftAsItIs.ShouldBeTrue();
        await api.FinishAsync(ApiServer.Cluster);
        (await api.SendAsync("DELETE", Attached + Version)).Status.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Get_ClusterIsUnreachable_SaysSinceWhenAndWhy()
    {
        await using var api = await AttachedAsync();
        var stored = (await api.Store.FindAsync(ApiServer.Cluster.ToLowerInvariant(), CancellationToken.None))!;
        var status = StatusText.ReadCluster(stored.Status) with { Unreachable = new StoredOutage(api.Clock.Now, "no route to host"), ProvisioningState = ProvisioningState.Succeeded };
        await api.CommitAsync(new StoreBatch { Resources = [new ResourceWrite.Status(StatusText.Write(status), stored.StatusVersion) { Key = stored.Key }] });

        var shown = await api.GetAsync(Attached + Version);

        ((string?)shown.Properties["unreachable"]!["error"], (string?)shown.Properties["unreachable"]!["since"]).ShouldBe(("no route to host", "2026-08-10T12:00:00Z"));
    }

    internal const string Kubeconfig = $"users: [{{token: {RealCluster.Secret}}}]";

    internal static JsonObject Body(bool provider = false)
    {
        var body = new JsonObject { ["kubeconfig"] = Kubeconfig };
        if (provider)
        {
            body["provider"] = new JsonObject { ["kind"] = "external", ["endpoint"] = "https://nodes.example.com/imago", ["token"] = RealCluster.ProviderToken };
        }

        return body;
    }

    internal static async Task<ApiServer> GroupAsync()
    {
        var api = await ApiServer.StartAsync();
        (await api.PutAsync(ApiServer.Group, new JsonObject { ["location"] = "north-1" })).Status.ShouldBe(HttpStatusCode.Created);
        return api;
    }

    internal static async Task<ApiServer> AttachedAsync(bool provider = false)
    {
        var api = await GroupAsync();
        (await api.SendAsync("PUT", Attached + Version, Body(provider).ToJsonString())).Status.ShouldBe(HttpStatusCode.Created);
        return api;
    }

    internal static async Task<Answer> PutChannelAsync(ApiServer api, string channel)
    {
        var body = (await api.GetAsync(ApiServer.Cluster)).Json;
        body["properties"]!["autoUpgradeProfile"]!["nodeOSUpgradeChannel"] = channel;
        return await api.PutAsync(ApiServer.Cluster, body);
    }

    // What the planner gets of both pools, one with a limit of its own.
    private static async Task<(int System, int Batch)> RoomAsync(ApiServer api)
    {
        var stored = await api.Store.ClusterAsync(ApiServer.Cluster.ToLowerInvariant(), CancellationToken.None);
        var pools = new IntentReader(ReleaseRings.Default, KubernetesCalendar.Default).Read(stored, api.Clock.Now).Spec.Pools.ToDictionary(p => p.Name, p => p.Provider.SizeLimit);
        return (pools["system-1"], pools["Batch_x"]);
    }

    private static async Task<Attachment> StoredAsync(ApiServer api) =>
        (await api.Services.GetRequiredService<IAttachments>().FindAsync(ApiServer.Cluster.ToLowerInvariant(), CancellationToken.None)).ShouldNotBeNull();

    private static IEnumerable<string> Secrets(string text) => ((string[])[RealCluster.Secret, RealCluster.ProviderToken]).Where(s => text.Contains(s, StringComparison.Ordinal));
}
