using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Imago.Application.Attachments;
using Imago.Application.Engine;
using Imago.Application.Ports;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Application.Tests.Engine.Kit;
using Imago.Domain.Rollouts.Records;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Engine;

/// <summary>Whole stories of clusters that somebody else made, through the engine.</summary>
public sealed class AttachedClusterTests
{
    private static readonly Duration Day = Duration.FromHours(20);

    private FarHost _far = null!;

    [Fact]
    public async Task Pass_ClusterCannotBeReached_SaysSinceWhenAndWhyAndIsNoFailure()
    {
        var world = await AttachedAsync();
        _far.Down = "no route to host";
        await world.NudgeAsync();

        var result = await world.Engine.PassAsync(world.Store.Wake(Installation.Key)!, TestContext.Current.CancellationToken);

        (result.Outcome, result.StaysOpen).ShouldBe((PassOutcome.Unreachable, false));
        var since = world.Clock.Now;
        (world.Cluster.ProvisioningState, world.Cluster.Unreachable!.Since).ShouldBe((ProvisioningState.Succeeded, since));
        var condition = world.Cluster.Conditions.ShouldHaveSingleItem();
        (condition.Reason, condition.Message).ShouldBe(("ClusterUnreachable",
            $"Cluster 'shop-prod' cannot be reached since {since}: {world.Cluster.Unreachable.Error} Nothing is done to it meanwhile; it is tried again by itself. Check its address and credentials."));
        Unreachable(world).ShouldBe([(1, Installation.ClusterId)]);
    }

    [Fact]
    public async Task Pass_ClusterStaysUnreachable_IsTriedAgainAfterLongerAndLongerWaitsAndToldOnce()
    {
        var world = await AttachedAsync();
        _far.Down = "no route to host";
        await world.NudgeAsync();
        var tries = _far.Tries;
        await world.RunAsync(Duration.FromHours(3));

        // Waits double to five minutes: some 13 tries in the first 10 minutes, and a try every 2½ to 5 minutes from then on.
        (_far.Tries - tries).ShouldBeInRange(38, 90);
        var lost = Reached(world).ShouldHaveSingleItem();
        (lost.Status, lost.Level, lost.ResourceId, lost.ResourceGroup).ShouldBe(("Failed", "Warning", Installation.ClusterId, "rg-shop"));
        ((string?)JsonNode.Parse(lost.Properties)!["message"]!["code"]).ShouldBe("ClusterUnreachable");
    }

    [Fact]
    public async Task Pass_ClusterIsBackInTheMiddleOfARollout_GoesOnAndSaysSo()
    {
        var world = await AttachedAsync();
        world.Release(Installation.New);
        await world.NudgeAsync();
        await world.RunAsync(Duration.FromMinutes(8));
        world.PoolStatus("apps").ProvisioningState.ShouldBe(ProvisioningState.UpgradingNodeImageVersion);
        _far.Down = "timed out";
        await world.RunAsync(Duration.FromHours(1));
        world.PoolStatus("apps").ProvisioningState.ShouldBe(ProvisioningState.UpgradingNodeImageVersion);
        world.Cluster.Unreachable.ShouldNotBeNull();

        _far.Down = null;
        await world.RunAsync(Day);

        world.Cluster.Unreachable.ShouldBeNull();
        world.Cluster.Conditions.ShouldBeEmpty();
        Unreachable(world).ShouldBeEmpty();
        Reached(world).Select(a => a.Status).ShouldBe(["Failed", "Succeeded"]);
        world.PoolStatus("apps").NodeImageVersion.ShouldBe(Installation.New);
    }

