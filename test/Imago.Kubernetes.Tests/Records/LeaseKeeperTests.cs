using Imago.Application.Ports;
using Imago.Domain.Rollouts.Records;
using Imago.Kubernetes.Records;
using Imago.Kubernetes.Tests.Clusters.Kit;
using Imago.Kubernetes.Transport;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Records;

/// <summary>One writer per cluster, whatever dies, sleeps or has a wrong clock.</summary>
public sealed class LeaseKeeperTests : IAsyncLifetime
{
    private static readonly Duration Length = Duration.FromSeconds(60);
    private MiniApi _api = null!;
    private KubernetesClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await MiniApi.StartAsync();
        _client = _api.Connect();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task Hold_NobodyHasIt_MakesNamespaceAndLease()
    {
        var lease = await NewParty().HoldAsync("a");

        lease.ShouldNotBeNull().Epoch.ShouldBe(1);
        var stored = _api.Find("leases", "imago-system", "imago")!;
        stored["spec"]!["holderIdentity"]!.GetValue<string>().ShouldBe("a");
        stored["spec"]!["leaseDurationSeconds"]!.GetValue<int>().ShouldBe(90);
        stored["metadata"]!["annotations"]!["imago.dev/epoch"]!.GetValue<string>().ShouldBe("1");
        _api.Find("namespaces", null, "imago-system").ShouldNotBeNull()["metadata"]!["labels"]!["app.kubernetes.io/managed-by"]!.GetValue<string>().ShouldBe("imago");
    }

    [Fact]
    public async Task Hold_FreshEnough_AsksNobody()
    {
        var party = NewParty();
        await party.HoldAsync("a");
        var calls = _api.Calls.Count;

        party.Clock.Advance(14);
        (await party.HoldAsync("a")).ShouldNotBeNull().Epoch.ShouldBe(1);
        _api.Calls.Count.ShouldBe(calls);
    }

    [Fact]
    public async Task Hold_NotFreshAnyMore_RenewsWithOneWrite()
    {
        var party = NewParty();
        await party.HoldAsync("a");
        var calls = _api.Calls.Count;

        party.Clock.Advance(16);
        (await party.HoldAsync("a")).ShouldNotBeNull().Epoch.ShouldBe(1);
        _api.Calls.Skip(calls).ShouldBe(["PUT leases/imago-system/imago"]);
    }

    [Fact]
    public async Task Hold_AnotherHasIt_IsNullUntilWeHaveSeenItUnchangedForItsLength()
    {
        var (first, second) = (NewParty(), NewParty());
        await first.HoldAsync("a");

        (await second.HoldAsync("b")).ShouldBeNull();
        second.Clock.Advance(89);
        (await second.HoldAsync("b")).ShouldBeNull();
        second.Clock.Advance(1);
        (await second.HoldAsync("b")).ShouldNotBeNull().Epoch.ShouldBe(2);

        // The clock of the first one stood still, and it does not matter: it has lost.
        first.Clock.Advance(20);
        (await first.HoldAsync("a")).ShouldBeNull();
        first.Keeper.Epoch.ShouldBeNull();
    }

    [Fact]
    public async Task Hold_AnotherRenewsMeanwhile_StaysNull()
    {
        var (first, second) = (NewParty(), NewParty());
        await first.HoldAsync("a");
        (await second.HoldAsync("b")).ShouldBeNull();
        first.Clock.Advance(60);
        await first.HoldAsync("a");

        second.Clock.Advance(60);
        (await second.HoldAsync("b")).ShouldBeNull();
        second.Clock.Advance(60);
        (await second.HoldAsync("b")).ShouldBeNull();
        second.Clock.Advance(30);
        (await second.HoldAsync("b")).ShouldNotBeNull();
    }

    [Fact]
    public async Task Hold_BothReachForItAtOnce_OneGetsIt()
    {
        var (old, first, second) = (NewParty(), NewParty(), NewParty());
        await old.HoldAsync("old");
        await first.HoldAsync("a");
        await second.HoldAsync("b");
        first.Clock.Advance(100);
        second.Clock.Advance(100);

        var taken = await Task.WhenAll(first.HoldAsync("a").AsTask(), second.HoldAsync("b").AsTask());

        taken.Count(t => t is not null).ShouldBe(1);
    }

