using Imago.Application.Ports;
using Imago.Application.Tests.Reconciling.Kit;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Records;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Reconciling;

/// <summary>What the shell does around the decisions: order of calls, refusals, failures, the lease.</summary>
public sealed class ClusterReconcilerTests
{
    [Fact]
    public async Task Pass_SomethingToDo_StoresTheIntentBeforeEachAction()
    {
        var bench = new Bench();
        await bench.PassAsync();

        // The start is stored and looked at again; then the first node's start, and only then is anything done to nodes.
        bench.Cluster.Calls.Where(c => c != "find").ShouldBe(["lease", "read", "observe", "write apps", "read", "observe", "write apps", "update n2", "update n1", "read", "observe"], ignoreOrder: true);
        bench.Cluster.Calls[..4].ShouldBe(["lease", "read", "observe", "write apps"]);
        bench.Cluster.Calls.FindLastIndex(c => c == "write apps").ShouldBeLessThan(bench.Cluster.Calls.FindIndex(c => c.StartsWith("update", StringComparison.Ordinal)));
        bench.Cluster.Record()!.Active["n1"].Step.ShouldBe(NodeStep.Draining);

        // The step "Replacing" is stored before the provider is asked.
        await bench.PassAsync();
        bench.Cluster.Record()!.Active["n1"].Step.ShouldBe(NodeStep.Replacing);
        bench.Cluster.Writes.ShouldBe(["write apps", "begin Reimage n1"]);
    }

    [Fact]
    [Trait("Rule", "UP-131")]
    [Trait("Rule", "UP-133")]
    public async Task Pass_ClusterIsTold_TellsWhatIsStored()
    {
        var bench = new Bench();
        bench.Cluster.Tells = true;
        await bench.PassAsync();
        await bench.PassAsync();

        bench.Cluster.Told.Select(e => e.Message).ShouldBe(["Draining node: n1", "Deleting node n1 from API server"]);
    }

    [Fact]
    [Trait("Rule", "UP-136")]
    public async Task Pass_TellingFails_GoesOn()
    {
        var bench = new Bench();
        bench.Cluster.Tells = true;
        bench.Cluster.Before = call => _ = call == "tell" ? throw new ConnectionException("no answer") : 0;
        await bench.PassAsync();
        await bench.PassAsync();

        bench.Cluster.Told.ShouldBeEmpty();
        bench.Cluster.Record()!.Active["n1"].Step.ShouldBe(NodeStep.Replacing);
        bench.Cluster.Writes.ShouldBe(["write apps", "begin Reimage n1"]);
    }

    [Fact]
    [Trait("Rule", "UP-131")]
    public async Task Pass_RecordIsNotStored_TellsNothing()
    {
        var bench = new Bench();
        bench.Cluster.Tells = true;
        bench.Cluster.Before = _ => bench.Cluster.WritesLose = bench.Cluster.Record() is not null;
        await bench.PassAsync();

        bench.Cluster.Told.ShouldBeEmpty();
    }

    [Fact]
    public async Task Pass_NothingToDoInSomebodyElsesCluster_WritesNoLease()
    {
        var bench = new Bench();
        bench.Cluster.LeaseIsWritten = true;
        var spec = bench.Spec;
        bench.Spec = spec with { Channel = NodeOsChannel.None };
        await bench.PassAsync();
        bench.Cluster.Calls.ShouldBe(["read", "read", "observe"]);
        bench.ClusterDecisions.ShouldBe(1);

        bench.Spec = spec;
        await bench.PassAsync();

        // What was seen without a lease is seen again before it is acted upon, and then decided once.
        bench.Cluster.Calls.Where(c => c != "find").Take(7).ShouldBe(["read", "read", "observe", "lease", "read", "observe", "write apps"]);
        bench.Cluster.Record()!.Active["n1"].Step.ShouldBe(NodeStep.Draining);
        await bench.PassAsync();
        bench.Cluster.Calls[..2].ShouldBe(["read", "lease"]);
    }

