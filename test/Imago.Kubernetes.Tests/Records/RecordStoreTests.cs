using System.Text.Json.Nodes;
using Imago.Application.History;
using Imago.Application.Ports;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Records;
using Imago.Kubernetes.Tests.Clusters.Kit;
using Imago.Kubernetes.Transport;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Records;

public sealed class RecordStoreTests : IAsyncLifetime
{
    private static readonly Instant Noon = Instant.FromUtc(2026, 11, 25, 12, 0);
    private MiniApi _api = null!;
    private KubernetesClient _client = null!;
    private RecordStore _records = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await MiniApi.StartAsync();
        _client = _api.Connect();
        _records = new RecordStore(_client, "imago-system");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task Write_FirstRecord_IsAConfigMapThatPeopleCanRead()
    {
        var stored = await WriteAsync(Rollout(), null);

        stored.ShouldNotBeNull();
        var map = _api.Find("configmaps", "imago-system", "rollout-apps")!;
        map["metadata"]!["labels"]!["app.kubernetes.io/managed-by"]!.GetValue<string>().ShouldBe("imago");
        map["metadata"]!["labels"]!["imago.dev/pool"]!.GetValue<string>().ShouldBe("apps");
        map["metadata"]!["annotations"]!["imago.dev/phase"]!.GetValue<string>().ShouldBe("Running");
        map["metadata"]!["annotations"]!["imago.dev/progress"]!.GetValue<string>().ShouldBe("0 upgraded, 1 under way, 0 surge, of 3");
        ShouldBeSame((await new RecordStore(_client, "imago-system").ReadAsync(Cancellation))["apps"], stored);
    }

    [Fact]
    public async Task Write_PoolWithANameThatNoLabelHas_IsStoredAndFoundAgain()
    {
        var pool = $"workers.{new string('w', 100)}";
        await WriteAsync(Rollout() with { Pool = pool }, null);

        var label = _api.All("configmaps").ShouldHaveSingleItem()["metadata"]!["labels"]!["imago.dev/pool"]!.GetValue<string>();
        label.Length.ShouldBeLessThanOrEqualTo(63);
        label.ShouldStartWith("workers.w");
        (await new RecordStore(_client, "imago-system").ReadAsync(Cancellation)).Keys.ShouldBe([pool]);
    }

