using Imago.Application.Storage;
using Imago.Persistence.Tests.Kit;
using NodaTime;
using static Imago.Persistence.Tests.Kit.Samples;

namespace Imago.Persistence.Tests.Specification;

/// <summary>Rollouts with their decisions, the outbox, releases, and what is forgotten.</summary>
public abstract class HistorySpecification(Func<ValueTask<TestDatabase>> create) : StoreSpecification(create)
{
    [Fact]
    public async Task Rollout_WrittenAgain_IsReplaced()
    {
        await CommittedAsync(new StoreBatch { Rollouts = [Rollout("r1")] });
        var ended = Rollout("r1") with { Phase = "Succeeded", EndedAt = Start + Duration.FromHours(1), OperationId = Operation(1).Id, Record = """{"epoch":2}""" };
        await CommittedAsync(new StoreBatch { Rollouts = [ended] });
        await ReopenAsync();

        (await Store.FindRolloutAsync(Cluster, "r1", Cancellation)).ShouldBe(ended);
        (await Store.FindRolloutAsync(Cluster, "r2", Cancellation)).ShouldBeNull();
        (await Store.FindRolloutAsync($"{Cluster}0", "r1", Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Rollouts_OfACluster_ComeNewestFirstInPages()
    {
        await CommittedAsync(new StoreBatch
        {
            Rollouts =
            [
                Rollout("a"), Rollout("b", Start + Duration.FromDays(2)), Rollout("c", Start + Duration.FromDays(1)), Rollout("d"), Rollout("e", cluster: $"{Cluster}0"),
            ],
        });

        var first = await Store.RolloutsAsync(Cluster, null, 3, Cancellation);
        var second = await Store.RolloutsAsync(Cluster, first.Next, 3, Cancellation);

        first.Items.Select(r => r.Id).ShouldBe(["b", "c", "d"]);
        second.Items.Select(r => r.Id).ShouldBe(["a"]);
        second.Next.ShouldBeNull();
    }

    [Fact]
    public async Task Decisions_AfterANumber_ComeInOrderUpToTheLimit()
    {
        await CommittedAsync(new StoreBatch { Decisions = [.. Enumerable.Range(1, 12).Reverse().Select(i => Decision(i))] });

        (await DecisionsAsync(3, 8)).ShouldBe(Enumerable.Range(4, 8).Select(i => Decision(i)));
    }

    [Fact]
    public async Task Decision_WrittenAgain_IsTheLaterOne()
    {
        await CommittedAsync(new StoreBatch { Decisions = [Decision(1)] });
        var again = Decision(1) with { Plan = """{"again":true}""" };
        await CommittedAsync(new StoreBatch { Decisions = [again] });

        (await DecisionsAsync(0, 10)).ShouldBe([again]);
    }

    [Fact]
    [Trait("Rule", "EV-15")]
    public async Task Outbox_UndeliveredOnes_ComeInTheOrderOfWritingUntilMarked()
    {
        await CommittedAsync(new StoreBatch { Outbox = [Message("b", Start + Duration.FromHours(1)), Message("a", Start)] });
        await CommittedAsync(new StoreBatch { Outbox = [Message("c", Start)] });
        await ReopenAsync();
        (await Store.UndeliveredAsync(2, Cancellation)).ShouldBe([Message("b", Start + Duration.FromHours(1)), Message("a", Start)]);

        await Store.MarkDeliveredAsync(["a", "b", "unknown"], Start, Cancellation);
        (await Store.UndeliveredAsync(10, Cancellation)).Select(m => m.Id).ShouldBe(["c"]);
    }

    [Fact]
    [Trait("Rule", "EV-15")]
    public async Task Outbox_OfABatchThatLost_HoldsNothing()
    {
        (await CommitAsync(Documenting(Cluster, "{}", 1) with { Outbox = [Message("a", Start)] })).Committed.ShouldBeFalse();

        (await Store.UndeliveredAsync(10, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "EV-16")]
    public async Task Outbox_SameEventTwice_IsOneAlsoAfterItsDelivery()
    {
        await CommittedAsync(new StoreBatch { Outbox = [Message("a", Start)] });
        await CommittedAsync(new StoreBatch { Outbox = [Message("a", Start)] });
        (await Store.UndeliveredAsync(10, Cancellation)).Length.ShouldBe(1);

        await Store.MarkDeliveredAsync(["a"], Start, Cancellation);
        await CommittedAsync(new StoreBatch { Outbox = [Message("a", Start)] });
        (await Store.UndeliveredAsync(10, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Releases_WrittenAgain_AreReplaced()
    {
        await CommittedAsync(new StoreBatch { Releases = [new("b", "publish", "{}"), new("a", "feed", "{}")] });
        await CommittedAsync(new StoreBatch { Releases = [new("b", "publish", """{"withdrawnAt":"2026-11-03T00:00:00Z"}""")] });

        (await Store.ReleasesAsync(Cancellation)).ShouldBe([new("a", "feed", "{}"), new("b", "publish", """{"withdrawnAt":"2026-11-03T00:00:00Z"}""")]);
    }

    [Fact]
    public async Task Releases_Forgotten_AreGoneAndTheOthersStay()
    {
        await CommittedAsync(new StoreBatch { Releases = [new("b", "archive x", "{}"), new("a", "archive x", "{}")] });
        await CommittedAsync(new StoreBatch { Releases = [new("c", "archive x", "{}")], ReleasesForgotten = ["a", "never there"] });

        (await Store.ReleasesAsync(Cancellation)).Select(r => r.Name).ShouldBe(["b", "c"]);
    }

    [Fact]
    [Trait("Rule", "EV-60")]
    public async Task Forget_OlderThanAnInstant_RemovesWhatEndedBeforeAndKeepsWhatIsUnderWay()
    {
        var before = Start + Duration.FromDays(90);
        var after = before + Duration.FromTicks(1);
        await CommittedAsync(new StoreBatch
        {
            Operations =
            [
                .. Operating(
                    Operation(1) with { Status = OperationStatus.Succeeded, EndedAt = Start },
                    Operation(2) with { Status = OperationStatus.Failed, EndedAt = after },
                    Operation(3)).Operations,
            ],
            Rollouts = [Rollout("old") with { EndedAt = Start }, Rollout("new") with { EndedAt = after }, Rollout("open")],
            Decisions = [Decision(1, "old"), Decision(2, "old"), Decision(1, "new"), Decision(1, "open")],
            Outbox = [Message("delivered", Start), Message("late", Start), Message("waiting", Start)],
        });
        await Store.MarkDeliveredAsync(["delivered"], Start, Cancellation);
        await Store.MarkDeliveredAsync(["late"], after, Cancellation);

        (await Store.ForgetBeforeAsync(before, Cancellation)).ShouldBe(4);

        (await Store.FindOperationAsync(Operation(1).Id, Cancellation)).ShouldBeNull();
        (await Store.FindOperationAsync(Operation(2).Id, Cancellation)).ShouldNotBeNull();
        (await Store.FindOperationAsync(Operation(3).Id, Cancellation)).ShouldNotBeNull();
        (await Store.RolloutsAsync(Cluster, null, 10, Cancellation)).Items.Length.ShouldBe(3);
        (await DecisionsAsync(0, 10, "old")).ShouldBeEmpty();
        (await DecisionsAsync(0, 10, "new")).Count().ShouldBe(1);
        (await DecisionsAsync(0, 10, "open")).Count().ShouldBe(1);
        (await Store.UndeliveredAsync(10, Cancellation)).Select(m => m.Id).ShouldBe(["waiting"]);
        (await Store.ForgetBeforeAsync(before, Cancellation)).ShouldBe(0);
    }

    [Fact]
    public async Task Delete_OfACluster_TakesItsRolloutsWithIt()
    {
        await CommittedAsync(Creating(ClusterResource()) with { Rollouts = [Rollout("r1")], Decisions = [Decision(1)] });
        await CommittedAsync(Deleting(Group, null));

        (await Store.FindRolloutAsync(Cluster, "r1", Cancellation)).ShouldBeNull();
        (await DecisionsAsync(0, 10)).ShouldBeEmpty();
    }

    private static StoredDecision Decision(int number, string rollout = "r1") =>
        new(Cluster, rollout, number, Start + Duration.FromSeconds(number), $$"""{"changed":{{number}}}""", """{"actions":[]}""");

    private static OutboxMessage Message(string id, Instant at) => new(id, "Microsoft.ContainerService.NodePoolRollingStarted", Cluster, at, """{"x":1}""");

    private async ValueTask<IEnumerable<StoredDecision>> DecisionsAsync(int after, int limit, string rollout = "r1") =>
        await Store.DecisionsAsync(Cluster, rollout, after, limit, Cancellation);
}
