using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Tests.Rollouts.Kit;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts;

public sealed class RolloutRecordFactsTests
{
    private static readonly CordonMark Mark = new("r1", "Upgrading", Some.Noon, WasUnschedulable: false);

    [Fact]
    public void NeedsCare_EndedAndTidy_DoesNot() => Ended().NeedsCare(new TestCluster().Pool("a", 1).View()).ShouldBeFalse();

    [Fact]
    public void NeedsCare_UnderWay_Does() => (Ended() with { Phase = RolloutPhase.Running }).NeedsCare(new TestCluster().Pool("a", 1).View()).ShouldBeTrue();

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [Trait("Rule", "UP-155")]
    public void NeedsCare_MarkLeftOnANode_DoesUnlessItIsQuarantined(bool quarantined, bool needed) =>
        Ended().NeedsCare(new TestCluster().Pool("a", 1).Node("a-1", n => n with { Mark = Mark, Quarantined = quarantined }).View()).ShouldBe(needed);

    [Theory]
    [InlineData(NodeResult.NotReady, true)]
    [InlineData(NodeResult.Upgraded, true)]
    [InlineData(NodeResult.Quarantined, false)]
    [Trait("Rule", "UP-51")]
    public void NeedsCare_ReplacementOfANode_DoesWhileTheNodeIsLostOrHasComeBack(NodeResult result, bool needed)
    {
        var record = Ended() with
        {
            Settled = RolloutRecord.EmptySettled.Add("a-1", new NodeOutcome { Result = result, Work = NodeWork.Reimage, StartedAt = Some.Noon, EndedAt = Some.Noon, From = Some.Old }),
            SurgeNodes = RolloutRecord.EmptySurge.Add("a-2", new SurgeNode { Step = SurgeStep.Kept, Since = Some.Noon, NamedAt = Some.Noon, Image = Some.New, ReplacementFor = "a-1" }),
        };

        record.NeedsCare(new TestCluster().Pool("a", 2).View()).ShouldBe(needed);
    }

    private static RolloutRecord Ended() => new()
    {
        Id = "r1",
        Pool = "a",
        Target = new RolloutTarget.Image(NodeImage.Parse(Some.New)),
        Phase = RolloutPhase.Failed,
        StartedAt = Some.Noon,
        EndedAt = Some.Noon,
        Settings = new UpgradeSettings(),
        Fault = new RolloutFault("NotReadyAfterUpgrade", "A node was lost.", "a-1", Some.Noon),
    };
}