    [Fact]
    [Trait("Rule", "UP-66")]
    [Trait("Rule", "UP-155")]
    public async Task Detach_InTheMiddleOfARollout_FinishesWhatIsInFlightAndLetsGoThen()
    {
        var world = await AttachedAsync();
        world.Release(Installation.New);
        await world.NudgeAsync();
        await world.RunAsync(Duration.FromHours(1), () => _far.Seen.Nodes.Values.Any(n => n.Mark != null));
        _far.Seen.Nodes.Values.ShouldContain(n => n.Mark != null, "the rollout has to be in the middle of something");

        var id = await world.AskAsync(OperationKind.DeleteCluster);
        await world.RunAsync(Day);

        var after = _far.Forgotten.ShouldHaveSingleItem();
        var record = after.Records.Values.ShouldHaveSingleItem().Record;
        record.Phase.ShouldBe(RolloutPhase.Canceled);
        after.View.Nodes.Count.ShouldBe(3, "surge nodes are returned, and nothing of the owner's is");
        after.View.Nodes.Values.ShouldAllBe(n => n.Ready && !n.Unschedulable && n.Mark == null && !n.SteeredAway);
        after.View.Nodes.Values.Select(n => n.Image.Text).Distinct().Count().ShouldBe(2, "what was in flight is finished, the others stay as they were");
        (await world.Store.ClusterAsync(Installation.Key, TestContext.Current.CancellationToken)).ShouldBeEmpty();
        world.Operation(id).Status.ShouldBe(OperationStatus.Succeeded);
        world.Store.Operations.Single(o => o.Kind == OperationKind.AutomaticUpgrade).Status.ShouldBe(OperationStatus.Canceled);
        world.Store.Wake(Installation.Key)!.At.ShouldBeNull();
    }

    [Fact]
    public async Task Detach_NothingIsUnderWay_BeginsNothing()
    {
        var world = await AttachedAsync();
        world.Release(Installation.New);
        await world.AskAsync(OperationKind.DeleteCluster);

        await world.RunAsync(Day);

        _far.Forgotten.ShouldHaveSingleItem().Records.ShouldBeEmpty();
        world.Store.Rollouts.ShouldBeEmpty();
    }

    [Fact]
    public async Task Detach_ClusterIsUnreachable_WaitsForIt()
    {
        var world = await AttachedAsync();
        _far.Down = "timed out";
        var id = await world.AskAsync(OperationKind.DeleteCluster);
        await world.RunAsync(Duration.FromHours(2));
        world.Operation(id).Status.ShouldBe(OperationStatus.InProgress);
        world.Cluster.Unreachable.ShouldNotBeNull();

        _far.Down = null;
        await world.RunAsync(Day);

        (world.Operation(id).Status, _far.Forgotten.Count).ShouldBe((OperationStatus.Succeeded, 1));
    }

    [Fact]
    public async Task Detach_Forced_LeavesAnUnreachableClusterAsItIsAndSaysWhatStays()
    {
        var world = await AttachedAsync();
        _far.Down = "timed out";
        var forced = world.Store[Installation.Key];
        var id = await world.WriteAsync(OperationKind.DeleteCluster, null, [new ResourceWrite.Status(StatusText.Write(world.Cluster with { LeftAsItIs = true }), forced.StatusVersion) { Key = forced.Key }]);

        await world.RunAsync(Duration.FromMinutes(1));

        world.Operation(id).Status.ShouldBe(OperationStatus.Succeeded);
        (await world.Store.ClusterAsync(Installation.Key, TestContext.Current.CancellationToken)).ShouldBeEmpty();
        ((string?)JsonNode.Parse(world.Store.Activities[^1].Properties)!["leftBehind"])!.ShouldContain("imago.dev/cordon");
    }