    [Fact]
    public async Task Pass_ObservesRecordsBeforeTheCluster()
    {
        var bench = new Bench();
        await bench.PassAsync();

        // A record read after the view would speak of steps that the view cannot show yet.
        for (var i = 0; i < bench.Cluster.Calls.Count; i++)
        {
            if (bench.Cluster.Calls[i] == "observe")
            {
                bench.Cluster.Calls[..i].Last(c => c is "read" or "observe").ShouldBe("read");
            }
        }
    }

    [Fact]
    public async Task Pass_WriteLostAgainstAnother_DoesNothingAboutIt()
    {
        var bench = new Bench();
        bench.Cluster.Before = call => bench.Cluster.WritesLose = bench.Cluster.Record() is not null;
        await bench.PassAsync();

        bench.Cluster.Record()!.Active.ShouldBeEmpty();
        bench.Cluster.Writes.ShouldAllBe(w => w == "write apps");
        bench.Cluster.Calls.Count(c => c == "observe").ShouldBeGreaterThan(2);
    }

    [Fact]
    public async Task Pass_WritesAlwaysLose_EndsAfterItsRoundsAndComesBackSoon()
    {
        var bench = new Bench();
        bench.Cluster.WritesLose = true;

        (await bench.PassAsync()).ShouldBe(1);
        bench.Cluster.Calls.Count(c => c == "observe").ShouldBe(64);
    }

    [Theory]
    [InlineData(PatchOutcome.Conflict)]
    [InlineData(PatchOutcome.NotFound)]
    public async Task Pass_NodeHasChanged_LooksAgainSoon(PatchOutcome outcome)
    {
        var bench = new Bench();
        bench.Cluster.Patching = outcome;

        (await bench.PassAsync()).ShouldBe(5);
        bench.Refusals.ShouldContain(outcome.ToString());
        bench.Cluster.Writes.ShouldNotContain(w => w.StartsWith("begin", StringComparison.Ordinal));

        bench.Cluster.Patching = PatchOutcome.Patched;
        bench.Clock.Pass(5);
        await bench.CordonedAsync();
    }

    [Theory]
    [InlineData(null, 5)]
    [InlineData(10, 10)]
    public async Task Pass_EvictionRefused_WaitsAsLongAsTheApiSaysOrFiveSeconds(int? retryAfter, int seconds)
    {
        var bench = new Bench(Bench.Pod("a", "n1"), Bench.Pod("b", "n2"));
        await bench.CordonedAsync();
        bench.Cluster.Evicting = _ => new EvictionOutcome(EvictionStatus.Refused, retryAfter is { } s ? Duration.FromSeconds(s) : null, "no");

        (await bench.PassAsync()).ShouldBe(seconds);
        bench.Cluster.Calls.Count(c => c == "evict shop/a").ShouldBe(1);

        // Whatever else wakes it before: the pod is not asked for again.
        bench.Clock.Pass(seconds - 0.001);
        await bench.PassAsync();
        bench.Cluster.Calls.ShouldNotContain("evict shop/a");
        bench.Clock.Pass(0.001);
        await bench.PassAsync();
        bench.Cluster.Calls.Count(c => c == "evict shop/a").ShouldBe(1);
    }

    [Theory]
    [InlineData(EvictionStatus.NotFound, 0)]
    [InlineData(EvictionStatus.WrongUid, 1)]
    [InlineData(EvictionStatus.SeveralBudgets, 1)]
    public async Task Pass_OtherAnswersToAnEviction_AreTakenForWhatTheyAre(EvictionStatus status, int refusals)
    {
        var bench = new Bench(Bench.Pod("a", "n1"), Bench.Pod("b", "n2"));
        await bench.CordonedAsync();
        bench.Cluster.Evicting = _ => new EvictionOutcome(status);
        await bench.PassAsync();

        bench.Refusals.Count.ShouldBe(refusals);
        bench.Cluster.Record()!.Active["n1"].Step.ShouldBe(NodeStep.Draining);
    }

