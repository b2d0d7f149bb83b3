using System.Text.Json.Nodes;
using Imago.Application.Engine;
using Imago.Application.Storage;
using Imago.Application.Tests.Engine.Kit;
using Imago.Domain.Channels;
using Imago.Domain.Rollouts.Records;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Engine;

/// <summary>Whole stories through the engine, over served simulated clusters.</summary>
public sealed class ClusterEngineTests
{
    private static readonly Duration Day = Duration.FromHours(20);

    [Fact]
    [Trait("Rule", "UP-63")]
    public async Task Pass_ClusterIsCreated_EndsSucceededWithItsNodes()
    {
        var world = new Installation();
        var id = await world.CreateAsync(("apps", 3));

        await world.RunAsync(Day);

        (world.Operation(id).Status, world.Operation(id).PercentComplete).ShouldBe((OperationStatus.Succeeded, 100));
        world.Cluster.ProvisioningState.ShouldBe(ProvisioningState.Succeeded);
        var pool = world.PoolStatus("apps");
        (pool.ProvisioningState, pool.Count, pool.NodeImageVersion, pool.NodesBehind).ShouldBe((ProvisioningState.Succeeded, 3, Installation.Old, 0));
        world.Store.Activities.Select(a => (a.OperationName, a.Status, a.CorrelationId)).ShouldBe([("Microsoft.ContainerService/managedClusters/write", "Succeeded", $"corr-{id}")]);
        world.Engine.OpenClusters.ShouldBe(0);
    }

    [Fact]
    [Trait("Rule", "EV-4")]
    [Trait("Rule", "EV-5")]
    [Trait("Rule", "EV-12")]
    [Trait("Rule", "EV-56")]
    [Trait("Rule", "EV-57")]
    [Trait("Rule", "EV-59")]
    public async Task Pass_ImageIsReleased_UpgradesByItselfAndTellsEverybodyOnce()
    {
        var world = await UpgradedAsync();

        var operation = world.Store.Operations.Single(o => o.Kind == OperationKind.AutomaticUpgrade);
        (operation.Status, operation.Caller, operation.PercentComplete, operation.Error).ShouldBe((OperationStatus.Succeeded, "system:auto-upgrader", 100, null));
        var entries = world.Store.Activities.Where(a => a.CorrelationId == operation.CorrelationId).ToList();
        entries.Select(e => e.Status).ShouldBe(["Started", "Succeeded"]);
        entries.ShouldAllBe(e => e.OperationName == "Microsoft.ContainerService/managedClusters/agentPools/upgradeNodeImageVersion/action" && e.HttpMethod == null && e.Caller == "system:auto-upgrader");
        entries.Select(e => e.EventDataId).Distinct().Count().ShouldBe(2);
        JsonNode.Parse(entries[0].Properties)!["trigger"]!.GetValue<string>().ShouldBe("NodeOSChannel");
        JsonNode.Parse(entries[0].Properties)!["channel"]!.GetValue<string>().ShouldBe("NodeImage");
        world.Store.Outbox.Select(m => m.Kind).ShouldBe(["Microsoft.ContainerService.NodePoolRollingStarted", "Microsoft.ContainerService.NodePoolRollingSucceeded"]);
        var rollout = world.Store.Rollouts.ShouldHaveSingleItem();
        (rollout.Phase, rollout.Trigger, rollout.OperationId).ShouldBe(("Succeeded", "Automatic", operation.Id));
    }

    [Fact]
    [Trait("Rule", "EV-10")]
    [Trait("Rule", "EV-11")]
    [Trait("Rule", "EV-16")]
    public async Task Pass_RolloutEnds_EventsNameTheClusterThePoolAndAnIdThatRetriesKeep()
    {
        var world = await UpgradedAsync();

        world.Store.Outbox.ShouldAllBe(m => m.Source == Installation.ClusterId && m.Id.Length == 40 && m.Id.All(char.IsAsciiHexDigitLower));
        world.Store.Outbox.Select(m => JsonNode.Parse(m.Payload)!["nodePoolName"]!.GetValue<string>()).ShouldAllBe(p => p == "apps");
    }

    // A cordon changes nothing that the simulated cluster plans by itself; only the engine knows that it has to look again.
    [Fact]
    public async Task Pass_ItsOwnActionChangedANode_LooksAgainAtOnce()
    {
        var world = await UpgradedAsync();

        var decisions = world.Store.Decisions.OrderBy(d => d.Number).ToList();
        var waits = decisions.Zip(decisions.Skip(1)).Where(p => p.First.Plan.Contains("\"do\":\"update\"", StringComparison.Ordinal)).Select(p => p.Second.At - p.First.At).ToList();

        waits.ShouldNotBeEmpty();
        waits.Max().ShouldBeLessThanOrEqualTo(Duration.FromSeconds(2));
    }

