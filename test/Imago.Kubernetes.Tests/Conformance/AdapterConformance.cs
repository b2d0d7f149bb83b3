using Imago.Application.Attachments;
using Imago.Application.Engine;
using Imago.Application.Ports;
using Imago.Application.Storage;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Events;
using Imago.Domain.Rollouts.Records;
using Imago.Kubernetes.Clusters;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Providers;
using Imago.Kubernetes.Tests.Clusters.Kit;
using Imago.Kubernetes.Tests.Records;
using Imago.Kubernetes.Transport;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Conformance;

/// <summary>
/// What the adapter does on a cluster that behaves like Kubernetes, whichever it is: a twin, or with <c>IMAGO_TEST_KUBECONFIG</c> a real one. It takes one node out of work
/// for a moment and puts it back, and makes things in a namespace of its own.
/// </summary>
public sealed class AdapterConformance : IAttachments, IAsyncLifetime
{
    private static readonly Duration Length = Duration.FromSeconds(60);
    private ClusterUnderTest _cluster = null!;
    private AttachedClusterHost _host = null!;
    private IHostedCluster _hosted = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IClusterConnection Connection => _hosted.Connection;

    public async ValueTask InitializeAsync()
    {
        _cluster = await ClusterUnderTest.StartAsync(Cancellation);
        TestContext.Current.TestOutputHelper?.WriteLine($"Tried on {_cluster.What}.");
        _host = NewHost();
        _hosted = await _host.OpenAsync(_cluster.Attachment.ClusterKey, Lease("a"), Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _hosted.DisposeAsync();
        await _host.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    public ValueTask<Attachment?> FindAsync(string clusterKey, CancellationToken cancellation) => ValueTask.FromResult<Attachment?>(_cluster.Attachment);

    [Fact]
    [Trait("Rule", "UP-155")]
    [Trait("Rule", "UP-156")]
    [Trait("Rule", "UP-8")]
    public async Task Node_TakenAndForgotten_IsAsItWas()
    {
        var name = await AnyNodeAsync();
        await _cluster.AnnotateAsync(name, "imago-test/theirs", "yes", Cancellation);
        var before = await FindAsync(name);
        await UpdateAsync(name, new NodeUpdate
        {
            Unschedulable = true,
            Mark = new CordonMark("r", "A test", Instant.FromUtc(2026, 11, 26, 0, 0), WasUnschedulable: false),
            ScaleDownDisabled = true,
            SteeredAway = true,
            Quarantined = true,
        });

        var node = (await Connection.ObserveAsync(Cancellation)).Nodes[name];
        (node.Unschedulable, node.Mark?.Rollout, node.ScaleDownDisabled, node.SteeredAway, node.Quarantined).ShouldBe((true, "r", true, true, true));
        (await FindAsync(name)).Spec.Unschedulable.ShouldBe(true);
        await Connection.HoldLeaseAsync("a", Length, Cancellation);
        await _hosted.DisposeAsync();
        await _host.ForgetAsync(_cluster.Attachment.ClusterKey, Cancellation);

        var after = await FindAsync(name);
        after.Spec.Unschedulable.ShouldNotBe(true);
        (after.Spec.Taints ?? []).Select(t => t.Key).ShouldBe((before.Spec.Taints ?? []).Select(t => t.Key), ignoreOrder: true);
        Own(after).ShouldBe(Own(before), ignoreOrder: true);
        after.Metadata.Labels.Keys.ShouldBe(before.Metadata.Labels.Keys, ignoreOrder: true);
        (await _cluster.Client.FindAsync(ResourceTypes.Leases, new ObjectKey(_cluster.Namespace, "imago"), Cancellation)).ShouldBeNull();
        await _cluster.AnnotateAsync(name, "imago-test/theirs", null, Cancellation);
        _hosted = await _host.OpenAsync(_cluster.Attachment.ClusterKey, Lease("a"), Cancellation);

        // Controllers write annotations of their own whenever they like.
        static IEnumerable<string> Own(KubernetesNode node) => node.Metadata.Annotations.Keys.Where(a => a.StartsWith("imago", StringComparison.Ordinal) || a.Contains("scale-down", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Node_SomebodyElseChangesIt_IsAConflictOrSeenBefore()
    {
        var name = await AnyNodeAsync();
        var view = await Connection.ObserveAsync(Cancellation);
        await _cluster.AnnotateAsync(name, "imago-test/theirs", "yes", Cancellation);
        var update = new NodeUpdate { SteeredAway = true };

        (await Connection.UpdateNodeAsync(AttachedBench.Update(view, name, update), Cancellation)).ShouldBe(PatchOutcome.Conflict);
        await UpdateAsync(name, update);
        (await FindAsync(name)).Metadata.Annotations.ShouldContainKey("imago-test/theirs");
        await UpdateAsync(name, new NodeUpdate { SteeredAway = false });
        await _cluster.AnnotateAsync(name, "imago-test/theirs", null, Cancellation);
    }

    [Fact]
    [Trait("Rule", "UP-40")]
    [Trait("Rule", "UP-44")]
    public async Task Eviction_UnderABudget_IsRefusedUntilItAllows()
    {
        var pods = await _cluster.RunAsync("web", 2, Cancellation);
        await _cluster.GuardAsync("web", "web", 2, Cancellation);
        var pod = pods[0];
        var view = await AttachedBench.SeesAsync(Connection, v => v.Pods.GetValueOrDefault(pod.Key) is { Budgets.Length: 1 } && v.Budgets[new ObjectKey(_cluster.Namespace, "web")] is { StatusIsStale: false, ExpectedPods: 2 });
        view.Pods[pod.Key].Pod.Workload.ShouldBe(new WorkloadRef("Deployment", "web"));

        var refused = await EvictAsync(pod.Key, pod.Metadata.Uid!);
        refused.Status.ShouldBe(EvictionStatus.Refused);
        refused.Message.ShouldNotBeNull().ShouldContain("The disruption budget web needs 2 healthy pods and has 2 currently");
        (await EvictAsync(new ObjectKey(_cluster.Namespace, "nobody"), "u")).Status.ShouldBe(EvictionStatus.NotFound);

        await _cluster.Client.DeleteAsync(ResourceTypes.Budgets, new ObjectKey(_cluster.Namespace, "web"), null, Cancellation);
        (await EvictAsync(pod.Key, "00000000-0000-0000-0000-000000000000")).Status.ShouldBe(EvictionStatus.WrongUid);
        (await EvictAsync(pod.Key, pod.Metadata.Uid!)).Status.ShouldBe(EvictionStatus.Evicted);
        ((await Connection.ObserveAsync(Cancellation)).Pods.GetValueOrDefault(pod.Key) is { Pod.Terminating: false }).ShouldBeFalse();
        await AttachedBench.SeesAsync(Connection, v => !v.Pods.ContainsKey(pod.Key), seconds: 90);
    }

    [Fact]
    public async Task Eviction_UnderTwoBudgets_IsNeverPossible()
    {
        var pods = await _cluster.RunAsync("web", 1, Cancellation);
        await _cluster.GuardAsync("one", "web", 0, Cancellation);
        await _cluster.GuardAsync("two", "web", 0, Cancellation);
        await AttachedBench.SeesAsync(Connection, v => v.Pods.GetValueOrDefault(pods[0].Key) is { Budgets.Length: 2 });

        (await EvictAsync(pods[0].Key, pods[0].Metadata.Uid!)).Status.ShouldBe(EvictionStatus.SeveralBudgets);
    }

    [Fact]
    [Trait("Rule", "UP-94")]
    public async Task Delete_UnderABudget_Goes()
    {
        var pods = await _cluster.RunAsync("web", 1, Cancellation);
        await _cluster.GuardAsync("web", "web", 1, Cancellation);
        await AttachedBench.SeesAsync(Connection, v => v.Pods.ContainsKey(pods[0].Key));

        (await Connection.DeletePodAsync(new RolloutAction.DeletePod(pods[0].Key, pods[0].Metadata.Uid!, ""), Cancellation)).Status.ShouldBe(EvictionStatus.Evicted);
        await AttachedBench.SeesAsync(Connection, v => !v.Pods.ContainsKey(pods[0].Key), seconds: 90);
    }

    [Fact]
    public async Task Records_SuccessorTakesOver_PredecessorCannotWriteAnyMore()
    {
        var lease = (await Connection.HoldLeaseAsync("a", Length, Cancellation)).ShouldNotBeNull();
        var stored = (await Connection.WriteRecordAsync(RecordStoreTests.Rollout() with { Epoch = lease.Epoch }, null, Cancellation)).Stored.ShouldNotBeNull();
        await using var other = NewHost();
        await using var rival = await other.OpenAsync(_cluster.Attachment.ClusterKey, Lease("b"), Cancellation);
        (await rival.Connection.HoldLeaseAsync("b", Length, Cancellation)).ShouldBeNull();
        (await rival.Connection.ReadRecordsAsync(Cancellation))["apps"].Record.Id.ShouldBe(stored.Record.Id);

        // It is let go, but its former holder does not know: as if it had slept.
        var held = (await _cluster.Client.FindAsync(ResourceTypes.Leases, new ObjectKey(_cluster.Namespace, "imago"), Cancellation)).ShouldNotBeNull();
        (await _cluster.Client.ReplaceAsync(ResourceTypes.Leases, held with { Spec = held.Spec with { HolderIdentity = "" } }, Cancellation)).OrThrow();
        (await rival.Connection.HoldLeaseAsync("b", Length, Cancellation)).ShouldNotBeNull().Epoch.ShouldBeGreaterThan(lease.Epoch);

        (await Connection.WriteRecordAsync(stored.Record with { Phase = RolloutPhase.Canceling }, stored.Version, Cancellation)).Stored.ShouldBeNull();
        (await rival.Connection.ReadRecordsAsync(Cancellation))["apps"].Record.Phase.ShouldBe(RolloutPhase.Running);
    }

    [Fact]
    [Trait("Rule", "UP-131")]
    [Trait("Rule", "UP-136")]
    public async Task Events_AreFoundByTheirSource()
    {
        var name = await AnyNodeAsync();
        var id = $"{name}.{_cluster.Namespace}";
        await Connection.TellAsync([new ClusterEvent(id, name, "Drain", IsWarning: false, $"Draining node: {name}")], Cancellation);

        for (var i = 0; ; i++)
        {
            var told = new List<KubernetesEvent>();
            await foreach (var one in _cluster.Client.ListAsync(ResourceTypes.Events, new ListQuery { Namespace = "default", FieldSelector = "source=upgrader" }, Cancellation))
            {
                told.Add(one);
            }

            if (told.Find(e => e.Metadata.Name == id) is { } found)
            {
                (found.Reason, found.Type, found.InvolvedObject.Name, found.Source?.Component).ShouldBe(("Drain", "Normal", name, "upgrader"));
                break;
            }

            i.ShouldBeLessThan(200);
            await Task.Delay(50, Cancellation);
        }

        await _cluster.Client.DeleteAsync(ResourceTypes.Events, new ObjectKey("default", id), null, Cancellation);
    }

    [Fact]
    public async Task Dump_IsWhatAForecastReads()
    {
        await using var dump = await new ClusterDump(ClusterUnderTest.Connect).DumpAsync(_cluster.Attachment, Cancellation);
        using var json = await System.Text.Json.JsonDocument.ParseAsync(dump, default, Cancellation);
        var kinds = json.RootElement.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("kind").GetString()).Distinct().ToList();

        kinds.ShouldContain("Node");
        kinds.ShouldContain("Namespace");
    }

    private AttachedClusterHost NewHost() =>
        new(this, ClusterUnderTest.Connect, new NodeProviders(new WallClock()), _ => { }, new WallClock(), new AttachedClusterOptions(), NullLogger<AttachedClusterHost>.Instance);

    private StoredLease Lease(string holder) => new(_cluster.Attachment.ClusterKey, holder, 1, Instant.MaxValue);

    private async Task<string> AnyNodeAsync() =>
        (await Connection.ObserveAsync(Cancellation)).Nodes.Values.Where(n => n is { Available: true, Pool: not "control-plane" }).Select(n => n.Name).Order(StringComparer.Ordinal).First();

    private async Task<KubernetesNode> FindAsync(string node) => (await _cluster.Client.FindAsync(ResourceTypes.Nodes, new ObjectKey("", node), Cancellation)).ShouldNotBeNull();

    // Kubelets report all the time, so a conflict is nothing special.
    private async Task UpdateAsync(string node, NodeUpdate update)
    {
        for (var i = 0; i < 20; i++)
        {
            if (await Connection.UpdateNodeAsync(AttachedBench.Update(await Connection.ObserveAsync(Cancellation), node, update), Cancellation) == PatchOutcome.Patched)
            {
                return;
            }
        }

        throw new InvalidOperationException($"Node {node} could not be changed.");
    }

    private ValueTask<EvictionOutcome> EvictAsync(ObjectKey pod, string uid) => Connection.EvictAsync(new RolloutAction.EvictPod(pod, uid, ""), Cancellation);
}
