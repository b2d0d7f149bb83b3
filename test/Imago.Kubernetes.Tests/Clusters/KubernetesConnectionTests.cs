using System.Text.Json.Nodes;
using Imago.Application.Engine;
using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Kubernetes.Clusters;
using Imago.Kubernetes.Tests.Clusters.Kit;
using Imago.Kubernetes.Tests.Records;
using NodaTime;
using Shouldly;
using Xunit;
using Cluster = Imago.Kubernetes.Tests.Clusters.Kit.Objects;

namespace Imago.Kubernetes.Tests.Clusters;

/// <summary>What the adapter sends and what it makes of the answers, also when the network fails.</summary>
public sealed class KubernetesConnectionTests : IAsyncLifetime
{
    private static readonly CordonMark Mark = new("apps-1", "Upgrading", Instant.FromUtc(2026, 11, 25, 1, 2), WasUnschedulable: false);
    private static readonly ObjectKey Web = new("shop", "web-1-a");
    private AttachedBench _bench = null!;
    private IHostedCluster _cluster = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private MiniApi Api => _bench.Api;

    private IClusterConnection Connection => _cluster.Connection;

    public async ValueTask InitializeAsync()
    {
        _bench = await AttachedBench.StartAsync();
        Api.Put("nodes", null, "n1", Cluster.Node());
        Api.Put("nodes", null, "n2", Cluster.Node());
        Api.Put("pods", "shop", "web-1-a", Cluster.Pod());
        Api.Put("replicasets", "shop", "web-1", Cluster.ReplicaSet("web"));
        Api.Put("poddisruptionbudgets", "shop", "web", Cluster.Budget(1));
        _cluster = await _bench.OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _bench.DisposeAsync();
    }

