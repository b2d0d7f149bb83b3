using Imago.Domain.Channels;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Channels;

public sealed class NodeOsChannelTests
{
    [Theory]
    [Trait("Rule", "CH-2")]
    [Trait("Rule", "CH-4")]
    [InlineData("None", NodeOsChannel.None)]
    [InlineData("Unmanaged", NodeOsChannel.Unmanaged)]
    [InlineData("SecurityPatch", NodeOsChannel.SecurityPatch)]
    [InlineData("NodeImage", NodeOsChannel.NodeImage)]
    [InlineData("nodeimage", NodeOsChannel.NodeImage)]
    [InlineData("SECURITYPATCH", NodeOsChannel.SecurityPatch)]
    public void TryParse_AWireValueInAnyCase_IsTheChannelInCanonicalCase(string text, NodeOsChannel expected)
    {
        NodeOsChannels.TryParse(text, out var channel, out _).ShouldBeTrue();

        channel.ShouldBe(expected);
        channel.ToString().ShouldBeOneOf("None", "Unmanaged", "SecurityPatch", "NodeImage");
    }

    [Fact]
    [Trait("Rule", "CH-2")]
    public void TryParse_AnAbsentValue_IsUnspecified()
    {
        NodeOsChannels.TryParse(null, out var channel, out _).ShouldBeTrue();

        channel.ShouldBe(NodeOsChannel.Unspecified);
    }

    [Theory]
    [Trait("Rule", "CH-4")]
    [InlineData("node-image")]
    [InlineData("Unspecified")]
    [InlineData("")]
    [InlineData(" NodeImage")]
    [InlineData("4")]
    public void TryParse_AnythingElse_IsRefusedNamingTheFour(string text)
    {
        NodeOsChannels.TryParse(text, out _, out var refusal).ShouldBeFalse();

        refusal.ShouldBe($"Node OS upgrade channel '{text}' is not known. Use one of None, Unmanaged, SecurityPatch, NodeImage.");
    }

    [Fact]
    [Trait("Rule", "CH-3")]
    public void Property_OnTheWireAndOnTheCommandLine_DiffersInCase()
    {
        NodeOsChannels.WireProperty.ShouldBe("nodeOSUpgradeChannel");
        NodeOsChannels.CliProperty.ShouldBe("nodeOsUpgradeChannel");
    }

    [Theory]
    [Trait("Rule", "CH-17")]
    [Trait("Rule", "CH-24")]
    [InlineData(NodeOsChannel.Unspecified, false)]
    [InlineData(NodeOsChannel.None, false)]
    [InlineData(NodeOsChannel.Unmanaged, true)]
    [InlineData(NodeOsChannel.SecurityPatch, false)]
    [InlineData(NodeOsChannel.NodeImage, false)]
    public void UnattendedUpdates_AreOnInUnmanagedOnly(NodeOsChannel channel, bool on) => channel.UnattendedUpdatesOn().ShouldBe(on);

    [Theory]
    [Trait("Rule", "CH-23")]
    [InlineData(NodeOsChannel.None, false)]
    [InlineData(NodeOsChannel.Unmanaged, false)]
    [InlineData(NodeOsChannel.SecurityPatch, true)]
    [InlineData(NodeOsChannel.NodeImage, false)]
    public void StoresImages_IsSoForSecurityPatchOnly(NodeOsChannel channel, bool stores) => channel.StoresImages().ShouldBe(stores);

    [Theory]
    [Trait("Rule", "CH-22")]
    [InlineData(NodeOsChannel.None, PoolOs.Ubuntu, "never")]
    [InlineData(NodeOsChannel.Unmanaged, PoolOs.Ubuntu, "nightly, about 06:00 UTC")]
    [InlineData(NodeOsChannel.Unmanaged, PoolOs.Windows, "nothing by itself")]
    [InlineData(NodeOsChannel.SecurityPatch, PoolOs.AzureLinux, "as patches are published, usually faster than weekly")]
    [InlineData(NodeOsChannel.NodeImage, PoolOs.Ubuntu, "weekly")]
    [InlineData(NodeOsChannel.NodeImage, PoolOs.Windows, "monthly")]
    public void Cadence_WithoutAWindow(NodeOsChannel channel, PoolOs os, string expected) => channel.Cadence(os).ShouldBe(expected);

    [Theory]
    [Trait("Rule", "CH-11")]
    [Trait("Rule", "CH-16")]
    [Trait("Rule", "CH-21")]
    [InlineData(NodeOsChannel.None, false)]
    [InlineData(NodeOsChannel.Unmanaged, false)]
    [InlineData(NodeOsChannel.SecurityPatch, true)]
    [InlineData(NodeOsChannel.NodeImage, true)]
    public void IsManaged_TheTwoThatHonourWindowsAndSurge(NodeOsChannel channel, bool managed) => channel.IsManaged().ShouldBe(managed);
}
