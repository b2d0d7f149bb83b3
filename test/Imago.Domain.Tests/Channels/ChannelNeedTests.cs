using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Channels;

/// <summary>What a node needs to be where its channel wants it.</summary>
public sealed class ChannelNeedTests
{
    private const string Ubuntu = "AKSUbuntu-2204gen2containerd";

    private static readonly ReleaseCatalog Catalog = ReleaseCatalog.Of(
        [],
        [
            new PatchRelease("ubuntu2204", Level(7, 6), Instant.FromUtc(2026, 7, 13, 0, 0), true, true),
            new PatchRelease("ubuntu2204", Level(7, 20), Instant.FromUtc(2026, 7, 23, 0, 0), false, false),
        ]);

    [Fact]
    [Trait("Rule", "CH-1")]
    public void Channel_IsOnTheClusterAndNeverOnAPool()
    {
        typeof(ClusterSpec).GetProperties().Count(p => p.PropertyType == typeof(NodeOsChannel)).ShouldBe(1);
        typeof(PoolSpec).GetProperties().ShouldNotContain(p => p.PropertyType == typeof(NodeOsChannel) || p.PropertyType == typeof(NodeOsChannel?));
    }

    [Fact]
    [Trait("Rule", "CH-91")]
    [Trait("Rule", "IM-10")]
    public void Assess_ANodeOnANewerImageThanTheTarget_IsNotTakenBack()
    {
        var target = new RolloutTarget.Image(NodeImage.Parse($"{Ubuntu}-202607.18.0"));

        Assess(Node($"{Ubuntu}-202608.06.0"), target).ShouldBeOfType<NodeNeed.NotTaken>().Why.Code.ShouldBe(ReasonCode.NewerThanTarget);
        Assess(Node($"{Ubuntu}-202607.18.0"), target).ShouldBeOfType<NodeNeed.Nothing>();
        Assess(Node($"{Ubuntu}-202607.06.0"), target).ShouldBe(new NodeNeed.Work(NodeWork.Reimage, $"{Ubuntu}-202607.18.0", null));
    }

    [Fact]
    [Trait("Rule", "CH-30")]
    [Trait("Rule", "CH-31")]
    [Trait("Rule", "CH-33")]
    [Trait("Rule", "CH-38")]
    public void Assess_APatch_IsAppliedLiveOrByReimageByTheNodesOwnLevel()
    {
        var target = new RolloutTarget.Patch(Level(7, 20), LivePatching: true);

        Assess(Node($"{Ubuntu}-202606.19.0") with { ReachedLevel = Level(7, 6) }, target).ShouldBe(new NodeNeed.Work(NodeWork.LivePatch, $"{Ubuntu}-202606.19.0", Level(7, 20)));
        Assess(Node($"{Ubuntu}-202606.19.0"), target).ShouldBe(new NodeNeed.Work(NodeWork.Reimage, $"{Ubuntu}-202606.19.0-2026.07.20", Level(7, 20)));
        Assess(Node($"{Ubuntu}-202606.19.0-2026.07.20"), target).ShouldBeOfType<NodeNeed.Nothing>();
    }

    [Fact]
    [Trait("Rule", "CH-89")]
    public void Assess_AnAutoProvisionedNode_IsReportedAndNotRolled() =>
        Assess(Node($"{Ubuntu}-202606.19.0") with { AutoProvisioned = true }, new RolloutTarget.Patch(Level(7, 20), LivePatching: true))
            .ShouldBeOfType<NodeNeed.NotTaken>().Why.Code.ShouldBe(ReasonCode.AutoProvisioned);

    private static NodeNeed Assess(Node node, RolloutTarget target) => TargetJudge.Assess(node, target, Catalog);

    private static Node Node(string image) => new() { Name = "web-1", Uid = "u1", Pool = "web", Image = NodeImage.Parse(image), Ready = true };

    private static PatchLevel Level(int month, int day) => PatchLevel.OfDate(new LocalDate(2026, month, day));
}
