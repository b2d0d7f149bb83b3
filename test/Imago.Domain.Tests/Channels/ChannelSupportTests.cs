using Imago.Domain.Channels;
using Imago.Domain.Images;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Channels;

/// <summary>The matrix of channels and operating systems, cell by cell.</summary>
public sealed class ChannelSupportTests
{
    private const SupportLevel Yes = SupportLevel.Supported;
    private const SupportLevel Nil = SupportLevel.NoEffect;
    private const SupportLevel No = SupportLevel.NotSupported;

    [Theory]
    [Trait("Rule", "CH-10")]
    [Trait("Rule", "CH-14")]
    [Trait("Rule", "CH-15")]
    [Trait("Rule", "CH-18")]
    [Trait("Rule", "CH-19")]
    [InlineData(PoolOs.Ubuntu, Nil, Yes, Yes, Yes)]
    [InlineData(PoolOs.AzureLinux, Nil, Yes, Yes, Yes)]
    [InlineData(PoolOs.AzureLinuxGpu, Nil, Nil, No, Yes)]
    [InlineData(PoolOs.AzureLinuxKata, Nil, Nil, No, Yes)]
    [InlineData(PoolOs.Windows, Nil, Nil, No, Yes)]
    [InlineData(PoolOs.OsGuard, Nil, No, No, Yes)]
    [InlineData(PoolOs.Flatcar, Nil, Nil, No, Yes)]
    [InlineData(PoolOs.AzureContainerLinux, Nil, No, No, Yes)]
    [InlineData(PoolOs.Other, Nil, Yes, Yes, Yes)]
    public void For_EachChannel_IsTheCellOfTheMatrix(PoolOs os, SupportLevel none, SupportLevel unmanaged, SupportLevel securityPatch, SupportLevel nodeImage)
    {
        ChannelSupport.For(NodeOsChannel.None, os).Level.ShouldBe(none);
        ChannelSupport.For(NodeOsChannel.Unspecified, os).Level.ShouldBe(none);
        ChannelSupport.For(NodeOsChannel.Unmanaged, os).Level.ShouldBe(unmanaged);
        ChannelSupport.For(NodeOsChannel.SecurityPatch, os).Level.ShouldBe(securityPatch);
        ChannelSupport.For(NodeOsChannel.NodeImage, os).Level.ShouldBe(nodeImage);
    }

    [Fact]
    public void For_WhatDoesNotSimplyWork_SaysWhy()
    {
        foreach (var channel in Enum.GetValues<NodeOsChannel>())
        {
            foreach (var os in Enum.GetValues<PoolOs>())
            {
                var (level, why) = ChannelSupport.For(channel, os);
                (why.Length == 0).ShouldBe(level == Yes, $"{channel} on {os}");
            }
        }
    }

    [Theory]
    [Trait("Rule", "CH-20")]
    [InlineData(PoolOs.OsGuard, true)]
    [InlineData(PoolOs.Flatcar, true)]
    [InlineData(PoolOs.AzureContainerLinux, true)]
    [InlineData(PoolOs.Windows, false)]
    [InlineData(PoolOs.AzureLinuxGpu, false)]
    [InlineData(PoolOs.AzureLinuxKata, false)]
    [InlineData(PoolOs.Ubuntu, false)]
    public void RefusalOf_ImmutablePools_OnSecurityPatchAndUnmanagedOnly(PoolOs os, bool refused)
    {
        foreach (var channel in (NodeOsChannel[])[NodeOsChannel.SecurityPatch, NodeOsChannel.Unmanaged])
        {
            var refusal = ChannelSupport.RefusalOf(channel, "edge", os);
            (refusal is not null).ShouldBe(refused);
            refusal?.ShouldContain($"Node pool 'edge' runs {os}");
        }

        foreach (var channel in (NodeOsChannel[])[NodeOsChannel.Unspecified, NodeOsChannel.None, NodeOsChannel.NodeImage])
        {
            ChannelSupport.RefusalOf(channel, "edge", os).ShouldBeNull();
        }
    }

    [Theory]
    [InlineData("AKSUbuntu-2204gen2containerd", true, PoolOs.Ubuntu)]
    [InlineData("AKSAzureLinux-V3gen2", false, PoolOs.AzureLinux)]
    [InlineData("AKSCBLMariner-V2gen2", true, PoolOs.AzureLinuxGpu)]
    [InlineData("AKSAzureLinux-V3gen2", true, PoolOs.AzureLinuxGpu)]
    [InlineData("AKSAzureLinux-V3katagen2", false, PoolOs.AzureLinuxKata)]
    [InlineData("AKSAzureLinux-OSGuardV3gen2fipsTL", false, PoolOs.OsGuard)]
    [InlineData("AKSFlatcar-flatcargen2", false, PoolOs.Flatcar)]
    [InlineData("AKSAzureContainerLinux-aclgen2TL", false, PoolOs.AzureContainerLinux)]
    [InlineData("AKSWindows-2022-containerd", true, PoolOs.Windows)]
    [InlineData("Foreign-os", false, PoolOs.Other)]
    public void Of_AFamily_IsItsKindOfPool(string family, bool gpu, PoolOs os) => PoolOsKinds.Of(new ImageFamily(family), gpu).ShouldBe(os);
}