    [Fact]
    public async Task Read_PackedTextWithoutEnd_IsRefused()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            var spaces = new byte[1 << 20];
            spaces.AsSpan().Fill((byte)' ');
            for (var i = 0; i < 100; i++)
            {
                await gzip.WriteAsync(spaces, Cancellation);
            }
        }

        var map = new ConfigMap
        {
            Metadata = new ObjectMeta { Namespace = "imago-system", Name = "rollout-apps" },
            BinaryData = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("record.json.gz", Convert.ToBase64String(packed.ToArray())),
        };

        Should.Throw<ConnectionException>(() => RecordMap.Read(map)).Message.ShouldContain("longer than");
    }

    [Fact]
    public async Task Read_NothingThere_MakesNothing()
    {
        (await _records.ReadAsync(Cancellation)).ShouldBeEmpty();
        _api.Writes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Read_OwnWrites_CostNoRequest()
    {
        var stored = (await WriteAsync(Rollout(), null))!;
        var calls = _api.Calls.Count;

        (await _records.ReadAsync(Cancellation))["apps"].ShouldBe(stored);
        _api.Calls.Count.ShouldBe(calls);
    }

    [Fact]
    public async Task Write_AnotherHasWritten_LosesAndReadsAgain()
    {
        var stored = (await WriteAsync(Rollout(), null))!;
        var other = (await new RecordStore(_client, "imago-system").WriteAsync(stored.Record with { Attempt = 2 }, stored.Version, Cancellation)).Stored!;

        (await WriteAsync(stored.Record with { Attempt = 3 }, stored.Version)).ShouldBeNull();
        ShouldBeSame((await _records.ReadAsync(Cancellation))["apps"], other);
    }

    [Fact]
    public async Task Write_FirstRecordOfTwoAtOnce_OneLoses()
    {
        var other = new RecordStore(_client, "imago-system");
        await other.ReadAsync(Cancellation);
        await _records.ReadAsync(Cancellation);
        (await WriteAsync(Rollout(), null)).ShouldNotBeNull();

        (await other.WriteAsync(Rollout(), null, Cancellation)).Stored.ShouldBeNull();
    }

    [Fact]
    public async Task Write_HigherEpochIsStored_IsRefused()
    {
        var stored = (await WriteAsync(Rollout() with { Epoch = 7 }, null))!;

        (await WriteAsync(stored.Record with { Epoch = 6 }, stored.Version)).ShouldBeNull();
        (await _records.ReadAsync(Cancellation))["apps"].Record.Epoch.ShouldBe(7);
    }

    [Fact]
    public async Task Write_NoAnswer_ReadsAgainBeforeAnythingElse()
    {
        var stored = (await WriteAsync(Rollout(), null))!;
        _api.Fault = call => call.StartsWith("PUT", StringComparison.Ordinal) ? 500 : null;
        await Should.ThrowAsync<ConnectionException>(async () => await WriteAsync(stored.Record with { Attempt = 2 }, stored.Version));
        _api.Fault = _ => null;
        var calls = _api.Calls.Count;

        ShouldBeSame((await _records.ReadAsync(Cancellation))["apps"], stored);
        _api.Calls.Skip(calls).ShouldBe(["GET configmaps/imago-system"]);
    }

    [Fact]
    public async Task Write_LongRecord_IsCompressedAndReadsTheSame()
    {
        var nodes = Enumerable.Range(0, 4000).Select(i => KeyValuePair.Create($"aks-apps-11111111-vmss{i:000000}", Node()));
        var record = Rollout() with { Active = RolloutRecord.EmptyActive.AddRange(nodes) };
        (await WriteAsync(record, null)).ShouldNotBeNull();

        var map = _api.Find("configmaps", "imago-system", "rollout-apps")!;
        map["data"].ShouldBeNull();
        map["binaryData"]!["record.json.gz"]!.GetValue<string>().Length.ShouldBeLessThan(500_000);
        (await new RecordStore(_client, "imago-system").ReadAsync(Cancellation))["apps"].Record.Active.Count.ShouldBe(4000);

        // And back, when it is short again.
        var stored = (await _records.ReadAsync(Cancellation))["apps"];
        (await WriteAsync(Rollout(), stored.Version)).ShouldNotBeNull();
        _api.Find("configmaps", "imago-system", "rollout-apps")!["binaryData"].ShouldBeNull();
    }

    [Fact]
    public async Task Read_RecordCannotBeRead_StopsAndSaysWhatToDo()
    {
        await WriteAsync(Rollout(), null);
        var map = _api.Find("configmaps", "imago-system", "rollout-apps")!;
        map["data"]!["record.json"] = "{";
        _api.Put("configmaps", "imago-system", "rollout-apps", map);

        var failure = await Should.ThrowAsync<ConnectionException>(async () => await new RecordStore(_client, "imago-system").ReadAsync(Cancellation));
        failure.Message.ShouldContain("kubectl delete configmap -n imago-system rollout-apps");
    }

    [Fact]
    public async Task DeleteAll_LeavesOthersMapsAlone()
    {
        await WriteAsync(Rollout(), null);
        _api.Put("configmaps", "imago-system", "theirs", new JsonObject());
        await _records.DeleteAllAsync(Cancellation);
        await _records.DeleteAllAsync(Cancellation);

        _api.All("configmaps").Select(m => m["metadata"]!["name"]!.GetValue<string>()).ShouldBe(["theirs"]);
    }

    [Theory]
    [InlineData("apps", "rollout-apps")]
    [InlineData("md-0", "rollout-md-0")]
    [InlineData("Apps_1", "rollout-apps-1.")]
    [InlineData("apps_1", "rollout-apps-1.")]
    public void MapOf_AnyPool_IsANameTheApiTakes(string pool, string name)
    {
        RecordNames.MapOf(pool).ShouldStartWith(name);
        RecordNames.MapOf(pool).ShouldMatch("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$");
        RecordNames.MapOf("Apps_1").ShouldNotBe(RecordNames.MapOf("apps_1"));
    }

    internal static RolloutRecord Rollout() => new()
    {
        Id = "apps-20261125T120000Z",
        Pool = "apps",
        Target = new RolloutTarget.Image(NodeImage.Parse("AKSUbuntu-2204gen2containerd-202611.20.0")),
        StartedAt = Noon,
        OriginalSize = 3,
        Settings = new UpgradeSettings(),
        Active = RolloutRecord.EmptyActive.Add("n1", Node()),
    };

    private static NodeProgress Node() => new()
    {
        Work = NodeWork.Reimage,
        Step = NodeStep.Draining,
        StartedAt = Noon,
        Since = Noon,
        From = "AKSUbuntu-2204gen2containerd-202407.29.0",
        To = "AKSUbuntu-2204gen2containerd-202611.20.0",
        Uid = "uid-n1",
    };

    private static void ShouldBeSame(StoredRecord read, StoredRecord written)
    {
        read.Version.ShouldBe(written.Version);
        RecordText.Write(read.Record).ShouldBe(RecordText.Write(written.Record));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<StoredRecord?> WriteAsync(RolloutRecord record, string? version) => (await _records.WriteAsync(record, version, Cancellation)).Stored;
}