    [Fact]
    public async Task Pools_OneAppears_BecomesAResourceWithWhatItsNodesSay()
    {
        var world = await AttachedAsync(("apps", 3), ("batch", 2));
        await world.Store.CommitAsync(new StoreBatch { Resources = [new ResourceWrite.Delete(null) { Key = Installation.PoolKey("batch") }] }, TestContext.Current.CancellationToken);
        await world.NudgeAsync();

        await world.RunAsync(Duration.FromMinutes(1));

        var pool = world.PoolStatus("batch");
        (pool.Count, pool.NodeImageVersion, pool.KubernetesVersion, pool.ProvisioningState).ShouldBe((2, Installation.Old, "1.35.6", ProvisioningState.Succeeded));
        world.Store[Installation.PoolKey("batch")].Document.ShouldBe("""{"properties":{"count":2,"mode":"User","osType":"Linux","orchestratorVersion":"1.35.6"}}""");
    }

    [Fact]
    public async Task Pools_OneHasNoNodes_StaysForAWeekAndGoesThen()
    {
        var world = await AttachedAsync();
        await PutPoolAsync(world, "ghost", 4);
        await world.NudgeAsync();
        await world.RunAsync(Duration.FromDays(6));
        world.PoolStatus("ghost").EmptySince.ShouldNotBeNull();

        await world.RunAsync(Duration.FromDays(3));

        Should.Throw<KeyNotFoundException>(() => world.PoolStatus("ghost"));
        world.PoolStatus("apps").EmptySince.ShouldBeNull();
    }

    [Fact]
    public async Task Pools_TheirSizeChanges_DocumentsFollow()
    {
        var world = await AttachedAsync();
        var stored = world.Store[Installation.PoolKey("apps")];
        await world.Store.CommitAsync(new StoreBatch { Resources = [new ResourceWrite.Document(PoolDocument(7), stored.Version, world.Clock.Now) { Key = stored.Key }] }, TestContext.Current.CancellationToken);
        await world.NudgeAsync();

        await world.RunAsync(Duration.FromMinutes(1));

        ((int)JsonNode.Parse(world.Store[Installation.PoolKey("apps")].Document)!["properties"]!["count"]!).ShouldBe(3);
    }

    [Fact]
    public async Task Pass_OwnerChangesSomething_EndsWithoutShapingAnything()
    {
        var world = await AttachedAsync();

        var id = await world.AskAsync(OperationKind.UpdateCluster);
        await world.RunAsync(Duration.FromMinutes(1));

        world.Operation(id).Status.ShouldBe(OperationStatus.Succeeded);
    }

    [Fact]
    [Trait("Rule", "UP-25")]
    public async Task Pass_ProviderHasNoRoomForSurge_PoolIsRefusedBeforeItStarts()
    {
        var world = await AttachedAsync();
        _far.Limits = () => new ProviderLimits { LargestPool = 9, Pools = ImmutableSortedDictionary<string, int>.Empty.Add("apps", 3) };
        world.Release(Installation.New);
        await world.NudgeAsync();

        await world.RunAsync(Day);

        StatusText.ReadAttachment(world.Store[AttachmentKey].Status).Provider!.Pools["apps"].ShouldBe(3);
        world.Store.Rollouts.ShouldBeEmpty();
        world.PoolStatus("apps").NodeImageVersion.ShouldBe(Installation.Old);
        var told = await new ClusterQueries(world.Store, world, world.Host, world, world.Clock).ExplainAsync(Installation.Key, TestContext.Current.CancellationToken);
        told!.Nodes.Values.ShouldAllBe(n => n.Reasons.Any(r => r.Message.Contains("3 nodes and a surge of 1 are 4, more than the 3 nodes a pool may have", StringComparison.Ordinal)));
    }

    [Fact]
    [Trait("Rule", "UP-25")]
    public async Task Pass_ProviderHasRoom_PoolIsUpgraded()
    {
        var world = await AttachedAsync();
        _far.Limits = () => new ProviderLimits { LargestPool = 4 };
        world.Release(Installation.New);
        await world.NudgeAsync();

        await world.RunAsync(Day);

        world.PoolStatus("apps").NodeImageVersion.ShouldBe(Installation.New);
    }

