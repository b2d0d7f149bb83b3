using Imago.Domain.Channels;
using Imago.Domain.Images;
using Imago.Domain.Maintenance;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Tests.Rollouts.Kit;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts.Explanations;

public sealed class ExplainerTests
{
    [Fact]
    public void Explain_NodeAtTheTarget_IsCurrent() =>
        Explain(new TestCluster().Pool("a", 1, Some.New)).ShouldSay(NodeStatus.Current, "AlreadyCurrent: It is at 'AKSUbuntu-2204gen2containerd-202606.22.0'.");

    [Theory]
    [InlineData(NodeOsChannel.None, "ChannelNone")]
    [InlineData(NodeOsChannel.Unmanaged, "ChannelUnmanaged")]
    [Trait("Rule", "CH-10")]
    [Trait("Rule", "CH-11")]
    [Trait("Rule", "CH-13")]
    public void Explain_ChannelThatDoesNotActOnImages_StillShowsDriftAndPendingReboots(NodeOsChannel channel, string code)
    {
        var node = Explain(new TestCluster().Pool("a", 1).Node("a-1", n => n with { RebootPending = true }).Channel(channel));

        node.Status.ShouldBe(NodeStatus.NotSupported);
        node.Codes().ShouldBe([code, "Drift", "RebootPending"]);
        node.Reasons[1].Message.ShouldStartWith("It runs 'AKSUbuntu-2204gen2containerd-202606.01.0'; 'AKSUbuntu-2204gen2containerd-202606.22.0' is 21 days newer.");
    }

    [Theory]
    [InlineData("202606.29.0", "202606.29.1", "a later build of the same day")]
    [InlineData("202606.28.0", "202606.29.0", "1 day newer")]
    [InlineData("202606.27.0", "202606.29.0", "2 days newer")]
    public void Explain_Drift_IsCountedInWords(string runs, string newest, string lag)
    {
        var cluster = new TestCluster().Pool("a", 1, $"{Some.FamilyName}-{runs}").Channel(NodeOsChannel.None).Released($"{Some.FamilyName}-{newest}", Some.Noon);

        Explain(cluster).Reasons[1].Message.ShouldBe(
            $"It runs '{Some.FamilyName}-{runs}'; '{Some.FamilyName}-{newest}' is {lag}. Upgrade the node image by hand, or choose a channel that does.");
    }

    [Fact]
    [Trait("Rule", "CH-19")]
    public void Explain_PoolTheChannelDoesNotSupport_SaysWhy()
    {
        var node = Explain(new TestCluster().Pool("a", 1, spec: p => p with { Os = PoolOs.Windows }).Channel(NodeOsChannel.SecurityPatch));

        node.Status.ShouldBe(NodeStatus.NotSupported);
        node.Codes()[0].ShouldBe("ChannelNotSupportedForPool");
        node.Reasons[0].Message.ShouldBe("Node OS upgrade channel SecurityPatch does nothing for node pool 'a' (Windows): SecurityPatch does not exist for Windows.");
    }

    [Fact]
    [Trait("Rule", "MW-52")]
    public void Explain_WindowClosed_SaysWhenItOpens()
    {
        var node = Explain(new TestCluster().Pool("a", 1).With(s => s with { Window = Windows.Daily("20:00", 4) }));

        node.ShouldSay(NodeStatus.Pending, "WindowClosed: The maintenance window is closed; it opens at 2026-07-01T20:00:00Z.");
        node.Reasons[0].Until.ShouldBe(Some.After(8 * 60));
    }

    [Fact]
    [Trait("Rule", "MW-49")]
    public void Explain_BlockedDates_SaysUntilWhen()
    {
        var blocked = new BlockedDates(new LocalDate(2026, 7, 1), new LocalDate(2026, 7, 3));

        var node = Explain(new TestCluster().Pool("a", 1).With(s => s with { Window = Windows.Daily("10:00", 4, blocked) }));

        node.ShouldSay(NodeStatus.Pending, "BlockedDate: Blocked dates last until 2026-07-04T00:00:00Z; the window opens at 2026-07-04T10:00:00Z.");
    }

