using System.Collections.Immutable;
using Imago.Domain.Rollouts.Actions;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Tests.Kit;

namespace Imago.Simulation.Tests.Scheduling;

/// <summary>Where a pending pod goes. Nodes n1 and n2 lie in zone z1, n3 in z2, and all are alike unless a test says otherwise.</summary>
public sealed class SchedulerTests
{
    private const string Zone = "topology.kubernetes.io/zone";
    private const string Host = "kubernetes.io/hostname";

    [Theory]
    [InlineData("fits exactly", 4000, 30, true)]
    [InlineData("a thousandth of a core too many", 4001, 30, false)]
    [InlineData("no place for another pod", 100, 0, false)]
    public void Place_Resources_MustFit(string story, int cpu, int pods, bool placed) =>
        Where(Blue.Template("p", cpu), [Blue.Node("n1") with { Allocatable = Resources.None with { MilliCpu = 4000, MemoryBytes = 1, Pods = pods } }]).ShouldBe(placed ? "n1" : null, story);

    [Fact]
    public void Place_BoundPods_TakeTheirPartUntilTheyAreGone()
    {
        var world = new TestWorld(new ClusterBlueprint { Name = "test", Nodes = [Blue.Node("n1")], Pods = [Blue.Pod("big", "n1", Blue.Template("big", 3000)), Blue.Pod("p", null, Blue.Template("p", 2000))] });
        world.For(60).Pod("p")!.NodeName.ShouldBeNull();
        world.Evict("big");

        // A pod that stops still has its room.
        world.For(9.9).Pod("p")!.NodeName.ShouldBeNull();
        world.For(0.4).Pod("p")!.NodeName.ShouldBe("n1");
    }

    [Fact]
    public void Place_ExtendedResource_CountsLikeAnyOther()
    {
        var gpu = Blue.Node("n2") with { Allocatable = Blue.Node("n2").Allocatable with { Others = Amounts("nvidia.com/gpu", 1) } };
        var template = Blue.Template("p") with { Requests = Resources.None with { Pods = 1, Others = Amounts("nvidia.com/gpu", 1) } };
        var world = new TestWorld(new ClusterBlueprint { Name = "test", Nodes = [Blue.Node("n1"), gpu], Pods = [Blue.Pod("a", null, template), Blue.Pod("b", null, template)] });

        world.For(1);
        new[] { world.Pod("a")!.NodeName, world.Pod("b")!.NodeName }.ShouldBe(["n2", null]);
    }

    [Fact]
    public void Place_HostPort_IsHeldByOnePodOfANode()
    {
        var template = Blue.Template("p") with { HostPorts = [80] };
        var world = new TestWorld(new ClusterBlueprint { Name = "test", Nodes = [Blue.Node("n1"), Blue.Node("n2")], Pods = [.. "abc".Select(c => Blue.Pod($"{c}", null, template))] });

        world.For(1);
        "abc".Select(c => world.Pod($"{c}")!.NodeName).ShouldBe(["n1", "n2", null]);
    }

    [Theory]
    [InlineData("disk", "ssd", "n2")]
    [InlineData("disk", "tape", null)]
    [InlineData(Host, "n3", "n3")]
    [InlineData("nothing", "", null)]
    public void Place_NodeSelector_MustMatch(string key, string value, string? node) =>
        Where(Blue.Template("p") with { NodeSelector = Blue.Labels((key, value)) }, [Blue.Node("n1"), Blue.Node("n2", labels: ("disk", "ssd")), Blue.Node("n3")]).ShouldBe(node);

    [Theory]
    [InlineData("size", "In", new[] { "1", "12" }, "n2")]
    [InlineData("size", "NotIn", new[] { "3" }, "n2,n3")]
    [InlineData("size", "Exists", new string[0], "n1,n2")]
    [InlineData("size", "DoesNotExist", new string[0], "n3")]
    [InlineData("size", "Gt", new[] { "3" }, "n2")]
    [InlineData("size", "Gt", new[] { "12" }, "")]
    [InlineData("size", "Lt", new[] { "12" }, "n1")]
    [InlineData("size", "Lt", new[] { "many" }, "")]
    [InlineData("metadata.name", "In", new[] { "n3" }, "n3")]
    [InlineData("size", "Unknown", new[] { "3" }, "")]
    public void Place_RequiredNodeAffinity_EachOperator(string key, string @operator, string[] values, string expected)
    {
        // The label compares as a number, not as text: "12" > "3".
        var nodes = new[] { Blue.Node("n1", labels: ("size", "3")), Blue.Node("n2", labels: ("size", "12")), Blue.Node("n3") };
        var template = Blue.Template("p") with { RequiredNodeTerms = [new NodeTerm([new NodeExpression(key, @operator, [.. values])])] };

        string.Join(',', nodes.Where(n => Where(template, [n]) is not null).Select(n => n.Name)).ShouldBe(expected);
    }