    [Fact]
    public async Task Pass_RolloutEnds_PoolHasTheNewImageAndRemembersTheOldOne()
    {
        var world = await UpgradedAsync();

        var pool = world.PoolStatus("apps");
        (pool.NodeImageVersion, pool.ProvisioningState, pool.Count).ShouldBe((Installation.New, ProvisioningState.Succeeded, 3));
        pool.RecentlyUsed.ShouldHaveSingleItem().NodeImageVersion.ShouldBe(Installation.Old);
        var picture = (await world.Host.LookAsync(Installation.Key, TestContext.Current.CancellationToken)).ShouldNotBeNull();
        picture.View.Nodes.Values.ShouldAllBe(n => n.Image.Text == Installation.New && n.Ready && !n.Unschedulable);
    }

    [Fact]
    [Trait("Rule", "UP-63")]
    public async Task Pass_WhileNodesMove_PoolSaysSo()
    {
        var world = await CreatedAsync();
        world.Release(Installation.New);
        await world.NudgeAsync();

        await world.RunAsync(Duration.FromMinutes(6));

        world.PoolStatus("apps").ProvisioningState.ShouldBe(ProvisioningState.UpgradingNodeImageVersion);
        world.PoolStatus("apps").NodeImageVersion.ShouldBe(Installation.Old);
        world.PoolStatus("apps").NodesBehind.ShouldBeGreaterThan(0);
    }

    [Fact]
    [Trait("Rule", "AZ-21")]
    [Trait("Rule", "MW-11")]
    [Trait("Rule", "UP-62")]
    public async Task Pass_UpgradesOfSeveralPoolsAreAsked_RunsOneAfterAnotherUnderChannelNone()
    {
        var world = await CreatedAsync(("apps", 2), ("jobs", 2));
        world.Spec = s => s with { Channel = NodeOsChannel.None };
        world.Release(Installation.New);
        var first = await world.AskAsync(OperationKind.UpgradeNodeImage, "jobs");
        world.Clock.MoveTo(world.Clock.Now + Duration.FromSeconds(1));
        var second = await world.AskAsync(OperationKind.UpgradeNodeImage, "apps");

        await world.RunAsync(Day);

        world.Operation(first).Status.ShouldBe(OperationStatus.Succeeded);
        world.Operation(second).Status.ShouldBe(OperationStatus.Succeeded);
        var rollouts = world.Store.Rollouts.OrderBy(r => r.StartedAt).ToList();
        rollouts.Select(r => (r.Pool, r.Trigger, r.OperationId)).ShouldBe([("jobs", "Manual", first), ("apps", "Manual", second)]);
        rollouts[1].StartedAt.ShouldBeGreaterThanOrEqualTo(rollouts[0].EndedAt!.Value);
        world.Store.Activities.Where(a => a.CorrelationId == $"corr-{first}").Select(a => a.Status).ShouldBe(["Succeeded"]);
    }

