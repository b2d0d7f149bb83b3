using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Tests.Rollouts.Kit;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts;

/// <summary>How the canary and surge nodes are judged before they take work.</summary>
public sealed class CanaryTests
{
    private const string Surge = "a-surge-1";

    [Fact]
    [Trait("Rule", "UP-151")]
    public void Decide_CanaryHealthyAndSoaked_ServesAfterItsSoakAndNotBefore()
    {
        var cluster = Watched(n => n);

        Decide(cluster, Some.After(1.99)).Record.SurgeNodes[Surge].Step.ShouldBe(SurgeStep.Watching);
        Decide(cluster, Some.After(2)).Record.SurgeNodes[Surge].Step.ShouldBe(SurgeStep.Serving);
    }

    [Theory]
    [InlineData("not ready")]
    [InlineData("pressure")]
    [InlineData("daemon pod")]
    [Trait("Rule", "UP-152")]
    public void Decide_CanaryTurnsUnhealthyWhileWatched_HaltsThePool(string trouble)
    {
        var cluster = Watched(n => n with { Ready = trouble != "not ready", UnderPressure = trouble == "pressure" });
        cluster.Pod("kube-system/cni-x", Surge, p => p with { Owner = new WorkloadRef("DaemonSet", "cni"), Ready = trouble != "daemon pod" });

        var plan = Decide(cluster, Some.After(1));

        plan.Record.Phase.ShouldBe(RolloutPhase.Halting);
        plan.Record.Fault!.Code.ShouldBe(nameof(ReasonCode.NotReadyAfterUpgrade));
        plan.Record.Active.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(7, 6, SurgeStep.Verifying)]
    [InlineData(7, 20, SurgeStep.Serving)]
    [Trait("Rule", "CH-37")]
    public void Decide_SurgeNodeUnderSecurityPatch_TakesWorkOnlyAtTheLevel(int month, int day, SurgeStep step)
    {
        var cluster = new TestCluster().Pool("a", 2).Channel(NodeOsChannel.SecurityPatch)
            .Patched(Some.Level(7, 6), reboot: true).Patched(Some.Level(7, 20), reboot: true);
        cluster.AddNode(Joined(NodeImage.Parse(Some.Old).WithPatch(new LocalDate(2026, month, day)).Text));

        var plan = Decide(cluster, Some.After(1), SurgeStep.Verifying, new RolloutTarget.Patch(Some.Level(7, 20), LivePatching: true), canary: false);

        plan.Record.SurgeNodes[Surge].Step.ShouldBe(step);
    }

    private static TestCluster Watched(Func<Node, Node> change) => new TestCluster().Pool("a", 2, settings: s => s with { Canary = Canary.FirstNode }).AddNode(change(Joined(Some.New)));

    private static Node Joined(string image) =>
        new() { Name = Surge, Uid = $"{Surge}/1", Pool = "a", Image = NodeImage.Parse(image), Ready = true, CreatedAt = Some.Noon, ResourceVersion = "1" };

    private static RolloutPlan Decide(TestCluster cluster, Instant now, SurgeStep step = SurgeStep.Watching, RolloutTarget? target = null, bool canary = true) => RolloutPlanner.Decide(
        cluster.Input(now),
        cluster.PoolNamed("a"),
        new RolloutRecord
        {
            Id = "r1",
            Pool = "a",
            Target = target ?? new RolloutTarget.Image(NodeImage.Parse(Some.New)),
            StartedAt = Some.Noon,
            OriginalSize = 2,
            Surge = 1,
            MaxBlocked = 1,
            Epoch = 1,
            Settings = cluster.PoolNamed("a").Settings,
            CanaryPassedAt = canary ? null : Some.Noon,
            SurgeNodes = RolloutRecord.EmptySurge.Add(Surge, new SurgeNode { Step = step, Since = Some.Noon, NamedAt = Some.Noon, Image = Some.New, IsCanary = canary }),
        });
}
