using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Rollouts;
using NodaTime;
using System.Collections.Immutable;

namespace Imago.Domain.Tests.Rollouts.Kit;

/// <summary>Situations of one pool 'a' in the middle of its rollout, to decide about once.</summary>
internal static class Situation
{
    public static readonly CordonMark Ours = new("r1", "Upgrading", Some.Noon, WasUnschedulable: false);

    public static ClusterInput Refused(ClusterInput input) => input with { Refused = ImmutableDictionary<ObjectKey, Instant>.Empty.Add(new("shop", "web-1"), Some.After(1)) };

    public static RolloutRecord DrainingRecord(TestCluster cluster) =>
        Running(cluster) with { Active = RolloutRecord.EmptyActive.Add("a-1", Progress("a-1", NodeStep.Draining)) };

    public static RolloutPlan Decide(TestCluster cluster, RolloutRecord record, Instant now, Func<ClusterInput, ClusterInput> input) =>
        RolloutPlanner.Decide(input(cluster.Input(now, record)), cluster.PoolNamed("a"), record);

    public static TestCluster Draining() => InPlace(1).Node("a-1", n => n with { Unschedulable = true, ScaleDownDisabled = true, Mark = Ours });

    public static IEnumerable<string> Evicted(TestCluster cluster) =>
        Decide(cluster, Running(cluster) with { Active = RolloutRecord.EmptyActive.Add("a-1", Progress("a-1", NodeStep.Draining)) }).Actions.OfType<RolloutAction.EvictPod>().Select(e => e.Pod.Name);

    public static RolloutRecord Ended(TestCluster cluster) => Running(cluster) with { Phase = RolloutPhase.Failed, EndedAt = Some.Noon };

    public static TestCluster InPlace(int nodes, Func<UpgradeSettings, UpgradeSettings>? settings = null) =>
        new TestCluster().Pool("a", nodes, settings: s => (settings ?? (x => x))(s with { MaxSurge = IntOrPercent.Of(0), MaxUnavailable = IntOrPercent.Of(1) }));

    public static TestCluster WithSurge(Func<Node, Node> change) =>
        new TestCluster().Pool("a", 9, Some.New).Node("a-1", n => n with { Image = NodeImage.Parse(Some.Old) }).Node("a-2", n => n with { Image = NodeImage.Parse(Some.Old) }).Node("a-9", change);

    public static NodeProgress Progress(string node, NodeStep step) => new()
    {
        Work = NodeWork.Reimage, Step = step, StartedAt = Some.Noon, Since = Some.Noon, From = Some.Old, To = Some.New, Uid = $"{node}/1",
    };

    public static NodeOutcome Outcome(NodeResult result) => new() { Result = result, Work = NodeWork.Reimage, StartedAt = Some.Noon, EndedAt = Some.Noon, From = Some.Old };

    public static RolloutRecord Running(TestCluster cluster) => new()
    {
        Id = "r1",
        Pool = "a",
        Target = new RolloutTarget.Image(NodeImage.Parse(Some.New)),
        StartedAt = Some.Noon,
        OriginalSize = 1,
        MaxUnavailable = 1,
        MaxBlocked = 1,
        Epoch = 1,
        Settings = cluster.PoolNamed("a").Settings,
        CanaryPassedAt = Some.Noon,
    };

    public static RolloutRecord Patching(TestCluster cluster) => Running(cluster) with
    {
        Target = new RolloutTarget.Patch(Some.Level(6, 20), LivePatching: true),
        Active = RolloutRecord.EmptyActive.Add("a-1", Progress("a-1", NodeStep.Patching) with { Work = NodeWork.LivePatch, IsCanary = true }),
    };

    public static RolloutRecord Surging(TestCluster cluster, SurgeStep step) => Running(cluster) with
    {
        Surge = 1,
        MaxUnavailable = 0,
        SurgeNodes = RolloutRecord.EmptySurge.Add("a-9", new SurgeNode { Step = step, Since = Some.Noon, NamedAt = Some.Noon, Image = Some.New }),
        SurgeNamed = 1,
    };

    public static ProviderOperation Done(string id) => new(id, OperationState.Succeeded, Some.Noon, null, null);

    public static NodeUpdate UpdateOf(RolloutPlan plan, string node) =>
        plan.Actions.OfType<RolloutAction.UpdateNode>().Single(u => string.Equals(u.Node, node, StringComparison.Ordinal)).Update;

    public static RolloutPlan Decide(TestCluster cluster, RolloutRecord record, Instant? now = null, params ProviderOperation[] operations) => RolloutPlanner.Decide(
        cluster.Input(now, record) with { Operations = operations.ToImmutableDictionary(o => o.Id, StringComparer.Ordinal) }, cluster.PoolNamed("a"), record);
}