    [Fact]
    public async Task Hold_LeaseWasDeleted_EpochGoesOnFromTheRecords()
    {
        var first = NewParty();
        await first.HoldAsync("a");
        await first.Records.WriteAsync(RecordStoreTests.Rollout() with { Epoch = 41 }, null, TestContext.Current.CancellationToken);
        _api.Remove("leases", "imago-system", "imago");

        (await NewParty().HoldAsync("b")).ShouldNotBeNull().Epoch.ShouldBe(42);
    }

    [Fact]
    public async Task Hold_TakenOver_NoRecordOfThePredecessorCanBeStoredAnyMore()
    {
        var (first, second) = (NewParty(), NewParty());
        var epoch = (await first.HoldAsync("a"))!.Epoch;
        var stored = (await first.Records.WriteAsync(RecordStoreTests.Rollout() with { Epoch = epoch }, null, TestContext.Current.CancellationToken)).Stored.ShouldNotBeNull();
        await second.HoldAsync("b");
        second.Clock.Advance(100);
        (await second.HoldAsync("b")).ShouldNotBeNull().Epoch.ShouldBe(2);

        // It does not know yet that it lost: the write was under way.
        (await first.Records.WriteAsync(stored.Record with { Phase = RolloutPhase.Canceling }, stored.Version, TestContext.Current.CancellationToken)).Stored.ShouldBeNull();
        (await first.Records.WriteAsync(stored.Record with { Phase = RolloutPhase.Canceling }, stored.Version, TestContext.Current.CancellationToken)).Stored.ShouldBeNull();
        var now = (await second.Records.ReadAsync(TestContext.Current.CancellationToken))["apps"].Record;
        (now.Epoch, now.Phase).ShouldBe((2, RolloutPhase.Running));
    }

    [Fact]
    public async Task Release_SuccessorNeedNotWait_AndTheSameOneGoesOnUnderItsEpoch()
    {
        var (first, second) = (NewParty(), NewParty());
        await first.HoldAsync("a");
        await first.Keeper.ReleaseAsync(TestContext.Current.CancellationToken);
        (await first.HoldAsync("a")).ShouldNotBeNull().Epoch.ShouldBe(1);
        await first.Keeper.ReleaseAsync(TestContext.Current.CancellationToken);

        (await second.HoldAsync("b")).ShouldNotBeNull().Epoch.ShouldBe(2);
        (await first.HoldAsync("a")).ShouldBeNull();
    }

    [Fact]
    public async Task Hold_ClaimFails_IsTriedAgainBeforeAnythingElse()
    {
        var (first, second) = (NewParty(), NewParty());
        await first.HoldAsync("a");
        await first.Records.WriteAsync(RecordStoreTests.Rollout() with { Epoch = 1 }, null, TestContext.Current.CancellationToken);
        await first.Keeper.ReleaseAsync(TestContext.Current.CancellationToken);

        _api.Fault = call => call == "PUT configmaps/imago-system/rollout-apps" ? 400 : null;
        await Should.ThrowAsync<ConnectionException>(async () => await second.HoldAsync("b"));
        second.Keeper.Epoch.ShouldBeNull();

        _api.Fault = _ => null;
        (await second.HoldAsync("b")).ShouldNotBeNull().Epoch.ShouldBe(2);
        (await second.Records.ReadAsync(TestContext.Current.CancellationToken))["apps"].Record.Epoch.ShouldBe(2);
    }

    private Party NewParty()
    {
        var clock = new HandClock();
        var records = new RecordStore(_client, "imago-system");
        return new Party(clock, records, new LeaseKeeper(_client, "imago-system", records, clock));
    }

    private sealed record Party(HandClock Clock, RecordStore Records, LeaseKeeper Keeper)
    {
        public ValueTask<ClusterLease?> HoldAsync(string holder) => Keeper.HoldAsync(holder, Length, TestContext.Current.CancellationToken);
    }
}