    [Fact]
    [Trait("Rule", "MW-50")]
    public void Explain_WindowChangedShortlyBeforeItOpens_SaysSo()
    {
        var window = Windows.Daily("12:10", 4) with { ChangedAt = Some.Noon - Duration.FromMinutes(1) };

        Explain(new TestCluster().Pool("a", 1).With(s => s with { Window = window })).Codes().ShouldBe(["LeadTime"]);
    }

    [Fact]
    [Trait("Rule", "UP-153")]
    public void Explain_Paused_NamesWhoWhenAndWhy() =>
        Explain(new TestCluster().Pool("a", 1).With(s => s with { Pause = new Pause("mia", Some.Noon - Duration.FromHours(1), "release day") }))
            .ShouldSay(NodeStatus.Pending, "Paused: Cluster 'c1' was paused by mia at 2026-07-01T11:00:00Z: release day.");

    [Fact]
    [Trait("Rule", "CH-87")]
    public void Explain_UnsupportedMinor_SaysWhatToDo() =>
        Explain(new TestCluster().Pool("a", 1).With(s => s with { Support = KubernetesSupport.PlatformOnly }))
            .ShouldSay(NodeStatus.Pending, "KubernetesVersionUnsupported: The Kubernetes minor of cluster 'c1' is not supported: no automatic upgrades. Upgrade Kubernetes.");

    [Fact]
    [Trait("Rule", "IM-32")]
    public void Explain_ReleaseNotHereYet_SaysWhenItArrives()
    {
        var ring = new ReleaseRing("rest", 100, Duration.Zero, Duration.FromDays(9));

        var node = Explain(new TestCluster().Pool("a", 1).With(s => s with { Ring = ring }));

        node.Status.ShouldBe(NodeStatus.Current);
        node.Codes().ShouldBe(["AlreadyCurrent", "NotYetReleasedHere"]);
        node.Reasons[1].Until.ShouldBe(Some.After(24 * 60));
    }

    [Fact]
    [Trait("Rule", "IM-41")]
    public void Explain_PinnedPool_SaysSo() =>
        Explain(new TestCluster().Pool("a", 1, spec: p => p with { PinnedBySnapshot = true })).Codes().ShouldBe(["PinnedBySnapshot", "Drift"]);

    [Fact]
    [Trait("Rule", "CH-89")]
    public void Explain_AutoProvisionedNode_IsReportedNotRolled()
    {
        var node = Explain(new TestCluster().Pool("a", 1).Node("a-1", n => n with { AutoProvisioned = true }));

        node.Status.ShouldBe(NodeStatus.NotSupported);
        node.Codes().ShouldBe(["AutoProvisioned", "Drift"]);
    }

    [Fact]
    [Trait("Rule", "IM-8")]
    public void Explain_ImageWithoutVersion_IsNeverCurrent()
    {
        var node = Explain(new TestCluster().Pool("a", 1).Node("a-1", n => n with { Image = NodeImage.Parse("AKSUbuntu-2204") }).With(s => s with { Window = Windows.Daily("20:00", 4) }));

        node.Status.ShouldBe(NodeStatus.Pending);
        node.Codes().ShouldBe(["WindowClosed", "ImageVersionUnknown"]);
    }

    [Fact]
    public void Explain_OtherFamily_IsNotCompared()
    {
        var node = Explain(new TestCluster().Pool("a", 1).Node("a-1", n => n with { Image = NodeImage.Parse("AKSUbuntu-2404gen2containerd-202606.01.0") }));

        node.Status.ShouldBe(NodeStatus.NotSupported);
        node.Codes().ShouldBe(["ImageFamilyDiffers"]);
    }

    [Fact]
    [Trait("Rule", "CH-91")]
    [Trait("Rule", "IM-37")]
    public void Explain_NewerThanTheTargetBecauseItWasWithdrawn_SaysBoth()
    {
        var node = Explain(new TestCluster().Pool("a", 1, Some.New).Released(Some.New, Some.Noon - Duration.FromDays(8), withdrawn: Some.Noon));

        node.Status.ShouldBe(NodeStatus.Current);
        node.Codes().ShouldBe(["NewerThanTarget", "ImageWithdrawn"]);
    }