    [Fact]
    [Trait("Rule", "UP-9")]
    public async Task Pass_UpgradeAskedAlthoughCurrent_SucceedsAtOnce()
    {
        var world = await CreatedAsync();
        var id = await world.AskAsync(OperationKind.UpgradeNodeImage, "apps");

        await world.RunAsync(Duration.FromSeconds(5));

        world.Operation(id).Status.ShouldBe(OperationStatus.Succeeded);
        world.Store.Rollouts.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "CH-87")]
    [Trait("Rule", "EV-58")]
    [Trait("Rule", "EV-82")]
    public async Task Pass_UpgradeAskedOnAMinorWithoutAnySupport_FailsAndSaysWhy()
    {
        var world = await CreatedAsync();
        world.Spec = s => s with { Support = KubernetesSupport.Unsupported };
        world.Release(Installation.New);
        var id = await world.AskAsync(OperationKind.UpgradeNodeImage, "apps");

        await world.RunAsync(Duration.FromSeconds(5));

        var error = JsonNode.Parse(world.Operation(id).Error.ShouldNotBeNull())!;
        (world.Operation(id).Status, error["code"]!.GetValue<string>(), error["target"]!.GetValue<string>()).ShouldBe((OperationStatus.Failed, "KubernetesVersionUnsupported", "apps"));
        (world.PoolStatus("apps").ProvisioningState, world.PoolStatus("apps").ProvisioningError).ShouldBe((ProvisioningState.Failed, world.Operation(id).Error));
        var entry = world.Store.Activities[^1];
        (entry.Status, entry.Level, JsonNode.Parse(entry.Properties)!["message"]!["code"]!.GetValue<string>()).ShouldBe(("Failed", "Error", "KubernetesVersionUnsupported"));
        world.Cluster.Conditions.ShouldHaveSingleItem().Reason.ShouldBe("KubernetesVersionUnsupported");
    }

    [Fact]
    [Trait("Rule", "CH-50")]
    [Trait("Rule", "CH-51")]
    [Trait("Rule", "CH-52")]
    public async Task Pass_ChannelTransition_ReimagesEveryNodeOfEveryLinuxPoolOnce()
    {
        var world = await CreatedAsync(("apps", 2), ("jobs", 1));
        var before = await world.Host.LookAsync(Installation.Key, TestContext.Current.CancellationToken);
        world.Spec = s => s with { Channel = NodeOsChannel.Unmanaged };
        world.Clock.MoveTo(world.Clock.Now + Duration.FromMinutes(1));
        var id = await world.AskAsync(OperationKind.ChannelTransition);

        await world.RunAsync(Duration.FromMinutes(3));
        world.Cluster.ProvisioningState.ShouldBe(ProvisioningState.Updating);
        await world.RunAsync(Day);

        world.Operation(id).Status.ShouldBe(OperationStatus.Succeeded);
        world.Cluster.ProvisioningState.ShouldBe(ProvisioningState.Succeeded);
        world.Store.Rollouts.Select(r => (r.Pool, r.Trigger, r.Phase)).ShouldBe([("apps", "ChannelTransition", "Succeeded"), ("jobs", "ChannelTransition", "Succeeded")], ignoreOrder: true);
        var after = await world.Host.LookAsync(Installation.Key, TestContext.Current.CancellationToken);
        after.ShouldNotBeNull().View.Nodes.Values.ShouldAllBe(n => n.Image.Text == Installation.Old);
        before.ShouldNotBeNull().View.Nodes.Values.ShouldAllBe(n => after.View.Nodes[n.Name].Uid != n.Uid);
        world.Store.Outbox.Count().ShouldBe(4);
    }

    [Fact]
    [Trait("Rule", "UP-66")]
    [Trait("Rule", "EV-12")]
    public async Task Pass_UpgradeIsAborted_FinishesWhatIsInFlightAndEndsCanceled()
    {
        var world = await CreatedAsync(("apps", 4));
        world.Spec = s => s with { Channel = NodeOsChannel.None };
        world.Release(Installation.New);
        var id = await world.AskAsync(OperationKind.UpgradeNodeImage, "apps");
        await world.RunAsync(Duration.FromMinutes(7));
        var abort = await world.AskAsync(OperationKind.Abort, "apps", id);

        await world.RunAsync(Duration.FromSeconds(2));
        (world.Operation(id).Status, world.PoolStatus("apps").ProvisioningState).ShouldBe((OperationStatus.Canceling, ProvisioningState.Canceling));
        await world.RunAsync(Day);

        (world.Operation(id).Status, world.Operation(abort).Status, world.PoolStatus("apps").ProvisioningState).ShouldBe((OperationStatus.Canceled, OperationStatus.Succeeded, ProvisioningState.Canceled));
        world.Store.Outbox.Last().Kind.ShouldBe("Microsoft.ContainerService.NodePoolRollingFailed");
        var nodes = (await world.Host.LookAsync(Installation.Key, TestContext.Current.CancellationToken)).ShouldNotBeNull().View.Nodes.Values;
        nodes.Count(n => n.Image.Text == Installation.Old).ShouldBeInRange(1, 3);
        nodes.ShouldAllBe(n => !n.Unschedulable);
    }

    [Fact]
    [Trait("Rule", "UP-66")]
    public async Task Pass_QueuedUpgradeIsAborted_NeverBegins()
    {
        var world = await CreatedAsync(("apps", 1), ("jobs", 1));
        world.Release(Installation.New);
        world.Spec = s => s with { Channel = NodeOsChannel.None };
        await world.AskAsync(OperationKind.UpgradeNodeImage, "apps");
        world.Clock.MoveTo(world.Clock.Now + Duration.FromSeconds(1));
        var queued = await world.AskAsync(OperationKind.UpgradeNodeImage, "jobs");
        await world.RunAsync(Duration.FromMinutes(1));
        var abort = await world.AskAsync(OperationKind.Abort, "jobs", queued);

        await world.RunAsync(Day);

        (world.Operation(queued).Status, world.Operation(abort).Status).ShouldBe((OperationStatus.Canceled, OperationStatus.Succeeded));
        world.Store.Rollouts.ShouldHaveSingleItem().Pool.ShouldBe("apps");
    }

    [Fact]
    [Trait("Rule", "UP-66")]
    public async Task Pass_AbortComesTooLate_Fails()
    {
        var world = await CreatedAsync();
        var id = await world.AskAsync(OperationKind.UpgradeNodeImage, "apps");
        await world.RunAsync(Duration.FromSeconds(5));
        var abort = await world.AskAsync(OperationKind.Abort, "apps", id);

        await world.RunAsync(Duration.FromSeconds(5));

        world.Operation(abort).Status.ShouldBe(OperationStatus.Failed);
        world.Operation(abort).Error.ShouldNotBeNull().ShouldContain("ended as Succeeded");
    }

    [Fact]
    [Trait("Rule", "UP-67")]
    public async Task Pass_ClusterIsStoppedAndStarted_FollowsAndCatchesUp()
    {
        var world = await CreatedAsync();
        await world.AskAsync(OperationKind.StopCluster);
        await world.RunAsync(Duration.FromHours(1));
        (world.Cluster.Running, world.Cluster.ProvisioningState).ShouldBe((false, ProvisioningState.Succeeded));
        world.Release(Installation.New);
        await world.NudgeAsync();
        await world.RunAsync(Duration.FromHours(1));
        world.Store.Rollouts.ShouldBeEmpty();

        await world.AskAsync(OperationKind.StartCluster);
        await world.RunAsync(Day);

        world.Cluster.Running.ShouldBeTrue();
        world.PoolStatus("apps").NodeImageVersion.ShouldBe(Installation.New);
    }

    [Fact]
    public async Task Pass_PoolIsDeleted_ItsResourceGoesWhenItsNodesHaveGone()
    {
        var world = await CreatedAsync(("apps", 2), ("jobs", 2));
        var id = await world.AskAsync(OperationKind.DeletePool, "jobs");

        await world.RunAsync(Day);

        world.Operation(id).Status.ShouldBe(OperationStatus.Succeeded);
        (await world.Store.ClusterAsync(Installation.Key, TestContext.Current.CancellationToken)).Select(r => r.Key).ShouldBe([Installation.Key, Installation.PoolKey("apps")]);
        (await world.Host.LookAsync(Installation.Key, TestContext.Current.CancellationToken)).ShouldNotBeNull().View.Nodes.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Pass_ClusterIsDeleted_NothingIsLeft()
    {
        var world = await CreatedAsync();
        var id = await world.AskAsync(OperationKind.DeleteCluster);

        await world.RunAsync(Duration.FromSeconds(5));

        world.Operation(id).Status.ShouldBe(OperationStatus.Succeeded);
        (await world.Store.ClusterAsync(Installation.Key, TestContext.Current.CancellationToken)).ShouldBeEmpty();
        (await world.Host.LookAsync(Installation.Key, TestContext.Current.CancellationToken)).ShouldBeNull();
        world.Store.Wake(Installation.Key).ShouldNotBeNull().At.ShouldBeNull();
    }

    [Fact]
    public async Task Pass_AnotherProcessHoldsTheLease_LeavesTheClusterAlone()
    {
        var world = await CreatedAsync();
        world.Clock.MoveTo(world.Clock.Now + Duration.FromMinutes(2));
        await world.Store.HoldLeaseAsync(Installation.Key, "other", world.Clock.Now, Duration.FromMinutes(1), TestContext.Current.CancellationToken);

        var result = await world.Engine.PassAsync(world.Store.Wake(Installation.Key)!, TestContext.Current.CancellationToken);

        result.Outcome.ShouldBe(PassOutcome.HeldElsewhere);
    }

    [Fact]
    public async Task Pass_LeaseRanOutWhileTheClusterWasOpen_OpensItAfreshAndGoesOn()
    {
        var world = await CreatedAsync();
        world.Release(Installation.New);
        await world.NudgeAsync();
        await world.RunAsync(Duration.FromMinutes(2));
        world.Engine.OpenClusters.ShouldBe(1);
        world.Clock.MoveTo(world.Clock.Now + Duration.FromMinutes(20));
        await (await world.Host.OpenAsync("/other", (await world.Store.HoldLeaseAsync("/other", "test", world.Clock.Now, Duration.FromMinutes(1), TestContext.Current.CancellationToken))!, TestContext.Current.CancellationToken)).DisposeAsync();

        await world.RunAsync(Day);

        world.PoolStatus("apps").NodeImageVersion.ShouldBe(Installation.New);
    }

    private static async Task<Installation> CreatedAsync(params (string Name, int Count)[] pools)
    {
        var world = new Installation();
        await world.CreateAsync(pools.Length == 0 ? [("apps", 3)] : pools);
        await world.RunAsync(Duration.FromHours(1));
        world.Cluster.ProvisioningState.ShouldBe(ProvisioningState.Succeeded);
        return world;
    }

    private static async Task<Installation> UpgradedAsync()
    {
        var world = await CreatedAsync();
        world.Release(Installation.New);
        await world.NudgeAsync();
        await world.RunAsync(Day);
        return world;
    }
}