    [Fact]
    public async Task Observe_FirstTime_SeesTheWholeClusterAndWritesNothing()
    {
        var view = await ObserveAsync();

        view.Nodes.Keys.Order().ShouldBe(["n1", "n2"]);
        view.Pods[Web].Budgets.ShouldBe([new ObjectKey("shop", "web")]);
        view.Pods[Web].Pod.Workload.ShouldBe(new WorkloadRef("Deployment", "web"));
        Api.Writes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Observe_SomethingChanges_SeesItByTheWatch()
    {
        await ObserveAsync();
        Api.Put("nodes", null, "n3", Cluster.Node());
        Api.Remove("nodes", null, "n2");
        Api.Put("pods", "shop", "web-1-b", Cluster.Pod("n3"));
        Api.Put("poddisruptionbudgets", "shop", "web", Cluster.Budget(0));

        var view = await AttachedBench.SeesAsync(Connection, v => v.Nodes.ContainsKey("n3") && !v.Nodes.ContainsKey("n2") && v.PodsOn("n3").Length == 1 && v.Budgets.Values.Single().DisruptionsAllowed == 0);
        view.Nodes.Count.ShouldBe(2);
        Api.Calls.Count(c => c == "GET nodes").ShouldBe(1);
    }

    [Fact]
    public async Task Observe_WatchesAreDropped_MissesNothing()
    {
        await ObserveAsync();
        Api.DropWatches();
        Api.Put("nodes", null, "n3", Cluster.Node());
        Api.Remove("pods", "shop", "web-1-a");

        await AttachedBench.SeesAsync(Connection, v => v.Nodes.ContainsKey("n3") && v.Pods.IsEmpty);
    }

    [Fact]
    public async Task Observe_NothingIsAllowed_SaysWhatIsWrong()
    {
        await using var bench = await AttachedBench.StartAsync(new AttachedClusterOptions { LongestSync = Duration.FromSeconds(1) });
        bench.Api.Fault = call => call.Contains("pods", StringComparison.Ordinal) ? 403 : null;
        await using var cluster = await bench.OpenAsync();

        var failure = await Should.ThrowAsync<ConnectionException>(async () => await cluster.Connection.ObserveAsync(Cancellation));
        failure.Message.ShouldContain("pods");
    }

    [Fact]
    public async Task Observe_ReplicaSetsMayNotBeRead_KnowsPodsByThem()
    {
        await using var bench = await AttachedBench.StartAsync(new AttachedClusterOptions { OwnersFirst = Duration.FromMilliseconds(200) });
        bench.Api.Fault = call => call.Contains("replicasets", StringComparison.Ordinal) ? 403 : null;
        bench.Api.Put("pods", "shop", "web-1-a", Cluster.Pod());
        await using var cluster = await bench.OpenAsync();

        (await cluster.Connection.ObserveAsync(Cancellation)).Pods[Web].Pod.Workload.ShouldBe(new WorkloadRef("ReplicaSet", "web-1"));
    }

    [Fact]
    public async Task Observe_ReplicaSetComesAfterItsPods_KnowsTheDeployment()
    {
        await ObserveAsync();
        Api.Put("pods", "shop", "cart-1-a", Cluster.Pod(owner: "ReplicaSet/cart-1", app: "cart"));
        await AttachedBench.SeesAsync(Connection, v => v.Pods.Count == 2);
        Api.Put("replicasets", "shop", "cart-1", Cluster.ReplicaSet("cart"));

        await AttachedBench.SeesAsync(Connection, v => v.Pods[new ObjectKey("shop", "cart-1-a")].Pod.Workload == new WorkloadRef("Deployment", "cart"));
    }

    [Fact]
    [Trait("Rule", "UP-155")]
    public async Task UpdateNode_IsOnePatch_AndTheNextLookSeesIt()
    {
        var view = await ObserveAsync();
        Api.DropWatches();
        var outcome = await Connection.UpdateNodeAsync(AttachedBench.Update(view, "n1", new NodeUpdate { Unschedulable = true, Mark = Mark, ScaleDownDisabled = true, SteeredAway = true }), Cancellation);

        outcome.ShouldBe(PatchOutcome.Patched);
        Api.Writes.ShouldBe(["PATCH nodes/n1"]);
        var node = (await ObserveAsync()).Nodes["n1"];
        (node.Unschedulable, node.Mark, node.ScaleDownDisabled, node.SteeredAway).ShouldBe((true, Mark, true, true));
    }

    [Fact]
    [Trait("Rule", "UP-40")]
    public async Task UpdateNode_PodWasBoundRightBeforeTheCordonAndIsNotToldYet_NextLookWaitsForIt()
    {
        var view = await ObserveAsync();
        var held = new TaskCompletionSource();
        Api.Delay = call => call == "WATCH pods" ? held.Task : Task.CompletedTask;
        Api.DropWatches();
        Api.Put("pods", "shop", "web-1-late", Cluster.Pod("n2"));

        await Connection.UpdateNodeAsync(AttachedBench.Update(view, "n2", new NodeUpdate { Unschedulable = true, Mark = Mark }), Cancellation);
        var next = ObserveAsync().AsTask();
        await Task.WhenAny(next, Task.Delay(TimeSpan.FromSeconds(1.5), Cancellation));

        next.IsCompleted.ShouldBeFalse();
        held.SetResult();
        (await next).PodsOn("n2").Select(p => p.Pod.Key.Name).ShouldBe(["web-1-late"]);
    }

    [Fact]
    public async Task UpdateNode_PodOfACordonedNodeIsGoneAgainBeforeItIsTold_IsNotWaitedFor()
    {
        var view = await ObserveAsync();
        var held = new TaskCompletionSource();
        Api.Delay = call => call == "WATCH pods" ? held.Task : Task.CompletedTask;
        Api.DropWatches();
        Api.Put("pods", "shop", "web-1-late", Cluster.Pod("n2"));
        await Connection.UpdateNodeAsync(AttachedBench.Update(view, "n2", new NodeUpdate { Unschedulable = true, Mark = Mark }), Cancellation);
        Api.Hold = call =>
        {
            Api.Remove("pods", "shop", "web-1-late");
            return Task.CompletedTask;
        };

        (await ObserveAsync()).PodsOn("n2").ShouldBeEmpty();
        Api.Calls.Count(c => c == "GET pods").ShouldBe(3, "at first, after the cordon, and once more because the pod was not told");
        held.SetResult();
    }

    [Fact]
    public async Task UpdateNode_SomebodyChangedIt_IsAConflictAndTheNextLookIsFresh()
    {
        var view = await ObserveAsync();
        var held = new TaskCompletionSource();
        Api.Delay = call => call.StartsWith("WATCH", StringComparison.Ordinal) ? held.Task : Task.CompletedTask;
        Api.DropWatches();
        Api.Put("nodes", null, "n1", Cluster.Node(change: n => n["spec"]!["taints"] = JsonNode.Parse("""[{"key":"theirs","effect":"NoSchedule"}]""")));
        var update = new NodeUpdate { SteeredAway = true };

        (await Connection.UpdateNodeAsync(AttachedBench.Update(view, "n1", update), Cancellation)).ShouldBe(PatchOutcome.Conflict);
        (await Connection.UpdateNodeAsync(AttachedBench.Update(await ObserveAsync(), "n1", update), Cancellation)).ShouldBe(PatchOutcome.Patched);
        held.SetResult();

        Api.Find("nodes", null, "n1")!["spec"]!["taints"]!.AsArray().Select(t => t!["key"]!.GetValue<string>()).ShouldBe(["theirs", "imago.dev/upgrade-pending"]);
    }

    [Fact]
    public async Task UpdateNode_DecidedOnAnOlderView_AsksNobody()
    {
        var old = await ObserveAsync();
        Api.Put("nodes", null, "n1", Cluster.Node(image: "AKSUbuntu-2204gen2containerd-202611.20.0"));
        await AttachedBench.SeesAsync(Connection, v => v.Nodes["n1"].ResourceVersion != old.Nodes["n1"].ResourceVersion);

        (await Connection.UpdateNodeAsync(AttachedBench.Update(old, "n1", new NodeUpdate { Unschedulable = true }), Cancellation)).ShouldBe(PatchOutcome.Conflict);
        Api.Writes.ShouldBeEmpty();
    }

    [Fact]
    public async Task UpdateNode_NodeIsGone_SaysSo()
    {
        var view = await ObserveAsync();
        Api.Fault = call => call == "PATCH nodes/n1" ? 404 : null;

        (await Connection.UpdateNodeAsync(AttachedBench.Update(view, "n1", new NodeUpdate { Unschedulable = true }), Cancellation)).ShouldBe(PatchOutcome.NotFound);
        (await Connection.UpdateNodeAsync(new RolloutAction.UpdateNode("nobody", "1", new NodeUpdate()), Cancellation)).ShouldBe(PatchOutcome.NotFound);
    }

    [Fact]
    public async Task UpdateNode_NodeIsGoneBeforeTheAnswerComes_DoesNotComeBack()
    {
        var view = await ObserveAsync();
        Api.Hold = async call =>
        {
            if (call == "PATCH nodes/n1")
            {
                Api.Remove("nodes", null, "n1");
                await AttachedBench.SeesAsync(Connection, v => !v.Nodes.ContainsKey("n1"));
            }
        };

        await Connection.UpdateNodeAsync(AttachedBench.Update(view, "n1", new NodeUpdate { Unschedulable = true }), Cancellation);

        (await ObserveAsync()).Nodes.Keys.ShouldBe(["n2"]);
    }

    [Fact]
    public async Task Observe_NothingWasHeardForTooLong_IsNotDecidedOn()
    {
        await ObserveAsync();
        await SettleAsync();
        _bench.Clock.Sleep(TimeSpan.FromMinutes(20));

        (await Should.ThrowAsync<ConnectionException>(async () => await ObserveAsync())).Message.ShouldContain("nodes");

        Api.DropWatches();
        await AttachedBench.SeesAgainAsync(Connection);
    }

    [Fact]
    public async Task Observe_ClockIsSet_GoesOn()
    {
        await ObserveAsync();
        Api.Fault = call => call.StartsWith("WATCH", StringComparison.Ordinal) ? 500 : null;
        Api.DropWatches();
        await Task.Delay(50, Cancellation);
        _bench.Clock.Set(TimeSpan.FromHours(1));

        (await ObserveAsync()).Nodes.Count.ShouldBe(2);
    }

    [Fact]
    public async Task HoldLease_SameClusterUnderAnotherName_IsNotShared()
    {
        await using var other = await _bench.OpenAsync("/subscriptions/s/resourcegroups/g/providers/microsoft.containerservice/managedclusters/twice");

        (await Connection.HoldLeaseAsync("server", Duration.FromSeconds(60), Cancellation)).ShouldNotBeNull();
        (await other.Connection.HoldLeaseAsync("server", Duration.FromSeconds(60), Cancellation)).ShouldBeNull();
        (await Connection.HoldLeaseAsync("server", Duration.FromSeconds(60), Cancellation)).ShouldNotBeNull();
    }

    [Fact]
    [Trait("Rule", "UP-40")]
    public async Task Evict_Allowed_PodLeavesAndItsBudgetIsChargedAtOnce()
    {
        await ObserveAsync();
        var held = new TaskCompletionSource();
        Api.Delay = call => call.StartsWith("WATCH", StringComparison.Ordinal) ? held.Task : Task.CompletedTask;
        Api.DropWatches();

        (await EvictAsync("uid-web-1-a")).Status.ShouldBe(EvictionStatus.Evicted);
        var view = await ObserveAsync();
        view.Pods[Web].Pod.Terminating.ShouldBeTrue();
        view.Budgets.Values.Single().DisruptionsAllowed.ShouldBe(0);
        Api.Writes.ShouldBe(["POST pods/shop/web-1-a/eviction"]);
        held.SetResult();

        // What the cluster says counts, as soon as it does.
        Api.Put("poddisruptionbudgets", "shop", "web", Cluster.Budget(2));
        await AttachedBench.SeesAsync(Connection, v => v.Budgets.Values.Single().DisruptionsAllowed == 2);
    }

    [Fact]
    [Trait("Rule", "UP-44")]
    public async Task Evict_BudgetForbids_TellsTheBudgetAndWhenToAskAgain()
    {
        await ObserveAsync();
        Api.Held["web-1-a"] = 7;

        var outcome = await EvictAsync("uid-web-1-a");
        (outcome.Status, outcome.RetryAfter).ShouldBe((EvictionStatus.Refused, Duration.FromSeconds(7)));
        outcome.Message.ShouldNotBeNull().ShouldContain("The disruption budget cart needs 2 healthy pods");
        (await ObserveAsync()).Pods[Web].Pod.Terminating.ShouldBeFalse();
    }

    [Fact]
    public async Task Evict_OtherAnswers_AreTold()
    {
        await ObserveAsync();
        (await EvictAsync("somebody-else")).Status.ShouldBe(EvictionStatus.WrongUid);
        Api.Remove("pods", "shop", "web-1-a");
        (await EvictAsync("uid-web-1-a")).Status.ShouldBe(EvictionStatus.NotFound);
        Api.Fault = call => call.EndsWith("eviction", StringComparison.Ordinal) ? 500 : null;
        await Should.ThrowAsync<ConnectionException>(async () => await EvictAsync("uid-web-1-a"));
    }

    [Fact]
    [Trait("Rule", "UP-94")]
    public async Task DeletePod_BudgetForbids_DeletesItAnyway()
    {
        await ObserveAsync();
        Api.Held["web-1-a"] = null;

        (await Connection.DeletePodAsync(new RolloutAction.DeletePod(Web, "other", "n1"), Cancellation)).Status.ShouldBe(EvictionStatus.WrongUid);
        (await Connection.DeletePodAsync(new RolloutAction.DeletePod(Web, "uid-web-1-a", "n1"), Cancellation)).Status.ShouldBe(EvictionStatus.Evicted);
        (await ObserveAsync()).Pods[Web].Pod.Terminating.ShouldBeTrue();
    }

    [Fact]
    public async Task WriteRecord_WithoutTheLease_IsRefused()
    {
        (await Connection.WriteRecordAsync(RecordStoreTests.Rollout(), null, Cancellation)).Stored.ShouldBeNull();
        var lease = (await Connection.HoldLeaseAsync("a", Duration.FromSeconds(60), Cancellation))!;
        (await Connection.WriteRecordAsync(RecordStoreTests.Rollout() with { Epoch = lease.Epoch - 1 }, null, Cancellation)).Stored.ShouldBeNull();
        (await Connection.WriteRecordAsync(RecordStoreTests.Rollout() with { Epoch = lease.Epoch }, null, Cancellation)).Stored.ShouldNotBeNull();
    }

    [Fact]
    public async Task Changes_NobodyIsUnderWay_OnlyThoseOfNodesWakeTheEngine()
    {
        await ObserveAsync();
        await SettleAsync();
        var before = _bench.Happened;
        Api.Put("pods", "shop", "web-1-b", Cluster.Pod());
        Api.Put("poddisruptionbudgets", "shop", "web", Cluster.Budget(0));
        Api.Put("nodes", null, "n1", Cluster.Node(change: n => n["status"]!["conditions"]![1]!["lastHeartbeatTime"] = "2026-11-26T00:00:00Z"));
        await AttachedBench.SeesAsync(Connection, v => v.Pods.Count == 2 && v.Budgets.Values.Single().DisruptionsAllowed == 0);
        _bench.Happened.ShouldBe(before);

        Api.Put("nodes", null, "n1", Cluster.Node(image: "AKSUbuntu-2204gen2containerd-202611.20.0"));
        await AttachedBench.SeesAsync(Connection, _ => _bench.Happened > before);
    }

    [Fact]
    public async Task Changes_NodeIsUnderWay_ItsPodsAndBudgetsWakeTheEngine()
    {
        await ObserveAsync();
        var lease = (await Connection.HoldLeaseAsync("a", Duration.FromSeconds(60), Cancellation))!;
        await Connection.WriteRecordAsync(RecordStoreTests.Rollout() with { Epoch = lease.Epoch }, null, Cancellation);
        await SettleAsync();
        var before = _bench.Happened;
        Api.Remove("pods", "shop", "web-1-a");
        await AttachedBench.SeesAsync(Connection, _ => _bench.Happened > before);
    }

    [Fact]
    public async Task Advance_AttachmentHasChanged_GoesOnWithTheNewOne()
    {
        await ObserveAsync();
        (await _cluster.AdvanceAsync(Cancellation)).ShouldBeFalse();
        _bench.Attachment = _bench.Attachment! with { Pools = [new("north", "topology.kubernetes.io/zone=north-1")] };

        (await _cluster.AdvanceAsync(Cancellation)).ShouldBeTrue();
        (await ObserveAsync()).Nodes["n1"].Pool.ShouldBe("north");
    }

    [Fact]
    public async Task Advance_AnotherServerHasWrittenRecords_ReadsThem()
    {
        (await Connection.ReadRecordsAsync(Cancellation)).ShouldBeEmpty();
        await using var second = new AttachedBench.Second(_bench);
        await using (var other = await second.OpenAsync())
        {
            var lease = (await other.Connection.HoldLeaseAsync("b", Duration.FromSeconds(60), Cancellation))!;
            await other.Connection.WriteRecordAsync(RecordStoreTests.Rollout() with { Epoch = lease.Epoch }, null, Cancellation);
        }

        await _cluster.AdvanceAsync(Cancellation);

        (await Connection.ReadRecordsAsync(Cancellation)).Keys.ShouldBe(["apps"]);
    }

    [Fact]
    public async Task Idle_NobodyUsesIt_IsPutAwayAndComesBack()
    {
        await using var bench = await AttachedBench.StartAsync(new AttachedClusterOptions { KeepIdle = Duration.FromMilliseconds(100) });
        bench.Api.Put("nodes", null, "n1", Cluster.Node());
        (await bench.Host.LookAsync(AttachedBench.Key, Cancellation)).ShouldNotBeNull().View.Nodes.Count.ShouldBe(1);
        for (var i = 0; bench.Host.Watched > 0 && i < 500; i++)
        {
            await Task.Delay(10, Cancellation);
        }

        bench.Host.Watched.ShouldBe(0);
        (await bench.Host.LookAsync(AttachedBench.Key, Cancellation)).ShouldNotBeNull().View.Nodes.Count.ShouldBe(1);
        bench.Api.Writes.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "UP-155")]
    public async Task Forget_LeavesTheClusterAsItWas()
    {
        Api.Put("nodes", null, "theirs", Cluster.Node(change: n => n["spec"]!["unschedulable"] = true));
        var view = await AttachedBench.SeesAsync(Connection, v => v.Nodes.Count == 3);
        var before = Texts();
        var lease = (await Connection.HoldLeaseAsync("a", Duration.FromSeconds(60), Cancellation))!;
        await Connection.WriteRecordAsync(RecordStoreTests.Rollout() with { Epoch = lease.Epoch }, null, Cancellation);
        await Connection.UpdateNodeAsync(AttachedBench.Update(view, "n1", new NodeUpdate { Unschedulable = true, Mark = Mark, ScaleDownDisabled = true, SteeredAway = true, Quarantined = true }), Cancellation);
        await Connection.UpdateNodeAsync(AttachedBench.Update(view, "theirs", new NodeUpdate { Unschedulable = true, Mark = Mark with { WasUnschedulable = true } }), Cancellation);
        await _cluster.DisposeAsync();

        // It stops in the middle, and goes on.
        var patches = 0;
        Api.Fault = call => call.StartsWith("PATCH", StringComparison.Ordinal) && ++patches == 2 ? 500 : null;
        await Should.ThrowAsync<ConnectionException>(async () => await _bench.Host.ForgetAsync(AttachedBench.Key, Cancellation));
        Api.Fault = _ => null;
        await _bench.Host.ForgetAsync(AttachedBench.Key, Cancellation);
        await _bench.Host.ForgetAsync(AttachedBench.Key, Cancellation);

        Texts().ShouldBe(before);
        Api.All("configmaps").ShouldBeEmpty();
        Api.All("leases").ShouldBeEmpty();
        _cluster = await _bench.OpenAsync();

        List<string> Texts() => [.. Api.All("nodes").Select(n =>
        {
            n["metadata"]!.AsObject().Remove("resourceVersion");
            return n.ToJsonString();
        })];
    }