    [Fact]
    [Trait("Rule", "IM-40")]
    [Trait("Rule", "IM-43")]
    public void Explain_NewestImageIsOld_SaysThatNothingNewerExists()
    {
        var cluster = new TestCluster().Pool("a", 1, Some.New);

        Explain(cluster, cluster.Input(Some.Noon + Duration.FromDays(81))).Codes().ShouldBe(["AlreadyCurrent"]);
        Explain(cluster, cluster.Input(Some.Noon + Duration.FromDays(82))).Codes().ShouldBe(["AlreadyCurrent", "ImageOutOfSupport", "NoReleaseAvailable"]);
    }

    [Fact]
    [Trait("Rule", "IM-40")]
    public void Explain_OldMachineThatIsPatchedInPlace_DoesNotSpeakOfTheAgeOfItsImage()
    {
        var cluster = new TestCluster().Pool("a", 1, Machines.Base);

        Explain(cluster, cluster.Input(Some.Noon + Duration.FromDays(1000))).Codes().ShouldNotContain("ImageOutOfSupport");
    }

    [Fact]
    [Trait("Rule", "UP-44")]
    public void Explain_BudgetThatCanNeverAllowADisruption_NamesPodOwnerBudgetAndWhatToDo()
    {
        var node = Explain(new TestCluster().Pool("a", 1).Deployment("shop/admin", "a-1").MinAvailable("shop/admin", 1).With(s => s with { Window = Windows.Daily("20:00", 4) }));

        node.Status.ShouldBe(NodeStatus.Blocked);
        node.Codes().ShouldBe(["BudgetBlocks", "WindowClosed"]);
        node.Reasons[0].Message.ShouldBe(
            "pod shop/admin-1 of Deployment/admin cannot be evicted now: disruption budget shop/admin (minAvailable 1, 1 of 1 pods healthy, 0 disruptions allowed), which can never allow one: lower minAvailable, raise maxUnavailable or add replicas.");
    }

    [Fact]
    public void Explain_PodUnderSeveralBudgetsOrWithLongGrace_IsBlocked()
    {
        var cluster = new TestCluster().Pool("a", 2)
            .Deployment("shop/web", "a-1").MinAvailable("shop/x", 0, "web").MinAvailable("shop/y", 0, "web")
            .Pod("shop/slow-1", "a-2", p => p with { GracePeriod = Duration.FromHours(1) });

        Explain(cluster, "a-1").Codes()[0].ShouldBe("PodInSeveralBudgets");
        Explain(cluster, "a-2").Codes()[0].ShouldBe("GracePeriodTooLong");
    }

    [Theory]
    [InlineData(BarePods.Evict, NodeStatus.Pending, "WindowClosed")]
    [InlineData(BarePods.Keep, NodeStatus.Blocked, "BarePodKept WindowClosed")]
    [Trait("Rule", "UP-42")]
    [Trait("Rule", "UP-44")]
    public void Explain_BarePod_IsNamedBeforehandIfThePoolKeepsIt(BarePods setting, NodeStatus status, string codes)
    {
        var node = Explain(new TestCluster().Pool("a", 1, settings: s => s with { BarePods = setting }).BarePod("shop/tool-1", "a-1").With(s => s with { Window = Windows.Daily("20:00", 4) }));

        node.Status.ShouldBe(status);
        string.Join(' ', node.Codes()).ShouldBe(codes);
        node.Reasons.Where(r => r.Code == ReasonCode.BarePodKept)
            .ShouldAllBe(r => r.Message == "pod shop/tool-1 has no controller and the pool keeps bare pods: delete it or move it, or set barePods to Evict.");
    }

    [Fact]
    [Trait("Rule", "UP-90")]
    public void Explain_BarePodUnderForce_HoldsNothing() => Explain(new TestCluster()
        .Pool("a", 1, settings: s => s with { BarePods = BarePods.Keep, Override = OverrideSettings.From(Some.Noon) }).BarePod("shop/tool-1", "a-1")).Codes().ShouldNotContain("BarePodKept");