    [Fact]
    public async Task Pass_CallsAreNotAnswered_WaitsTwiceAsLongEachTimeAndStartsAnewAfterSuccess()
    {
        var bench = new Bench();
        bench.Cluster.Before = _ => throw new ConnectionException("no answer");
        var waits = new List<double?>();
        for (var i = 0; i < 8; i++)
        {
            waits.Add(await bench.PassAsync());
        }

        waits.ShouldBe([2, 4, 8, 16, 32, 60, 60, 60]);
        bench.Cluster.Before = _ => { };
        await bench.PassAsync();
        bench.Cluster.Before = _ => throw new ConnectionException("no answer");
        (await bench.PassAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task Pass_AnswerLostInTheMiddle_GoesOnFromWhatIs()
    {
        var bench = new Bench();
        await bench.CordonedAsync();
        bench.Cluster.Before = call =>
        {
            if (call.StartsWith("begin", StringComparison.Ordinal))
            {
                throw new ConnectionException("no answer");
            }
        };
        (await bench.PassAsync()).ShouldBe(2);
        bench.Cluster.Record()!.Active["n1"].Step.ShouldBe(NodeStep.Replacing);
        bench.Cluster.Before = _ => { };
        bench.Clock.Pass(2);
        await bench.PassAsync();

        bench.Cluster.Writes.ShouldBe(["begin Reimage n1"]);
    }

    [Fact]
    public async Task Pass_BugInADecision_IsNotTakenForABrokenConnection()
    {
        var bench = new Bench();
        bench.Cluster.Before = _ => throw new InvalidOperationException("a bug");

        await Should.ThrowAsync<InvalidOperationException>(bench.PassAsync());
    }

    [Fact]
    public async Task Pass_LeaseHeldByAnother_TouchesNothingAndAsksAgainAfterHalfOfIt()
    {
        var bench = new Bench();
        bench.Cluster.LeaseIsFree = false;

        (await bench.PassAsync()).ShouldBe(30);
        bench.Cluster.Calls.ShouldBe(["lease"]);
    }

    [Theory]
    [InlineData(44.9, true)]
    [InlineData(45, false)]
    public async Task Pass_TooSlow_WritesNothingOnceTheLeaseIsNearItsEnd(double seconds, bool writes)
    {
        // 60 s of lease less 15 s of margin.
        var bench = new Bench();
        bench.Cluster.Before = call => bench.Clock.Pass(call == "observe" ? seconds : 0);

        // Whatever was decided too late is decided again at once, under a new lease.
        (await bench.PassAsync()).ShouldBe(0);
        bench.Cluster.Writes.ShouldBe(writes ? ["write apps"] : []);
    }

    [Theory]
    [InlineData("lease")]
    [InlineData("write apps")]
    [InlineData("update n1")]
    public async Task Pass_OneCallTakesLong_NothingIsWrittenAfterIt(string slow)
    {
        var bench = new Bench();
        if (slow != "write apps")
        {
            await StartedAsync(bench);
        }

        bench.Cluster.Before = call =>
        {
            if (call == slow)
            {
                bench.Clock.Pass(46);

                // Setting the wall clock back must not lengthen the lease.
                bench.Clock.SetWall(-3600);
            }
        };
        await bench.PassAsync();

        var at = bench.Cluster.Calls.IndexOf(slow);
        at.ShouldBeGreaterThanOrEqualTo(0);
        bench.Cluster.Calls[(at + 1)..].Where(c => c.Split(' ')[0] is "write" or "update" or "evict" or "begin").ShouldBeEmpty();
    }

    [Fact]
    public async Task Pass_ProviderHasSeenAHigherEpoch_StopsAndLooksAgain()
    {
        var bench = new Bench();
        await bench.CordonedAsync();
        bench.Cluster.EpochIsStale = true;

        (await bench.PassAsync()).ShouldBe(5);
        bench.Refusals.ShouldContain("a higher epoch has been seen");
        bench.Cluster.Operations.ShouldBeEmpty();
    }

    [Fact]
    public async Task Pass_ProviderHasSeenAHigherEpoch_LeavesTheRestOfThePlan()
    {
        var bench = new Bench();
        bench.Spec = bench.Spec with { Pools = [bench.Spec.Pools[0] with { Settings = bench.Spec.Pools[0].Settings with { MaxUnavailable = IntOrPercent.Of(2) } }] };
        await bench.CordonedAsync();
        bench.Cluster.EpochIsStale = true;
        await bench.PassAsync();

        bench.Cluster.Writes.Count(w => w.StartsWith("begin", StringComparison.Ordinal)).ShouldBe(1);
        bench.Cluster.EpochIsStale = false;
        await bench.PassAsync();
        bench.Cluster.Writes.Count(w => w.StartsWith("begin", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    [Trait("Rule", "UP-62")]
    public async Task Pass_SomethingUnderWay_DoesNotAskWhatToStart()
    {
        var bench = new Bench();
        await bench.PassAsync();
        var decisions = bench.ClusterDecisions;
        decisions.ShouldBe(1);

        bench.Clock.Pass(10);
        await bench.PassAsync();
        bench.ClusterDecisions.ShouldBe(decisions);
    }

    [Fact]
    public async Task Pass_OperationRuns_LooksAtItEveryHalfMinute()
    {
        var bench = new Bench();

        (await bench.PassAsync()).ShouldBe(30);
    }

    [Fact]
    public async Task Pass_NothingToDo_SleepsUntilAChange()
    {
        var bench = new Bench();
        bench.Spec = bench.Spec with { Channel = Imago.Domain.Channels.NodeOsChannel.None };

        (await bench.PassAsync()).ShouldBeNull();
        bench.Cluster.Writes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Pass_RolloutEndedAndASurgeNodeIsLeft_IsStillCaredFor()
    {
        var bench = new Bench();
        await StartedAsync(bench);
        var surge = bench.Cluster.View.Nodes["n1"] with { Name = "s1", Uid = "uid-s1" };
        bench.Cluster.View = bench.Cluster.View.Apply(new ClusterChange.NodeSeen(surge));
        bench.Cluster.Put(bench.Cluster.Record()! with
        {
            Phase = RolloutPhase.Failed,
            EndedAt = bench.Clock.Now,
            Active = RolloutRecord.EmptyActive,
            Fault = new RolloutFault("DrainTimeout", "why", "n1", bench.Clock.Now),
            SurgeNodes = RolloutRecord.EmptySurge.Add("s1", new SurgeNode { Step = SurgeStep.Deleting, Since = bench.Clock.Now, NamedAt = bench.Clock.Now, Image = "x" }),
        });
        await bench.PassAsync();

        bench.Cluster.Writes.ShouldContain("begin Delete s1");
    }

    [Fact]
    public async Task Pass_PoolTakenOutOfTheSpecification_ItsRolloutIsFinishedAllTheSame()
    {
        var bench = new Bench();
        await StartedAsync(bench);
        bench.Spec = bench.Spec with { Pools = [] };
        await bench.PassAsync();

        bench.Cluster.Record()!.Active.ShouldNotBeEmpty();
        bench.Cluster.Calls.ShouldContain("observe");
    }

    // Begins a rollout, and stops when the first node is to be touched.
    private static async Task StartedAsync(Bench bench)
    {
        bench.Cluster.Before = call =>
        {
            if (call.StartsWith("update", StringComparison.Ordinal))
            {
                throw new ConnectionException("not yet");
            }
        };
        await bench.PassAsync();
        bench.Cluster.Record()!.Active.ShouldNotBeEmpty();
        bench.Cluster.Before = _ => { };
    }
}
