namespace Imago.Simulation.Tests.Dumps;

/// <summary>Kubernetes quantities, seen through what a node has and a pod asks for.</summary>
public class QuantityTests
{
    [Theory]
    [InlineData("4", 4000)]
    [InlineData("250m", 250)]
    [InlineData("1.5", 1500)]
    [InlineData(".5", 500)]
    [InlineData("0.0001", 1)]
    [InlineData("100u", 1)]
    [InlineData("1500000n", 2)]
    [InlineData("1e3", 1_000_000)]
    [InlineData("1E2", 100_000)]
    [InlineData("5e-1", 500)]
    [InlineData("2k", 2_000_000)]
    [InlineData("+2", 2000)]
    public void Cpu_AnySpelling_CountsInThousandths(string text, long expected) => Node($"\"{text}\"", "\"1\"").MilliCpu.ShouldBe(expected);

    [Theory]
    [InlineData("1", 1)]
    [InlineData("128974848", 128_974_848)]
    [InlineData("129e6", 129_000_000)]
    [InlineData("129M", 129_000_000)]
    [InlineData("123Mi", 128_974_848)]
    [InlineData("1Ki", 1024)]
    [InlineData("1.5Gi", 1_610_612_736)]
    [InlineData("1G", 1_000_000_000)]
    [InlineData("1T", 1_000_000_000_000)]
    [InlineData("1Ti", 1_099_511_627_776)]
    [InlineData("1P", 1_000_000_000_000_000)]
    [InlineData("1Pi", 1_125_899_906_842_624)]
    [InlineData("400m", 1)]
    [InlineData("1E", 1_125_899_906_842_624)]
    [InlineData("1Ei", 1_125_899_906_842_624)]
    [InlineData("79228162514264337593543950335E", 1_125_899_906_842_624)]
    public void Memory_AnySpelling_CountsInBytesUpToOnePebibyte(string text, long expected) => Node("\"1\"", $"\"{text}\"").MemoryBytes.ShouldBe(expected);

    [Fact]
    public void Quantity_AsJsonNumber_IsRead() => Node("2", "1024").ShouldSatisfyAllConditions(r => r.MilliCpu.ShouldBe(2000), r => r.MemoryBytes.ShouldBe(1024));

    [Theory]
    [InlineData("-1")]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("1Xi")]
    [InlineData("1 Gi")]
    [InlineData("1,5")]
    [InlineData("1e")]
    [InlineData("1e99")]
    [InlineData("１")]
    public void Request_Unreadable_CountsAsNoneAndIsNamed(string text)
    {
        var dump = DumpText.Read(DumpText.List(
            DumpText.Node("n1"),
            DumpText.Pod("odd", $$"""{"nodeName":"n1","containers":[{"resources":{"requests":{"cpu":"{{text}}","memory":"1Gi"} } }]}""")));
        dump.Cluster.Pods.Single().Template.Requests.MilliCpu.ShouldBe(0);
        dump.Cluster.Pods.Single().Template.Requests.MemoryBytes.ShouldBe(1L << 30);
        dump.Cluster.Assumptions.ShouldContain($"The request cpu '{text}' is no quantity and counts as none: 1 pod (shop/odd).");
    }

    [Fact]
    public void Allocatable_Absent_CountsAsPlenty()
    {
        var dump = DumpText.Read(DumpText.List(DumpText.Node("n1", status: "{}")));
        var node = dump.Cluster.Nodes.Single();
        node.Allocatable.Pods.ShouldBe(110);
        node.Allocatable.MilliCpu.ShouldBeGreaterThan(1_000_000_000_000);
        node.Ready.ShouldBeTrue();
        dump.Cluster.Assumptions.ShouldBe(
        [
            "Nodes that do not state how much CPU, memory or how many pods they have count as having plenty (110 pods): 1 node (n1).",
            "Nodes that do not state whether they are Ready count as Ready: 1 node (n1).",
            "Nodes without a known pool label form the pool 'default' ('--pool-label' names another label): 1 node (n1).",
            "The dump has no pods; every node counts as empty.",
        ]);
    }

    [Fact]
    public void Allocatable_Absent_CapacityStandsIn()
    {
        var dump = DumpText.Read(DumpText.List(DumpText.Node(
            "n1", status: """{"capacity":{"cpu":"8","memory":"1Gi","pods":"30","nvidia.com/gpu":"4"},"allocatable":{"cpu":"7500m"}}""")));
        var allocatable = dump.Cluster.Nodes.Single().Allocatable;
        (allocatable.MilliCpu, allocatable.MemoryBytes, allocatable.Pods, allocatable.Others["nvidia.com/gpu"]).ShouldBe((7500, 1L << 30, 30, 4L));
    }

    private static Blueprints.Resources Node(string cpu, string memory) => DumpText.Read(DumpText.List(DumpText.Node(
        "n1", status: $$"""{"allocatable":{"cpu":{{cpu}},"memory":{{memory}},"pods":"10"} }"""))).Cluster.Nodes.Single().Allocatable;
}