    [Fact]
    [Trait("Rule", "UP-25")]
    public async Task Pass_ProviderDoesNotAnswer_WhatItSaidBeforeStays()
    {
        var world = await AttachedAsync();
        _far.Limits = () => new ProviderLimits { LargestPool = 3 };
        await world.NudgeAsync();
        await world.RunAsync(Duration.FromMinutes(10));
        world.Engine.OpenClusters.ShouldBe(0, "it is asked once each time that the cluster is opened");

        _far.Limits = () => throw new ConnectionException("nobody answers");
        await world.NudgeAsync();
        await world.RunAsync(Duration.FromMinutes(10));

        StatusText.ReadAttachment(world.Store[AttachmentKey].Status).Provider!.LargestPool.ShouldBe(3);
        world.Cluster.Unreachable.ShouldBeNull("the provider is not the cluster");
    }

    private static readonly string AttachmentKey = AttachmentDocument.KeyOf(Installation.Key);

    private async Task<Installation> AttachedAsync(params (string Name, int Count)[] pools)
    {
        var world = new Installation();
        await world.CreateAsync(pools.Length == 0 ? [("apps", 3)] : pools);
        await world.RunAsync(Duration.FromHours(1));
        world.Cluster.ProvisioningState.ShouldBe(ProvisioningState.Succeeded);

        // From here on the same cluster is somebody else's.
        world.Spec = s => s with { Attached = true, LivePatching = false };
        world.Between = near => _far = new FarHost(near, world);
        world.Boot();
        await world.RunAsync(Duration.FromMinutes(2));
        foreach (var (name, count) in pools.Length == 0 ? [("apps", 3)] : pools)
        {
            var stored = world.Store[Installation.PoolKey(name)];
            await world.Store.CommitAsync(new StoreBatch { Resources = [new ResourceWrite.Document(PoolDocument(count), stored.Version, world.Clock.Now) { Key = stored.Key }] }, TestContext.Current.CancellationToken);
        }

        await PutAsync(world, AttachmentKey, $"{Installation.ClusterId}/providers/Imago/attachments/default", ResourceTypes.Attachment, "{}", "{}");
        await world.NudgeAsync();
        await world.RunAsync(Duration.FromMinutes(1));
        return world;
    }

    private static string PoolDocument(int count) => $$$"""{"properties":{"count":{{{count}}},"mode":"User","osType":"Linux","orchestratorVersion":"1.35.6"}}""";

    private static Task PutPoolAsync(Installation world, string name, int count) => PutAsync(
        world, Installation.PoolKey(name), $"{Installation.ClusterId}/agentPools/{name}", ResourceTypes.AgentPool, PoolDocument(count), StatusText.Write(new PoolStatus { ProvisioningState = ProvisioningState.Succeeded }));

    private static async Task PutAsync(Installation world, string key, string id, string type, string document, string status)
    {
        var resource = new StoredResource
        {
            Key = key, Id = id, Type = type, ParentKey = Installation.Key, ClusterKey = Installation.Key, Document = document, Status = status, Version = 1, StatusVersion = 1, CreatedAt = world.Clock.Now, ChangedAt = world.Clock.Now,
        };
        (await world.Store.CommitAsync(new StoreBatch { Resources = [new ResourceWrite.Create(resource) { Key = key }] }, TestContext.Current.CancellationToken)).Committed.ShouldBeTrue();
    }

    private static IEnumerable<ActivityEntry> Reached(Installation world) => world.Store.Activities.Where(a => a.OperationName == "Imago/managedClusters/reach/action");

    private static List<(long, string)> Unreachable(Installation world)
    {
        var found = new List<(long, string)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (ReferenceEquals(instrument.Meter, world.Metrics.Meter) && instrument.Name == "imago_cluster_unreachable")
            {
                own.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => found.Add((value, (string)tags[0].Value!)));
        listener.Start();
        listener.RecordObservableInstruments();
        return found;
    }
}
