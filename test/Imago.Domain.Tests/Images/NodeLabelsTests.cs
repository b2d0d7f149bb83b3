using Imago.Domain.Clusters;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Images;

public sealed class NodeLabelsTests
{
    [Fact]
    [Trait("Rule", "IM-13")]
    [Trait("Rule", "IM-15")]
    [Trait("Rule", "IM-16")]
    public void Labels_AreTheDocumentedOnes()
    {
        NodeLabels.NodeImageVersion.ShouldBe("kubernetes.azure.com/node-image-version");
        NodeLabels.AgentPool.ShouldBe("kubernetes.azure.com/agentpool");
        NodeLabels.Cluster.ShouldBe("kubernetes.azure.com/cluster");
        NodeLabels.Mode.ShouldBe("kubernetes.azure.com/mode");
        NodeLabels.OsSku.ShouldBe("kubernetes.azure.com/os-sku");
        NodeLabels.OsSkuRequested.ShouldBe("kubernetes.azure.com/os-sku-requested");
        NodeLabels.OsSkuEffective.ShouldBe("kubernetes.azure.com/os-sku-effective");
        $"{NodeLabels.UpgradeStatus}={NodeLabels.Quarantined}".ShouldBe("kubernetes.azure.com/upgrade-status=Quarantined");
    }

    [Fact]
    [Trait("Rule", "IM-12")]
    [Trait("Rule", "IM-14")]
    [Trait("Rule", "CH-34")]
    [Trait("Rule", "CH-38")]
    public void Annotations_AreTheDocumentedOnes()
    {
        NodeAnnotations.SecurityPatchTimestamp.ShouldBe("kubernetes.azure.com/security-patch-timestamp");
        NodeAnnotations.LivePatchingGolden.ShouldBe("kubernetes.azure.com/live-patching-golden-timestamp");
        NodeAnnotations.LivePatchingCurrent.ShouldBe("kubernetes.azure.com/live-patching-current-timestamp");
        NodeAnnotations.LivePatchingRepoService.ShouldBe("kubernetes.azure.com/live-patching-repo-service");
        NodeAnnotations.LivePatchingCustomPatching.ShouldBe("kubernetes.azure.com/live-patching-custom-patching");
        NodeAnnotations.LivePatchingKubeletVersion.ShouldBe("kubernetes.azure.com/live-patching-kubelet-version");
    }

    [Fact]
    [Trait("Rule", "IM-12")]
    public void PatchTimestamp_IsRfc3339InUtc() => NodeAnnotations.PatchTimestamp(Instant.FromUtc(2026, 7, 20, 3, 4, 5)).ShouldBe("2026-07-20T03:04:05Z");

    [Theory]
    [Trait("Rule", "IM-17")]
    [InlineData("kubernetes.azure.com/mode", false)]
    [InlineData("Kubernetes.azure.com/mine", false)]
    [InlineData("kubernetes.io/role", false)]
    [InlineData("team.example/kubernetes.io/x", true)]
    [InlineData("topology.example/zone", true)]
    [InlineData("tier", true)]
    public void RefusalOfUserLabel_OnAPool_IsForReservedPrefixes(string label, bool allowed)
    {
        var refusal = NodeLabels.RefusalOfUserLabel("web", label);

        (refusal is null).ShouldBe(allowed);
        refusal?.ShouldContain($"label '{label}' cannot be set");
    }

    [Fact]
    [Trait("Rule", "IM-17")]
    public void OurOwnNames_HaveOurPrefix()
    {
        NodeLabels.SteeringTaint.ShouldStartWith("imago.dev/");
        NodeAnnotations.CordonMark.ShouldStartWith("imago.dev/");
        NodeLabels.RefusalOfUserLabel("web", NodeLabels.SteeringTaint).ShouldBeNull();
    }
}
