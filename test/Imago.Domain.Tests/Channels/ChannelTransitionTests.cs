using Imago.Domain.Channels;
using Imago.Domain.Maintenance;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Channels;

public sealed class ChannelTransitionTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 7, 1, 12, 0);
    private static readonly Window Window = new(Instant.FromUtc(2026, 7, 4, 0, 0), Instant.FromUtc(2026, 7, 4, 4, 0), Instant.FromUtc(2026, 7, 4, 0, 0));
    private static readonly WindowState Open = new(new Window(Now, Now + Duration.FromHours(4), Now), Window);
    private static readonly WindowState Closed = new(null, Window);

    // Rows and columns of the specification's table: Unspecified, None, Unmanaged, SecurityPatch, NodeImage.
    [Theory]
    [Trait("Rule", "CH-50")]
    [Trait("Rule", "CH-51")]
    [InlineData(NodeOsChannel.Unspecified, false, false, true, false, false)]
    [InlineData(NodeOsChannel.None, false, false, true, false, false)]
    [InlineData(NodeOsChannel.Unmanaged, true, true, false, true, true)]
    [InlineData(NodeOsChannel.SecurityPatch, false, false, true, false, false)]
    [InlineData(NodeOsChannel.NodeImage, false, false, true, false, false)]
    public void Reimages_FromEachToEach_IsTheTable(NodeOsChannel from, bool unspecified, bool none, bool unmanaged, bool securityPatch, bool nodeImage)
    {
        ChannelTransition.Reimages(from, NodeOsChannel.Unspecified).ShouldBe(unspecified);
        ChannelTransition.Reimages(from, NodeOsChannel.None).ShouldBe(none);
        ChannelTransition.Reimages(from, NodeOsChannel.Unmanaged).ShouldBe(unmanaged);
        ChannelTransition.Reimages(from, NodeOsChannel.SecurityPatch).ShouldBe(securityPatch);
        ChannelTransition.Reimages(from, NodeOsChannel.NodeImage).ShouldBe(nodeImage);
    }

    [Fact]
    [Trait("Rule", "CH-50")]
    public void Affects_LinuxPoolsOnly()
    {
        ChannelTransition.Affects(PoolOs.Ubuntu).ShouldBeTrue();
        ChannelTransition.Affects(PoolOs.AzureLinux).ShouldBeTrue();
        ChannelTransition.Affects(PoolOs.Windows).ShouldBeFalse();
    }

    [Fact]
    [Trait("Rule", "CH-52")]
    public void Plan_ByDefault_ReimagesAtOnceAlsoOutsideTheWindow() =>
        ChannelTransition.Plan(NodeOsChannel.None, NodeOsChannel.Unmanaged, NodeDisruptionPolicy.Allow, Closed).ShouldBe((TransitionEffect.Reimage, null));

    [Fact]
    [Trait("Rule", "CH-53")]
    public void Plan_DuringWindowsOnly_DependsOnTheWindow()
    {
        const NodeDisruptionPolicy Policy = NodeDisruptionPolicy.AllowDuringMaintenanceWindow;

        ChannelTransition.Plan(NodeOsChannel.Unmanaged, NodeOsChannel.NodeImage, Policy, Open).Effect.ShouldBe(TransitionEffect.Reimage);
        ChannelTransition.Plan(NodeOsChannel.Unmanaged, NodeOsChannel.NodeImage, Policy, null).Effect.ShouldBe(TransitionEffect.Reimage);
        var (effect, refusal) = ChannelTransition.Plan(NodeOsChannel.Unmanaged, NodeOsChannel.NodeImage, Policy, Closed);
        effect.ShouldBe(TransitionEffect.Refused);
        refusal!.ShouldContain("it opens at 2026-07-04T00:00:00Z");
    }

    [Fact]
    [Trait("Rule", "CH-53")]
    public void Plan_Block_IsRefusedAlsoInsideTheWindow()
    {
        var (effect, refusal) = ChannelTransition.Plan(NodeOsChannel.Unmanaged, NodeOsChannel.NodeImage, NodeDisruptionPolicy.Block, Open);

        effect.ShouldBe(TransitionEffect.Refused);
        refusal!.ShouldContain("from Unmanaged to NodeImage");
    }

    [Theory]
    [InlineData(NodeDisruptionPolicy.Block)]
    [InlineData(NodeDisruptionPolicy.AllowDuringMaintenanceWindow)]
    [Trait("Rule", "CH-53")]
    [Trait("Rule", "CH-50")]
    public void Plan_MachinesPatchedInPlace_AreSwitchedAndNotReimagedSoThatNothingIsHeldBack(NodeDisruptionPolicy policy) =>
        ChannelTransition.Plan(NodeOsChannel.Unmanaged, NodeOsChannel.SecurityPatch, policy, Closed, inPlace: true).ShouldBe((TransitionEffect.None, null));

    [Fact]
    [Trait("Rule", "CH-54")]
    public void Plan_WhatDoesNotReimageByItselfOrComesWithAnUpgrade_IsNeverHeldBack()
    {
        ChannelTransition.Plan(NodeOsChannel.None, NodeOsChannel.NodeImage, NodeDisruptionPolicy.Block, Closed).ShouldBe((TransitionEffect.None, null));
        ChannelTransition.Plan(NodeOsChannel.None, NodeOsChannel.Unmanaged, NodeDisruptionPolicy.Block, Closed, bundledWithUpgrade: true).ShouldBe((TransitionEffect.Reimage, null));
        ChannelTransition.Plan(NodeOsChannel.None, NodeOsChannel.Unmanaged, NodeDisruptionPolicy.AllowDuringMaintenanceWindow, Closed, bundledWithUpgrade: true).Effect
            .ShouldBe(TransitionEffect.Reimage);
    }
}
