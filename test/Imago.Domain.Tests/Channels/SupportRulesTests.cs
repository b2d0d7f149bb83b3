using Imago.Domain.Channels;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Channels;

public sealed class SupportRulesTests
{
    [Theory]
    [Trait("Rule", "CH-86")]
    [InlineData(KubernetesSupport.Supported, false, true)]
    [InlineData(KubernetesSupport.PlatformOnly, false, false)]
    [InlineData(KubernetesSupport.Unsupported, false, false)]
    [InlineData(KubernetesSupport.PlatformOnly, true, true)]
    [InlineData(KubernetesSupport.Unsupported, true, true)]
    public void AutomaticWork_NeedsASupportedMinorUnlessAttached(KubernetesSupport support, bool attached, bool allowed) =>
        SupportRules.AutomaticWorkAllowed(support, attached).ShouldBe(allowed);

    [Theory]
    [Trait("Rule", "CH-87")]
    [InlineData(KubernetesSupport.Supported, false, true)]
    [InlineData(KubernetesSupport.PlatformOnly, false, true)]
    [InlineData(KubernetesSupport.Unsupported, false, false)]
    [InlineData(KubernetesSupport.Unsupported, true, true)]
    public void ManualImageUpgrade_IsStillAllowedOnPlatformSupport(KubernetesSupport support, bool attached, bool allowed) =>
        SupportRules.ManualImageUpgradeAllowed(support, attached).ShouldBe(allowed);

    [Theory]
    [Trait("Rule", "CH-88")]
    [InlineData(NodeOsChannel.None, false)]
    [InlineData(NodeOsChannel.Unmanaged, false)]
    [InlineData(NodeOsChannel.SecurityPatch, true)]
    [InlineData(NodeOsChannel.NodeImage, true)]
    public void RefusalOf_OnAnUnsupportedMinor_IsForTheManagedChannels(NodeOsChannel channel, bool refused)
    {
        (SupportRules.RefusalOf(channel, KubernetesSupport.Unsupported, "1.27") is not null).ShouldBe(refused);
        (SupportRules.RefusalOf(channel, KubernetesSupport.PlatformOnly, "1.30") is not null).ShouldBe(refused);
        SupportRules.RefusalOf(channel, KubernetesSupport.Supported, "1.34").ShouldBeNull();
    }
}
