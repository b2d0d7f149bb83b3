using System.Collections.Immutable;
using Imago.Domain.Clusters.Pools;
using Imago.Domain.Rollouts.Settings;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Clusters.Pools;

/// <summary>Pools chosen by selectors, and what is told about pools.</summary>
public class ChosenPoolTests
{
    private static readonly ImmutableSortedDictionary<string, string> None = ImmutableSortedDictionary<string, string>.Empty;

    [Theory]
    [InlineData("team=red", "red", "selector team=red", true)]
    [InlineData("team=red,os=linux", "red", "selector team=red", true)]
    [InlineData("os=linux", "rest", "selector os=linux", true)]
    [InlineData("agentpool=np1", "not-chosen", "no selector", false)]
    [InlineData("os=linux,node-role.kubernetes.io/control-plane=", "control-plane", "control-plane role", false)]
    [InlineData("os=linux,type=virtual-kubelet", "virtual", "virtual node", false)]
    public void Node_PoolsAreChosen_JoinsTheFirstThatSelectsIt(string labels, string pool, string source, bool managed) =>
        PoolRules.Chosen(Labels(labels), None, [Chosen("red", "team=red"), Chosen("rest", "os=linux")]).ShouldBe(new PoolMembership(pool, source, managed));

    [Fact]
    public void ControlPlaneNode_SelectorSpeaksOfItsRole_JoinsThePool() =>
        PoolRules.Chosen(Labels("node-role.kubernetes.io/control-plane="), None, [Chosen("masters", "node-role.kubernetes.io/control-plane")])
            .ShouldBe(new PoolMembership("masters", "selector node-role.kubernetes.io/control-plane"));

    [Fact]
    public void Node_NothingIsChosen_FollowsTheUsualLabels() =>
        PoolRules.Chosen(Labels("agentpool=np1"), None, []).ShouldBe(new PoolMembership("np1", "label agentpool"));

    [Theory]
    [InlineData("agentpool=control-plane", "control-plane-nodes")]
    [InlineData("eks.amazonaws.com/nodegroup=virtual", "virtual-nodes")]
    [InlineData("karpenter.sh/nodepool=not-chosen", "not-chosen-nodes")]
    public void Worker_PoolBearsANameOfNodesThatAreLeftAlone_IsKeptApartFromThem(string labels, string pool) =>
        PoolRules.Of(Labels(labels), None).ShouldSatisfyAllConditions(found => found.Pool.ShouldBe(pool), found => found.Managed.ShouldBeTrue());

    [Fact]
    [Trait("Rule", "CH-89")]
    public void Node_OfAnAutoProvisioner_StaysMarkedInAChosenPool() =>
        PoolRules.Chosen(Labels("karpenter.sh/nodepool=general,os=linux"), None, [Chosen("all", "os=linux")]).AutoProvisioned.ShouldBeTrue();

    [Fact]
    public void Pool_OfMixedNodes_TellsMostFrequentImageAndAllArchitecturesAndZones()
    {
        var pool = PoolDiscovery.Discover(
        [
            Node("a", "amd64", "z2", "Talos (v1.9.1)"), Node("b", "arm64", "z1", "Talos (v1.9.0)"), Node("c", "amd64", "z2", "Talos (v1.9.0)"),
            Node("d", "amd64", "", "Talos (v1.9.1)") with { Membership = new PoolMembership(PoolRules.ControlPlane, "", Managed: false) },
        ]).ShouldHaveSingleItem();
        (pool.Spec.Name, pool.Spec.Mode, pool.Nodes, pool.Image, pool.OsSku).ShouldBe(("np1", PoolMode.User, 3, "Talos (v1.9.0)", ""));
        pool.Architectures.ShouldBe(["amd64", "arm64"]);
        pool.Zones.ShouldBe(["z1", "z2"]);
    }

    [Theory]
    [Trait("Rule", "IM-13")]
    [InlineData("kubernetes.azure.com/node-image-version=AKSUbuntu-2204gen2containerd-202407.29.0", "AKSUbuntu-2204gen2containerd-202407.29.0")]
    [InlineData("eks.amazonaws.com/nodegroup-image=ami-1", "ami-1")]
    [InlineData("kubernetes.azure.com/node-image-version=", "Flatcar 4081")]
    public void Image_OfANode_IsItsMostExactStatement(string labels, string image) => NodeFacts.ImageOf(Labels(labels), "Flatcar 4081").ShouldBe(image);

    private static NodeFacts Node(string name, string architecture, string zone, string image) => new()
    {
        Name = name,
        Membership = new PoolMembership("np1", "label agentpool"),
        Labels = Labels($"kubernetes.io/arch={architecture}"),
        Zone = zone.Length == 0 ? null : zone,
        Image = image,
    };

    private static ChosenPool Chosen(string name, string text) => new(name, text, LabelSelectorText.TryRead(text, out var selector, out var problem)
        ? selector
        : throw new InvalidOperationException(problem));

    private static ImmutableSortedDictionary<string, string> Labels(string text) => text.Split(',').Select(l => l.Split('=', 2))
        .ToImmutableSortedDictionary(l => l[0], l => l[1], StringComparer.Ordinal);
}