    [Fact]
    public void Explain_PoolUnderWay_SaysWhatEachNodeWaitsFor()
    {
        var world = new ObedientWorld(RolloutStories.Shop(3, s => s with { Canary = Canary.FirstNode })).Play(2);

        Explain(world, "a-1").Codes().ShouldBe(["WaitingForCanary"]);

        world.Play(7);

        Explain(world, "a-1").ShouldSay(NodeStatus.Pending, "InProgress: Its provider reimages it since 2026-07-01T12:06:10Z.");
        Explain(world, "a-2").Codes().ShouldBe(["WaitingForCanary"]);

        world.Play(14);

        Explain(world, "a-1").Status.ShouldBe(NodeStatus.Upgraded);
        Explain(world, "a-3").ShouldSay(NodeStatus.Pending, "WaitingForSlot: 1 of at most 1 nodes are under way (a-2).");
    }

    [Fact]
    public void Explain_ProviderSaysHowFarItIs_IsPassedOn()
    {
        var world = new ObedientWorld(RolloutStories.Shop(3, s => s with { Canary = Canary.FirstNode })).Play(9);
        world.Progress = "40 %: waiting for disks to detach";

        Explain(world, "a-1").ShouldSay(NodeStatus.Pending, "InProgress: Its provider reimages it since 2026-07-01T12:06:10Z, 40 %: waiting for disks to detach.");
    }

    [Fact]
    public void Explain_SurgeNodes_AreNotNodesOfThePool()
    {
        var world = new ObedientWorld(RolloutStories.Shop(2)).Play(5);

        world.View.Nodes.Count.ShouldBe(3);
        ExplainAll(world).Keys.ShouldBe(["a-1", "a-2"]);
    }

    [Fact]
    [Trait("Rule", "UP-60")]
    public void Explain_AnotherPoolUnderWay_NamesIt()
    {
        var world = new ObedientWorld(new TestCluster().Pool("a", 1).Pool("b", 1)).Play(2);

        Explain(world, "b-1").ShouldSay(NodeStatus.Pending, "WaitingForPool: Node pool 'a' is being upgraded; pools go one after another.");
    }

    [Fact]
    public void Explain_BudgetHoldsAStartedNode_SaysWhichPodsKeepItShut()
    {
        var cluster = new TestCluster().Pool("a", 1).Pool("spare", 2, Some.New)
            .Deployment("shop/web", "a-1", "spare-1", "spare-2").MinAvailable("shop/web", 2);
        var world = new ObedientWorld(cluster).At(1, "a pod breaks", w => w.BreakPod("shop/web-3")).Play(6);

        var node = Explain(world, "a-1");

        node.Codes().ShouldBe(["InProgress", "BudgetBlocks"]);
        node.Reasons[1].Message.ShouldBe(
            "pod shop/web-1 of Deployment/web cannot be evicted now: disruption budget shop/web (minAvailable 2, 2 of 3 pods healthy, 0 disruptions allowed); not Ready: shop/web-3.");
    }

    [Fact]
    [Trait("Rule", "UP-50")]
    public void Explain_QuarantinedNode_SaysWhyAndHowToLiftIt()
    {
        var cluster = new TestCluster().Pool("a", 1, settings: s => s with { Undrainable = UndrainableNodeBehavior.Cordon })
            .Deployment("shop/admin", "a-1").MinAvailable("shop/admin", 1);
        var world = new ObedientWorld(cluster).Play(120);

        var node = Explain(world, "a-1");

        node.Status.ShouldBe(NodeStatus.Blocked);
        node.Codes()[0].ShouldBe("Quarantined");
        node.Reasons[0].Message.ShouldContain("Remove what blocks it, then its upgrade-status label, or delete the node.");
    }