    [Fact]
    public void Place_NodeAffinity_AnyTermWithAllItsExpressions()
    {
        var template = Blue.Template("p") with
        {
            RequiredNodeTerms =
            [
                new NodeTerm([]),
                new NodeTerm([new NodeExpression("a", "Exists", []), new NodeExpression("b", "Exists", [])]),
                new NodeTerm([new NodeExpression("c", "Exists", [])]),
            ],
        };

        Where(template, [Blue.Node("n1", labels: ("a", ""))]).ShouldBeNull();
        Where(template, [Blue.Node("n1", labels: [("a", ""), ("b", "")])]).ShouldBe("n1");
        Where(template, [Blue.Node("n1", labels: ("c", ""))]).ShouldBe("n1");
    }

    [Theory]
    [InlineData("not tolerated", null, false, null, null, false)]
    [InlineData("by key", "gpu", true, null, null, true)]
    [InlineData("by key and value", "gpu", false, "yes", null, true)]
    [InlineData("another value", "gpu", false, "no", null, false)]
    [InlineData("another key", "cpu", true, null, null, false)]
    [InlineData("everything", null, true, null, null, true)]
    [InlineData("this effect", "gpu", true, null, TaintEffect.NoSchedule, true)]
    [InlineData("another effect", "gpu", true, null, TaintEffect.NoExecute, false)]
    public void Place_Taint_MustBeTolerated(string story, string? key, bool exists, string? value, TaintEffect? effect, bool placed) =>
        Where(
            Blue.Template("p") with { Tolerations = [new Toleration(key, exists, value, effect)] },
            [Blue.Node("n1") with { Taints = [new Taint("gpu", "yes", TaintEffect.NoSchedule)] }]).ShouldBe(placed ? "n1" : null, story);

    [Fact]
    public void Place_PreferNoSchedule_IsAScoreAndNoFilter()
    {
        var tainted = Blue.Node("n1") with { Taints = [new Taint("old", "", TaintEffect.PreferNoSchedule)] };

        Where(Blue.Template("p"), [tainted, Blue.Node("n2")]).ShouldBe("n2");
        Where(Blue.Template("p"), [tainted]).ShouldBe("n1");
        Where(Blue.Template("p") with { Tolerations = [new Toleration("old", Exists: true, null, null)] }, [tainted, Blue.Node("n2")]).ShouldBe("n1");
    }

    [Fact]
    [Trait("Rule", "UP-156")]
    public void Place_SteeringTaint_LetsPodsPreferTheOtherNodesAlsoWhereAllAreTainted()
    {
        Taint[] taints = [new Taint("spot", "", TaintEffect.PreferNoSchedule)];
        foreach (var everywhere in new[] { [], taints })
        {
            var world = new TestWorld(new ClusterBlueprint
            {
                Name = "test", Nodes = [.. new[] { "n1", "n2" }.Select(n => Blue.Node(n) with { Taints = [.. everywhere] })], Pods = [Blue.Pod("p", null)],
            });
            world.Update("n1", new NodeUpdate { SteeredAway = true });

            world.For(1).Pod("p")!.NodeName.ShouldBe("n2");
        }
    }

    [Fact]
    public void Place_CordonedOrNotReadyNode_IsNotTaken()
    {
        Where(Blue.Template("p"), [Blue.Node("n1") with { Unschedulable = true }, Blue.Node("n2") with { Ready = false }]).ShouldBeNull();
        Where(Blue.Template("p"), [Blue.Node("n1") with { Unschedulable = true }, Blue.Node("n2") with { Ready = false }, Blue.Node("n3")]).ShouldBe("n3");
    }

    [Fact]
    public void Place_RequiredPodAffinity_GoesWhereItsFriendIs()
    {
        var template = Blue.Template("p") with { RequiredAffinity = [Term("friend", Zone)] };

        Where(template, Zones(), Blue.Pod("friend", "n3")).ShouldBe("n3");
        Where(template, Zones()).ShouldBeNull();
    }

