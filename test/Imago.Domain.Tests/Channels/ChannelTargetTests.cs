using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Settings;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Channels;

/// <summary>What each channel takes a pool to.</summary>
public sealed class ChannelTargetTests
{
    private static readonly ImageFamily Ubuntu = new("AKSUbuntu-2204gen2containerd");
    private static readonly Instant Now = Instant.FromUtc(2026, 8, 1, 0, 0);

    private static readonly ReleaseCatalog Catalog = ReleaseCatalog.Of(
        [new ImageRelease(NodeImage.Parse($"{Ubuntu}-202607.18.0"), Instant.FromUtc(2026, 7, 20, 0, 0))],
        [new PatchRelease("ubuntu2204", PatchLevel.OfDate(new LocalDate(2026, 7, 20)), Instant.FromUtc(2026, 7, 23, 0, 0), false, false)]);

    [Theory]
    [Trait("Rule", "CH-10")]
    [Trait("Rule", "CH-11")]
    [Trait("Rule", "CH-13")]
    [InlineData(NodeOsChannel.None, ReasonCode.ChannelNone)]
    [InlineData(NodeOsChannel.Unspecified, ReasonCode.ChannelNone)]
    [InlineData(NodeOsChannel.Unmanaged, ReasonCode.ChannelUnmanaged)]
    public void For_AChannelThatDoesNotAct_ThereIsNoTarget(NodeOsChannel channel, ReasonCode code)
    {
        var (target, why) = TargetChooser.For(Input(channel), Pool());

        target.ShouldBeNull();
        why!.Code.ShouldBe(code);
    }

    // One cluster specification after another, the same instant: the new channel counts in the next pass.
    [Fact]
    [Trait("Rule", "CH-5")]
    [Trait("Rule", "CH-16")]
    [Trait("Rule", "CH-21")]
    public void For_AChangedChannel_TheNextDecisionFollowsIt()
    {
        TargetChooser.For(Input(NodeOsChannel.NodeImage), Pool()).Target.ShouldBe(new RolloutTarget.Image(NodeImage.Parse($"{Ubuntu}-202607.18.0")));
        TargetChooser.For(Input(NodeOsChannel.SecurityPatch), Pool()).Target.ShouldBe(new RolloutTarget.Patch(PatchLevel.OfDate(new LocalDate(2026, 7, 20)), LivePatching: true));
    }

    [Theory]
    [Trait("Rule", "CH-19")]
    [InlineData(PoolOs.Windows)]
    [InlineData(PoolOs.AzureLinuxGpu)]
    [InlineData(PoolOs.AzureLinuxKata)]
    public void For_SecurityPatchOnAPoolItDoesNotSupport_ThePoolIsSkippedWithAReason(PoolOs os)
    {
        var (target, why) = TargetChooser.For(Input(NodeOsChannel.SecurityPatch), Pool() with { Os = os });

        target.ShouldBeNull();
        why!.Code.ShouldBe(ReasonCode.ChannelNotSupportedForPool);
    }

    [Theory]
    [Trait("Rule", "IM-41")]
    [InlineData(NodeOsChannel.NodeImage)]
    [InlineData(NodeOsChannel.SecurityPatch)]
    public void For_APoolPinnedToASnapshot_ThereIsNoTarget(NodeOsChannel channel)
    {
        var (target, why) = TargetChooser.For(Input(channel), Pool() with { PinnedBySnapshot = true });

        target.ShouldBeNull();
        why!.Code.ShouldBe(ReasonCode.PinnedBySnapshot);
    }

    private static PoolSpec Pool() => new() { Name = "web", Family = Ubuntu };

    private static ClusterInput Input(NodeOsChannel channel) => new()
    {
        Now = Now,
        View = ClusterView.Empty,
        Catalog = Catalog,
        Spec = new ClusterSpec { Name = "shop", Channel = channel, Pools = [Pool()] },
    };
}