    [Fact]
    [Trait("Rule", "UP-44")]
    public void Explain_NodeThatCouldNotBeDrained_QuotesTheFaultOnce()
    {
        var world = new ObedientWorld(new TestCluster().Pool("a", 2).Deployment("shop/admin", "a-1").MinAvailable("shop/admin", 1)).Play(120);

        var node = Explain(world, "a-1");

        node.Status.ShouldBe(NodeStatus.Blocked);
        node.Codes().ShouldContain("Undrainable");
        node.Codes().ShouldContain("FailedBefore");
        node.Reasons.Count(r => r.Message.Contains("could not be drained within", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    [Trait("Rule", "UP-44")]
    public void Explain_NodeGivenUpForItsBarePod_NamesThePodOnce()
    {
        var world = new ObedientWorld(new TestCluster().Pool("a", 2, settings: s => s with { BarePods = BarePods.Keep }).BarePod("shop/tool-1", "a-1")).Play(120);

        var node = Explain(world, "a-1");

        node.Status.ShouldBe(NodeStatus.Blocked);
        node.Codes().ShouldBe(["BarePodKept", "FailedBefore"]);
        node.Reasons.Count(r => r.Message.Contains("shop/tool-1", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    [Trait("Rule", "UP-150")]
    public void Explain_NodeThatDidNotComeBack_Failed()
    {
        var world = new ObedientWorld(new TestCluster().Pool("a", 2));
        world.BadNodes.Add("a-1");

        world.Play(120);

        Explain(world, "a-1").Status.ShouldBe(NodeStatus.Failed);
        Explain(world, "a-1").Codes()[0].ShouldBe("NotReadyAfterUpgrade");
    }

    [Fact]
    [Trait("Rule", "UP-150")]
    public void Explain_NodeThatCameBackTooLate_IsAtTheTarget()
    {
        var world = new ObedientWorld(new TestCluster().Pool("a", 2));
        world.BadNodes.Add("a-1");
        world.Play(120);

        world.Change("a-1", n => n with { Ready = true });

        Explain(world, "a-1").Status.ShouldBe(NodeStatus.Current);
        Explain(world, "a-1").Codes()[0].ShouldBe("AlreadyCurrent");
    }

    [Fact]
    [Trait("Rule", "MW-57")]
    public void Explain_FailedBefore_SaysWhyAndWhenItIsTriedAgain()
    {
        var world = new ObedientWorld(new TestCluster().Pool("a", 1)) { Capacity = (0, "QuotaExceeded") }.Play(5);

        var node = Explain(world, "a-1");

        node.Codes().ShouldBe(["FailedBefore"]);
        node.Reasons[0].Until.ShouldBe(Some.After(10));
        node.Reasons[0].Message.ShouldContain("QuotaExceeded");
    }

    private static NodeExplanation Explain(TestCluster cluster, string node = "a-1") => Explain(cluster, cluster.Input(), node);

    private static NodeExplanation Explain(TestCluster cluster, ClusterInput input, string node = "a-1")
    {
        cluster.Nodes.ShouldContain(n => n.Name == node);
        return Explainer.Explain(input, ClusterPlanner.Decide(input), underWay: null)[node];
    }

    private static NodeExplanation Explain(ObedientWorld world, string node) => ExplainAll(world)[node];

    private static IReadOnlyDictionary<string, NodeExplanation> ExplainAll(ObedientWorld world)
    {
        var input = world.Input();
        var record = world.Records.FirstOrDefault(r => !r.Ended);
        var plan = record is null ? null : RolloutPlanner.Decide(input, world.Spec.Pools.Single(p => string.Equals(p.Name, record.Pool, StringComparison.Ordinal)), record);
        return Explainer.Explain(input, ClusterPlanner.Decide(input), plan);
    }
}

internal static class ExplanationAssertions
{
    public static string[] Codes(this NodeExplanation node) => [.. node.Reasons.Select(r => r.Code.ToString())];

    public static void ShouldSay(this NodeExplanation node, NodeStatus status, params string[] reasons)
    {
        node.Reasons.Select(r => $"{r.Code}: {r.Message}").ShouldBe(reasons);
        node.Status.ShouldBe(status);
    }
}
