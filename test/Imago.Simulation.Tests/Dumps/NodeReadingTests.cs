using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Tests.Dumps;

public class NodeReadingTests
{
    [Theory]
    [InlineData("""[{"type":"Ready","status":"True"}]""", true, false)]
    [InlineData("""[{"type":"Ready","status":"False"}]""", false, false)]
    [InlineData("""[{"type":"Ready","status":"Unknown"}]""", false, false)]
    [InlineData("""[{"type":"Ready","status":"True"},{"type":"MemoryPressure","status":"True"}]""", true, true)]
    [InlineData("""[{"type":"Ready","status":"True"},{"type":"DiskPressure","status":"True"}]""", true, true)]
    [InlineData("""[{"type":"Ready","status":"True"},{"type":"PIDPressure","status":"True"}]""", true, true)]
    [InlineData("""[{"type":"Ready","status":"True"},{"type":"NetworkUnavailable","status":"True"}]""", true, true)]
    [InlineData("""[{"type":"Ready","status":"True"},{"type":"DiskPressure","status":"False"},{"type":"KernelDeadlock","status":"True"}]""", true, false)]
    public void Node_Conditions_AreRead(string conditions, bool ready, bool pressure)
    {
        var node = One(status: $$"""{"conditions":{{conditions}} }""");
        node.Ready.ShouldBe(ready);
        node.UnderPressure.ShouldBe(pressure);
    }

    [Theory]
    [InlineData("""[{"type":"Ready","status":"True"},{"type":"RebootRequired","status":"True"}]""", true)]
    [InlineData("""[{"type":"Ready","status":"True"},{"type":"RebootRequired","status":"False"}]""", false)]
    [InlineData("""[{"type":"Ready","status":"True"}]""", false)]
    [Trait("Rule", "CH-13")]
    public void Node_PendingReboot_IsRead(string conditions, bool pending) => One(status: $$"""{"conditions":{{conditions}} }""").RebootPending.ShouldBe(pending);

    [Fact]
    public void Node_Cordoned_IsUnschedulableWithoutTheTaintThatRepeatsIt()
    {
        var node = One(spec: """
            {"unschedulable":true,"taints":[{"key":"node.kubernetes.io/unschedulable","effect":"NoSchedule"},
             {"key":"gpu","value":"yes","effect":"NoExecute"},{"key":"soft","effect":"PreferNoSchedule"},{"key":"odd","effect":"Never"}]}
            """);
        node.Unschedulable.ShouldBeTrue();
        node.Taints.ShouldBe([new Taint("gpu", "yes", TaintEffect.NoExecute), new Taint("soft", "", TaintEffect.PreferNoSchedule)]);
    }

    [Theory]
    [InlineData("""{"topology.kubernetes.io/zone":"a","failure-domain.beta.kubernetes.io/zone":"b"}""", "a")]
    [InlineData("""{"failure-domain.beta.kubernetes.io/zone":"b"}""", "b")]
    [InlineData("{}", null)]
    public void Node_Zone_IsRead(string labels, string? zone) => One(labels).Zone.ShouldBe(zone);

    [Theory]
    [InlineData("""{"kubernetes.azure.com/node-image-version":"AKSUbuntu-2204gen2containerd-202407.29.0"}""", "AKSUbuntu-2204gen2containerd-202407.29.0")]
    [InlineData("""{"eks.amazonaws.com/nodegroup-image":"ami-0123"}""", "ami-0123")]
    [InlineData("""{"karpenter.k8s.aws/instance-ami-id":"ami-0456"}""", "ami-0456")]
    [InlineData("{}", "Some Linux 1")]
    public void Node_Image_IsTheMostExactStatement(string labels, string image) => One(labels).Image.ShouldBe(image);

    [Fact]
    public void Node_WithoutAnyImage_HasAnEmptyOne() => One(status: "{}").Image.ShouldBe("");

    [Theory]
    [InlineData("""{"kubernetes.azure.com/cluster":"MC_rg_shop_westeurope"}""", "shop")]
    [InlineData("""{"kubernetes.azure.com/cluster":"MC_my_rg_shop_westeurope"}""", "MC_my_rg_shop_westeurope")]
    [InlineData("""{"alpha.eksctl.io/cluster-name":"prod"}""", "prod")]
    [InlineData("{}", "cluster")]
    public void Cluster_Name_IsWhatTheNodesSay(string labels, string name) =>
        DumpText.Read(DumpText.List(DumpText.Node("n1", labels))).Cluster.Name.ShouldBe(name);

    [Fact]
    public void Nodes_SameName_NewestCounts()
    {
        static string Version(string version, string image) => $$"""
            {"kind":"Node","metadata":{"name":"n1","resourceVersion":"{{version}}"},"status":{"nodeInfo":{"osImage":"{{image}}"} } }
            """;
        foreach (var items in (string[][])[[Version("9", "old"), Version("10", "new")], [Version("10", "new"), Version("9", "old")]])
        {
            var cluster = DumpText.Read(DumpText.List(items)).Cluster;
            cluster.Nodes.Single().Image.ShouldBe("new");
            cluster.Assumptions.ShouldContain("Of objects that the dump has more than once, the newest counts: 1 node (n1).");
        }
    }

    [Fact]
    public void Nodes_SameNameAndNoVersion_ContentDecides()
    {
        var (a, b) = (Image("a"), Image("b"));
        Read(a, b).ShouldBe(Read(b, a));

        static string Image(string image) => $$"""{"kind":"Node","metadata":{"name":"n1"},"status":{"nodeInfo":{"osImage":"{{image}}"} } }""";
        static string Read(params string[] items) => DumpText.Read(DumpText.List(items)).Cluster.Nodes.Single().Image;
    }

    [Fact]
    public void Items_WithoutName_AreLeftOutAndCounted()
    {
        var cluster = DumpText.Read(DumpText.List(DumpText.Node("n1"), """{"kind":"Pod"}""", """{"kind":"Pod","metadata":{"name":""}}""",
            """{"kind":"Pod","metadata":{"name":"x\u001b[2J"}}""", """{"kind":"Pod","metadata":{"name":"x","namespace":"a b"}}""")).Cluster;
        cluster.Pods.ShouldBeEmpty();
        cluster.Assumptions.ShouldContain("Items of kind Pod without a usable metadata.name are left out: 4.");
    }

    [Theory]
    [InlineData("""{"kind":"NodeList","items":[{"metadata":{"name":"n1"}}]}""")]
    [InlineData("""{"items":[{"metadata":{"name":"n1"}}],"kind":"NodeList"}""")]
    public void NodeList_OfTheApiServer_SaysTheKindOnce(string text) => DumpText.Read(text).Cluster.Nodes.Single().Name.ShouldBe("n1");

    private static NodeBlueprint One(string labels = "{}", string spec = "{}", string status = "") =>
        DumpText.Read(DumpText.List(DumpText.Node("n1", labels, spec: spec, status: status))).Cluster.Nodes.Single();
}
