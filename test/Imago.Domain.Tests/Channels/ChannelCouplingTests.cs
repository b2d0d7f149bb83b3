using Imago.Domain.Channels;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Channels;

public sealed class ChannelCouplingTests
{
    [Fact]
    [Trait("Rule", "CH-80")]
    [Trait("Rule", "MW-9")]
    public void AfterWrite_ClusterChannelBecomesNodeImage_NodeOsChannelFollowsInTheSameWrite()
    {
        ChannelCoupling.AfterWrite("stable", NodeOsChannel.SecurityPatch, "node-image", null).ShouldBe((NodeOsChannel.NodeImage, null));
        ChannelCoupling.AfterWrite("stable", NodeOsChannel.None, "Node-Image", NodeOsChannel.NodeImage).ShouldBe((NodeOsChannel.NodeImage, null));
    }

    [Theory]
    [Trait("Rule", "CH-81")]
    [InlineData(NodeOsChannel.None)]
    [InlineData(NodeOsChannel.Unmanaged)]
    [InlineData(NodeOsChannel.SecurityPatch)]
    public void AfterWrite_AnotherChannelWhileCoupled_IsRefusedAndNothingChanges(NodeOsChannel requested)
    {
        var (channel, refusal) = ChannelCoupling.AfterWrite("node-image", NodeOsChannel.NodeImage, "node-image", requested);

        channel.ShouldBe(NodeOsChannel.NodeImage);
        refusal!.ShouldContain($"channel {requested} cannot be set");
    }

    [Fact]
    [Trait("Rule", "CH-81")]
    [Trait("Rule", "CH-82")]
    public void AfterWrite_CouplingAndAnotherChannelInOneRequest_IsRefusedByTheFinalState()
    {
        var (channel, refusal) = ChannelCoupling.AfterWrite("stable", NodeOsChannel.None, "node-image", NodeOsChannel.SecurityPatch);

        channel.ShouldBe(NodeOsChannel.None);
        refusal.ShouldNotBeNull();
    }

    [Fact]
    [Trait("Rule", "CH-80")]
    [Trait("Rule", "AZ-32")]
    public void AfterWrite_CouplingWithTheStoredChannelSentBack_Follows() =>
        ChannelCoupling.AfterWrite("stable", NodeOsChannel.SecurityPatch, "node-image", NodeOsChannel.SecurityPatch).ShouldBe((NodeOsChannel.NodeImage, null));

    [Fact]
    [Trait("Rule", "CH-82")]
    public void AfterWrite_UncouplingAndAnotherChannelInOneRequest_IsAccepted() =>
        ChannelCoupling.AfterWrite("node-image", NodeOsChannel.NodeImage, "stable", NodeOsChannel.SecurityPatch).ShouldBe((NodeOsChannel.SecurityPatch, null));

    [Fact]
    [Trait("Rule", "CH-83")]
    public void AfterWrite_UncouplingAlone_KeepsNodeImage() =>
        ChannelCoupling.AfterWrite("node-image", NodeOsChannel.NodeImage, "none", null).ShouldBe((NodeOsChannel.NodeImage, null));

    [Fact]
    public void AfterWrite_Uncoupled_TakesWhatIsRequestedElseWhatIsStored()
    {
        ChannelCoupling.AfterWrite("stable", NodeOsChannel.None, "stable", NodeOsChannel.Unmanaged).ShouldBe((NodeOsChannel.Unmanaged, null));
        ChannelCoupling.AfterWrite("stable", NodeOsChannel.None, "rapid", null).ShouldBe((NodeOsChannel.None, null));
    }
}
