using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Imago.Application.Attachments;
using Imago.Application.Catalog;
using Imago.Application.Engine;
using Imago.Application.Ports;
using Imago.Application.Storage;
using Imago.Domain.Channels;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;
using Imago.Kubernetes.Clusters;
using Imago.Kubernetes.Providers;
using Imago.Kubernetes.Tests.Clusters.Kit;
using Imago.Simulation;
using Imago.Simulation.Dumps;
using Imago.Simulation.Forecasts;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Conformance;

/// <summary>A forecast of an attached cluster says from live observation what <c>imago forecast --cluster</c> says from the file that kubectl makes of the same cluster.</summary>
public sealed class AttachedForecastTests : IAsyncLifetime
{
    private const string New = "AKSUbuntu-2204gen2containerd-202409.04.0";
    private const string Objects = "nodes,namespaces,pods,pdb,deployments,replicasets,statefulsets,daemonsets,pv,pvc";

    private readonly HandClock _clock = new();
    private TwinServer _twin = null!;
    private Asked _asked = null!;
    private AttachedClusterHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Instant Now => Instant.FromDateTimeOffset(_clock.GetUtcNow());

    public async ValueTask InitializeAsync()
    {
        _twin = await TwinServer.StartAsync(Cancellation);
        _asked = new Asked(new Attachment(TwinServer.Key, _twin.Kubeconfig, null, [], null));
        _host = new AttachedClusterHost(
            _asked, ClusterUnderTest.Connect, new NodeProviders(_clock), _ => { }, new WallClock(), new AttachedClusterOptions { PictureAge = Duration.Zero }, NullLogger<AttachedClusterHost>.Instance);
        for (var tries = 0; (await _host.LookAsync(TwinServer.Key, Cancellation))!.View.Pods.Values.Any(p => !p.Pod.Ready); tries++)
        {
            tries.ShouldBeLessThan(600, "the workloads of the twin do not get ready");
            await Task.Delay(50, Cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _twin.DisposeAsync();
    }

    [Fact]
    public async Task Forecast_FromLiveObservation_IsThatOfTheFileThatKubectlMakes()
    {
        var live = (await ForecastAsync(new ForecastQuestion(Duration.FromDays(7), null, null)))!;
        await using var file = await KubectlAsync();

        live.Refusal.ShouldBeNull();
        var request = new ForecastRequest
        {
            Blueprint = DumpReader.Read(file, new DumpOptions { Name = "c" }, Cancellation).Cluster, Spec = _asked.Spec, Catalog = _asked.Current, Seed = new Seed(1), From = Now, Horizon = Duration.FromDays(7),
        };
        live.Json.ShouldBe(ForecastText.Write(Forecaster.Run(request, Cancellation)));
        var summary = JsonDocument.Parse(live.Json!).RootElement.GetProperty("summary");
        (summary.GetProperty("nodes").GetInt32(), summary.GetProperty("upgraded").GetInt32()).ShouldBe((4, 4));
        summary.GetProperty("evictions").GetInt32().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Forecast_PoolsWereChosen_IsAboutThose()
    {
        _asked.Attachment = _asked.Attachment! with { Pools = [new PoolSelector("mine", "kubernetes.azure.com/agentpool=apps")] };
        _asked.Pool = "mine";

        var live = (await ForecastAsync(new ForecastQuestion(null, null, null)))!;

        var nodes = JsonDocument.Parse(live.Json!).RootElement.GetProperty("nodes").EnumerateArray().ToList();
        nodes.Select(n => (n.GetProperty("pool").GetString(), n.GetProperty("to").GetString())).Distinct().ShouldBe([("mine", New)]);
    }

    [Fact]
    public async Task Forecast_QuestionIsWrong_IsRefusedWithoutADump()
    {
        var answer = (await ForecastAsync(new ForecastQuestion(null, "x.y", null)))!;

        (answer.Json, answer.Refusal).ShouldBe((null, "'x.y' is neither an image nor a version of a family that a node pool of cluster 'c' runs. Write one such as 202607.02.0."));
    }

    [Fact]
    public async Task Forecast_ClusterIsNotAttached_IsNone()
    {
        _asked.Attachment = null;

        (await ForecastAsync(new ForecastQuestion(null, null, null))).ShouldBeNull();
    }

    [Fact]
    public async Task Dump_OfLargeObjects_LeavesOutWhatNobodyReads()
    {
        await using var api = await MiniApi.StartAsync();
        api.Put("nodes", null, "n1", Clusters.Kit.Objects.Node(change: n => n["metadata"]!["managedFields"] = new System.Text.Json.Nodes.JsonArray("kubelet")));

        await using var dump = await new ClusterDump(api.Connect).DumpAsync(_asked.Attachment!, Cancellation);

        var node = (await JsonDocument.ParseAsync(dump, default, Cancellation)).RootElement.GetProperty("items")[0];
        node.GetProperty("metadata").TryGetProperty("managedFields", out _).ShouldBeFalse();
        (node.GetProperty("kind").GetString(), node.GetProperty("metadata").GetProperty("name").GetString()).ShouldBe(("Node", "n1"));
        node.GetProperty("spec").ValueKind.ShouldBe(JsonValueKind.Object);
    }

    [Theory]
    [InlineData("pods", false)]
    [InlineData("nodes", false)]
    [InlineData("persistentvolumes", true)]
    [InlineData("daemonsets", true)]
    public async Task Dump_KindMayNotBeRead_IsLeftOutUnlessAllDependsOnIt(string kind, bool isLeftOut)
    {
        await using var api = await MiniApi.StartAsync();
        api.Put("nodes", null, "n1", Clusters.Kit.Objects.Node());
        api.Put("pods", "shop", "web-1-a", Clusters.Kit.Objects.Pod());
        api.Fault = call => call.EndsWith($" {kind}", StringComparison.Ordinal) ? 403 : null;
        var dump = new ClusterDump(api.Connect).DumpAsync(_asked.Attachment!, Cancellation).AsTask();

        if (isLeftOut)
        {
            await using var read = await dump;
            DumpReader.Read(read, null, Cancellation).Cluster.Nodes.ShouldHaveSingleItem();
        }
        else
        {
            (await Should.ThrowAsync<ConnectionException>(() => dump)).Message.ShouldContain($"/api/v1/{kind} (403)");
        }
    }

    private ValueTask<ForecastAnswer?> ForecastAsync(ForecastQuestion question) =>
        new AttachedForecasts(_asked, new ClusterDump(ClusterUnderTest.Connect), _host, _twin.Store, _asked, _asked, _clock).ForecastAsync(TwinServer.Key, question, Cancellation);

    /// <summary>What people do: the command of the documentation.</summary>
    private async Task<Stream> KubectlAsync()
    {
        var folder = Directory.CreateTempSubdirectory("imago-test-");
        try
        {
            var kubeconfig = Path.Join(folder.FullName, "config");
            await File.WriteAllTextAsync(kubeconfig, _twin.TlsKubeconfig, Cancellation);
            var start = new ProcessStartInfo("kubectl", ["--kubeconfig", kubeconfig, "get", Objects, "-A", "-o", "json"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["HOME"] = folder.FullName;
            using var kubectl = Start(start);
            var (output, error) = (kubectl.StandardOutput.ReadToEndAsync(Cancellation), kubectl.StandardError.ReadToEndAsync(Cancellation));
            await kubectl.WaitForExitAsync(Cancellation);
            kubectl.ExitCode.ShouldBe(0, await error);
            return new MemoryStream(System.Text.Encoding.UTF8.GetBytes(await output));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("kubectl is not on the PATH.");
            throw;
        }
    }

    /// <summary>What is stored and asked of the cluster.</summary>
    private sealed class Asked(Attachment attachment) : IAttachments, IIntentReader, ICatalogSource
    {
        public Attachment? Attachment { get; set; } = attachment;

        public string Pool { get; set; } = "apps";

        public ClusterSpec Spec => new()
        {
            Name = "c", Channel = NodeOsChannel.NodeImage, Attached = true, LivePatching = false, Pools = [new PoolSpec { Name = Pool, Mode = PoolMode.System, Family = NodeImage.Parse(New).Family }],
        };

        public ReleaseCatalog Current { get; } = ReleaseCatalog.Of([new ImageRelease(NodeImage.Parse(New), Instant.FromUtc(2024, 9, 5, 0, 0))], []);

        public ValueTask<Attachment?> FindAsync(string clusterKey, CancellationToken cancellation) => ValueTask.FromResult(Attachment);

        public ClusterIntent Read(ImmutableArray<StoredResource> resources, Instant now) => new(Spec, [], "attached");

        public ValueTask RefreshAsync(CancellationToken cancellation) => ValueTask.CompletedTask;
    }
}