    [Fact]
    public void Place_AffinityToItsOwnKind_FirstOneMayGoAnywhereWithTheLabel()
    {
        var template = Blue.Template("p") with { RequiredAffinity = [Term("p", "rack")] };

        Where(template, [Blue.Node("n1"), Blue.Node("n2", labels: ("rack", "7"))]).ShouldBe("n2");
        Where(template, [Blue.Node("n1")]).ShouldBeNull();

        // The second one must join the first.
        Where(template, [Blue.Node("n1", labels: ("rack", "6")), Blue.Node("n2", labels: ("rack", "7"))], Blue.Pod("p-0", "n2", Blue.Template("p"))).ShouldBe("n2");

        // A term about another namespace is not about its own kind.
        Where(template with { RequiredAffinity = [Term("p", "rack") with { Namespaces = ["other"] }] }, [Blue.Node("n2", labels: ("rack", "7"))]).ShouldBeNull();
    }

    [Theory]
    [InlineData(Host, "n2,n3")]
    [InlineData(Zone, "n3")]
    public void Place_AntiAffinity_HoldsInBothDirections(string key, string allowed)
    {
        var shy = Blue.Template("p") with { RequiredAntiAffinity = [Term("enemy", key)] };
        Candidates(shy, Blue.Pod("enemy", "n1")).ShouldBe(allowed);

        // The pod that is there does not want the one that comes.
        var there = Blue.Pod("enemy", "n1", Blue.Template("enemy") with { RequiredAntiAffinity = [Term("p", key)] });
        Candidates(Blue.Template("p"), there).ShouldBe(allowed);
    }

    [Fact]
    public void Place_AntiAffinityOfAPodThatIsGone_HoldsNoMore()
    {
        var world = new TestWorld(new ClusterBlueprint
        {
            Name = "test", Nodes = [Blue.Node("n1")],
            Pods = [Blue.Pod("enemy", "n1", Blue.Template("enemy") with { RequiredAntiAffinity = [Term("p", Host)] }), Blue.Pod("p", null)],
        });
        world.For(1).Pod("p")!.NodeName.ShouldBeNull();
        world.Evict("enemy");

        world.For(10.5).Pod("p")!.NodeName.ShouldBe("n1");
    }

    [Theory]
    [InlineData("z1 has two and z2 none: one more in z1 would be three too many", 1, null, "n3")]
    [InlineData("a skew of three is allowed", 3, null, "n1,n2,n3")]
    [InlineData("fewer domains than asked for: each may have as many as the skew", 1, 3, "n3")]
    [InlineData("fewer domains than asked for, and a skew of three", 3, 3, "n1,n2,n3")]
    public void Place_HardSpread_KeepsTheSkew(string story, int maxSkew, int? minDomains, string allowed)
    {
        var template = Blue.Template("p") with { Spread = [new SpreadConstraint(maxSkew, Zone, Hard: true, Blue.Selector("p"), minDomains)] };

        Candidates(template, Blue.Pod("p-0", "n1", Blue.Template("p")), Blue.Pod("p-1", "n2", Blue.Template("p"))).ShouldBe(allowed, story);
    }

    [Fact]
    public void Place_HardSpread_FewerDomainsThanAskedForCountAsEmptyOnes()
    {
        // One in each zone: a third is no skew at all, but of three zones asked for one is missing and has none.
        var spread = new SpreadConstraint(1, Zone, Hard: true, Blue.Selector("p"), 3);
        PodBlueprint[] pods = [Blue.Pod("p-0", "n1", Blue.Template("p")), Blue.Pod("p-1", "n3", Blue.Template("p"))];

        Candidates(Blue.Template("p") with { Spread = [spread] }, pods).ShouldBe("");
        Candidates(Blue.Template("p") with { Spread = [spread with { MinDomains = null }] }, pods).ShouldBe("n1,n2,n3");
    }

    [Fact]
    public void Place_HardSpread_NodeWithoutTheLabelIsNotTakenAndTaintedDomainsCount()
    {
        var template = Blue.Template("p") with { Spread = [new SpreadConstraint(1, "rack", Hard: true, Blue.Selector("p"), null)] };
        Where(template, [Blue.Node("n1")]).ShouldBeNull();
        Where(template, [Blue.Node("n1"), Blue.Node("n2", labels: ("rack", "7"))]).ShouldBe("n2");

        // Rack 8 takes no pods of this kind, but by default its emptiness counts.
        var tainted = Blue.Node("n3", labels: ("rack", "8")) with { Taints = [new Taint("gpu", "", TaintEffect.NoSchedule)] };
        Where(template, [Blue.Node("n2", labels: ("rack", "7")), tainted], Blue.Pod("p-0", "n2", Blue.Template("p"))).ShouldBeNull();
    }