    [Fact]
    public async Task Forget_AnotherHoldsTheLease_TouchesNothing()
    {
        await ObserveAsync();
        Api.Put("namespaces", null, "imago-system", new JsonObject());
        Api.Put("leases", "imago-system", "imago", (JsonObject)JsonNode.Parse("""{"spec":{"holderIdentity":"another","leaseDurationSeconds":90}}""")!);

        (await Should.ThrowAsync<ConnectionException>(async () => await _bench.Host.ForgetAsync(AttachedBench.Key, Cancellation))).Message.ShouldContain("another Imago holds lease");
        Api.Writes.ShouldBeEmpty();
        await _cluster.DisposeAsync();
        _cluster = await _bench.OpenAsync();
    }

    [Fact]
    public async Task Forget_HolderOfTheLeaseIsDead_WaitsUntilItHasRunOut()
    {
        Api.Put("namespaces", null, "imago-system", new JsonObject());
        Api.Put("leases", "imago-system", "imago", (JsonObject)JsonNode.Parse("""{"spec":{"holderIdentity":"dead","leaseDurationSeconds":90}}""")!);
        await _cluster.DisposeAsync();

        await Should.ThrowAsync<ConnectionException>(async () => await _bench.Host.ForgetAsync(AttachedBench.Key, Cancellation));
        _bench.Clock.Sleep(TimeSpan.FromSeconds(91));
        await _bench.Host.ForgetAsync(AttachedBench.Key, Cancellation);

        Api.All("leases").ShouldBeEmpty();
        _cluster = await _bench.OpenAsync();
    }

    private ValueTask<ClusterView> ObserveAsync() => Connection.ObserveAsync(Cancellation);

    private ValueTask<EvictionOutcome> EvictAsync(string uid) => Connection.EvictAsync(new RolloutAction.EvictPod(Web, uid, "n1"), Cancellation);

    // What the first lists tell is told before the watches are open.
    private async Task SettleAsync()
    {
        for (var i = 0; Api.Calls.Count(c => c.StartsWith("WATCH", StringComparison.Ordinal)) < 4 && i < 500; i++)
        {
            await Task.Delay(10, Cancellation);
        }
    }
}
