using System.Collections.Immutable;
using Imago.Application.Attachments;
using Imago.Application.Engine;
using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Kubernetes.Clusters;
using Imago.Kubernetes.Tests.Clusters.Kit;
using Imago.Kubernetes.Tests.Kit;
using Imago.Kubernetes.Tests.Providers.Kit;
using Imago.Kubernetes.Tests.Records;
using NodaTime;
using Shouldly;
using Xunit;
using Cluster = Imago.Kubernetes.Tests.Clusters.Kit.Objects;

namespace Imago.Kubernetes.Tests.Clusters;

/// <summary>Clusters that people ask about, and that nobody works on.</summary>
public sealed class AskedClusterTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Look_ManyAskAtOnce_CostsWhatOneDoes()
    {
        await using var bench = await StartAsync(new AttachedClusterOptions { PictureAge = Duration.FromHours(1) });

        var pictures = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => bench.Host.LookAsync(AttachedBench.Key, Cancellation).AsTask()));

        pictures.ShouldAllBe(p => p!.View.Nodes.Count == 1);
        Lists(bench, "pods").ShouldBe(1);
        Lists(bench, "configmaps").ShouldBe(1);
    }

    [Fact]
    public async Task Look_PictureIsOld_IsTakenAnewWithoutListingThePodsAgain()
    {
        await using var bench = await StartAsync(new AttachedClusterOptions { PictureAge = Duration.Zero });
        await LookAsync(bench);
        bench.Api.Put("nodes", null, "n2", Cluster.Node());

        for (var tries = 0; (await LookAsync(bench)).View.Nodes.Count < 2 && tries < 500; tries++)
        {
            await Task.Delay(10, Cancellation);
        }

        (await LookAsync(bench)).View.Nodes.Count.ShouldBe(2);
        Lists(bench, "pods").ShouldBe(1);
        Lists(bench, "configmaps").ShouldBeGreaterThan(2);
    }

    [Fact]
    public async Task Look_ClusterDoesNotAnswer_ManyWhoAskAreToldTogether()
    {
        await using var bench = await StartAsync(new AttachedClusterOptions { PictureAge = Duration.FromHours(1), LongestSync = Duration.FromSeconds(1) });
        bench.Api.Fault = call => call.Contains("configmaps", StringComparison.Ordinal) ? 500 : null;

        for (var asked = 0; asked < 3; asked++)
        {
            await Should.ThrowAsync<ConnectionException>(() => LookAsync(bench));
        }

        var first = Lists(bench, "configmaps");
        await Should.ThrowAsync<ConnectionException>(() => LookAsync(bench));
        Lists(bench, "configmaps").ShouldBe(first);
    }

    [Fact]
    public async Task Look_WhoAskedFirstGivesUp_OthersGetThePictureNevertheless()
    {
        await using var bench = await StartAsync(new AttachedClusterOptions());
        var open = new TaskCompletionSource();
        bench.Api.Delay = call => call.Contains("configmaps", StringComparison.Ordinal) ? open.Task : Task.CompletedTask;
        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var first = bench.Host.LookAsync(AttachedBench.Key, impatient.Token).AsTask();
        var second = bench.Host.LookAsync(AttachedBench.Key, Cancellation).AsTask();

        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        open.SetResult();

        (await second).ShouldNotBeNull().View.Nodes.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Look_RolloutIsUnderWay_TellsHowFarTheProviderIs()
    {
        var world = new ScriptedProvider
        {
            Starts = r => new ProviderOperation(r.OperationId, OperationState.Running, null, null, null) { Progress = "copying the image" },
        };
        await using var provider = await Served.StartAsync(world);
        await using var bench = await StartAsync(new AttachedClusterOptions());
        bench.Attachment = new Attachment(AttachedBench.Key, "", null, ImmutableArray<PoolSelector>.Empty, new ProviderAccess("external", provider.Server.Endpoint, Served.Token, null));
        await using var cluster = await bench.OpenAsync();
        var lease = (await cluster.Connection.HoldLeaseAsync("a", Duration.FromSeconds(60), Cancellation))!;
        var record = RecordStoreTests.Rollout() with { Epoch = lease.Epoch };
        await cluster.Connection.WriteRecordAsync(record, null, Cancellation);
        var id = record.AwaitedOperations().ShouldHaveSingleItem();
        await cluster.Provider.BeginAsync(Served.Ask(id), Cancellation);

        var picture = await LookAsync(bench);

        picture.Operations[id].Progress.ShouldBe("copying the image");
    }

    [Fact]
    [Trait("Rule", "UP-25")]
    public async Task Limits_OfAnAttachedCluster_AreThoseOfItsProvider()
    {
        await using var provider = await Served.StartAsync(new ScriptedProvider());
        await using var bench = await StartAsync(new AttachedClusterOptions());
        await using (var without = await bench.OpenAsync())
        {
            (await without.Provider.LimitsAsync(Cancellation)).ShouldBeNull();
        }

        bench.Attachment = new Attachment(AttachedBench.Key, "", null, ImmutableArray<PoolSelector>.Empty, new ProviderAccess("external", provider.Server.Endpoint, Served.Token, null));
        await using var cluster = await bench.OpenAsync();

        var limits = (await cluster.Provider.LimitsAsync(Cancellation)).ShouldNotBeNull();

        (limits.CanSurge, limits.LargestPool).ShouldBe((true, 1000));
    }

    [Fact]
    public async Task NodesChanged_NobodyWorksOnTheCluster_TellsWhatPoolsAreMadeOfAndNothingElse()
    {
        await using var bench = await StartAsync(new AttachedClusterOptions { KeepWatching = true, PictureAge = Duration.Zero });
        await LookAsync(bench);
        bench.NodesChanged.ShouldBe(0, "what is seen first is no change");

        bench.Api.Put("nodes", null, "n1", Cluster.Node(change: n => n["status"]!["conditions"]![1]!["status"] = "False"));
        bench.Api.Put("pods", "shop", "web-1-b", Cluster.Pod());
        await UntilAsync(bench, v => v.Pods.Count == 2 && !v.Nodes["n1"].Ready);
        bench.NodesChanged.ShouldBe(0);

        bench.Api.Put("nodes", null, "n2", Cluster.Node("batch"));
        await Eventually.IsTrueAsync(() => bench.NodesChanged == 1, "a node has come");
        bench.Api.Put("nodes", null, "n2", Cluster.Node("batch", "AKSUbuntu-2204gen2containerd-202611.20.0"));
        await Eventually.IsTrueAsync(() => bench.NodesChanged == 2, "a node runs another image");
        bench.Api.Remove("nodes", null, "n2");
        await Eventually.IsTrueAsync(() => bench.NodesChanged == 3, "a node has gone");
    }

    private static async Task<AttachedBench> StartAsync(AttachedClusterOptions options)
    {
        var bench = await AttachedBench.StartAsync(options);
        bench.Api.Put("nodes", null, "n1", Cluster.Node());
        bench.Api.Put("pods", "shop", "web-1-a", Cluster.Pod());
        return bench;
    }

    private static async Task<ClusterPicture> LookAsync(AttachedBench bench) => (await bench.Host.LookAsync(AttachedBench.Key, Cancellation)).ShouldNotBeNull();

    private static async Task UntilAsync(AttachedBench bench, Func<ClusterView, bool> isSo)
    {
        for (var tries = 0; !isSo((await LookAsync(bench)).View); tries++)
        {
            tries.ShouldBeLessThan(500, "it was never seen");
            await Task.Delay(10, Cancellation);
        }
    }

    private static int Lists(AttachedBench bench, string kind) => bench.Api.Calls.Count(c => c.StartsWith($"GET {kind}", StringComparison.Ordinal));
}