    [Fact]
    public void Place_Preferences_AreAScoreOnly()
    {
        var preferred = Blue.Template("p") with { PreferredNodeTerms = [(1, new NodeTerm([new NodeExpression(Host, "In", ["n3"])]))] };
        Where(preferred, Zones()).ShouldBe("n3");
        Where(preferred, [Blue.Node("n1")]).ShouldBe("n1");

        var near = Blue.Template("p") with { PreferredAffinity = [(100, Term("friend", Host))] };
        Where(near, Zones(), Blue.Pod("friend", "n2")).ShouldBe("n2");
        var far = Blue.Template("p") with { PreferredAntiAffinity = [(100, Term("enemy", Zone))] };
        Where(far, Zones(), Blue.Pod("enemy", "n2", Blue.Template("enemy", 0))).ShouldBe("n3");
        Where(far, [Blue.Node("n1")], Blue.Pod("enemy", "n1")).ShouldBe("n1");
        var even = Blue.Template("p") with { Spread = [new SpreadConstraint(1, Zone, Hard: false, Blue.Selector("p"), null)] };
        Where(even, Zones(), Blue.Pod("p-0", "n1", Blue.Template("p", 0)), Blue.Pod("p-1", "n2", Blue.Template("p", 0))).ShouldBe("n3");
    }

    [Fact]
    public void Place_AllAlike_TakesTheEmptiestThenTheFirstByName()
    {
        Where(Blue.Template("p"), Zones()).ShouldBe("n1");
        Where(Blue.Template("p"), Zones(), Blue.Pod("a", "n1"), Blue.Pod("b", "n2")).ShouldBe("n3");
    }

    [Theory]
    [InlineData("z2", "n3")]
    [InlineData("z9", null)]
    public void Place_VolumeInAZone_BindsThePodToIt(string zone, string? node) =>
        Where(Blue.Template("p") with { VolumeZones = [zone] }, Zones()).ShouldBe(node);

    [Fact]
    public void Place_TwoPodsAndRoomForOne_HigherPriorityGoesFirst()
    {
        var world = new TestWorld(new ClusterBlueprint
        {
            Name = "test", Nodes = [Blue.Node("n1")],
            Pods = [Blue.Pod("a", null, Blue.Template("a", 3000)), Blue.Pod("b", null, Blue.Template("b", 3000) with { Priority = 10 })],
        });

        world.For(1);
        (world.Pod("a")!.NodeName, world.Pod("b")!.NodeName).ShouldBe((null, "n1"));
    }

    [Fact]
    public void Place_LargeCluster_LooksAtAShareAndGoesOnFromThere()
    {
        // 400 nodes: a share of 47 %, 188 nodes, is enough. The first search ends there and the second begins there, though nodes before are as good.
        var nodes = Enumerable.Range(0, 400).Select(i => Blue.Node($"n{i:d3}")).ToImmutableArray();
        var world = new TestWorld(new ClusterBlueprint { Name = "test", Nodes = nodes, Pods = [Blue.Pod("a", null), Blue.Pod("b", null), Blue.Pod("c", null)] });

        world.For(1);
        new[] { world.Pod("a")!.NodeName, world.Pod("b")!.NodeName, world.Pod("c")!.NodeName }.ShouldBe(["n000", "n188", "n001"]);
    }

    [Fact]
    public void Place_LargeCluster_FindsTheOneNodeThatWillDo()
    {
        var nodes = Enumerable.Range(0, 400).Select(i => Blue.Node($"n{i:d3}") with { Unschedulable = i != 399 }).ToArray();

        Where(Blue.Template("p"), nodes).ShouldBe("n399");
    }

    private static string Candidates(PodTemplate template, params PodBlueprint[] there) => string.Join(',', Zones().Where(n =>
        Where(template, [.. Zones().Select(z => z with { Unschedulable = z.Name != n.Name })], there) is not null).Select(n => n.Name));

    private static NodeBlueprint[] Zones() => [Blue.Node("n1"), Blue.Node("n2"), Blue.Node("n3", zone: "z2")];

    private static PodAffinityTerm Term(string app, string key) => new(Blue.Selector(app), [], AllNamespaces: false, key);

    private static ImmutableSortedDictionary<string, long> Amounts(string name, long amount) =>
        ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal).Add(name, amount);

    private static string? Where(PodTemplate template, NodeBlueprint[] nodes, params PodBlueprint[] there)
    {
        var world = new TestWorld(new ClusterBlueprint { Name = "test", Nodes = [.. nodes], Pods = [.. there, Blue.Pod("the-pod", null, template)] });
        return world.For(1).Pod("the-pod")!.NodeName;
    }
}
