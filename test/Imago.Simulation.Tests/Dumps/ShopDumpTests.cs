using System.Text;
using System.Text.Json.Nodes;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Dumps;
using NodaTime;

namespace Imago.Simulation.Tests.Dumps;

/// <summary>The dump of a real API server: 24 nodes, 125 pods, 9 budgets.</summary>
public class ShopDumpTests
{
    private static readonly Dump Shop = DumpText.Read(DumpText.Shop());

    [Fact]
    public void Shop_Read_HasEverythingThatWasDumped()
    {
        Shop.Cluster.Name.ShouldBe("shop");
        Shop.Cluster.Nodes.Length.ShouldBe(24);
        Shop.Cluster.Pods.Length.ShouldBe(125);
        Shop.Cluster.Budgets.Length.ShouldBe(9);
        Shop.Cluster.Workloads.GroupBy(w => w.Kind).ToDictionary(g => g.Key, g => g.Count()).ShouldBe(
            new Dictionary<WorkloadKind, int>
            {
                [WorkloadKind.Deployment] = 9, [WorkloadKind.ReplicaSet] = 9, [WorkloadKind.StatefulSet] = 2, [WorkloadKind.DaemonSet] = 2,
            },
            ignoreOrder: true);
        Shop.Cluster.Workloads.ShouldNotContain(w => w.Kind == WorkloadKind.Inferred);
    }

    [Fact]
    public void Shop_Read_KnowsItsNodes()
    {
        var node = Shop.Cluster.Nodes.Single(n => n.Name == "aks-apps-38120417-vmss000000");
        node.Uid.ShouldBe("8a6f15bb-5d6a-4ae1-9e2a-995d6c04585a");
        node.Pool.ShouldBe("apps");
        node.Zone.ShouldBe("northeurope-1");
        node.Image.ShouldBe("AKSUbuntu-2204gen2containerd-202407.29.0");
        node.KubeletVersion.ShouldBe("v1.30.3");
        node.Allocatable.MilliCpu.ShouldBe(8000);
        node.Allocatable.MemoryBytes.ShouldBe(34_359_738_368);
        node.Allocatable.Pods.ShouldBe(60);
        node.Allocatable.Others.ShouldBe([KeyValuePair.Create("ephemeral-storage", 107_374_182_400L)]);
        node.CreatedAt.ShouldBe(Instant.FromUtc(2026, 11, 22, 10, 7, 26));
        node.Ready.ShouldBeTrue();
        node.UnderPressure.ShouldBeFalse();
        node.Unschedulable.ShouldBeFalse();
    }

    [Fact]
    public void Shop_Read_FindsItsPools()
    {
        Shop.Pools.Select(p => (p.Spec.Name, p.Nodes, p.Spec.Mode, p.FoundBy)).ShouldBe(
        [
            ("apps", 15, PoolMode.User, "label kubernetes.azure.com/agentpool"),
            ("batch", 6, PoolMode.User, "label kubernetes.azure.com/agentpool"),
            ("system", 3, PoolMode.System, "label kubernetes.azure.com/agentpool"),
        ]);
        Shop.Pools.ShouldAllBe(p => p.Spec.Os == PoolOs.Ubuntu && p.Spec.Family == new ImageFamily("AKSUbuntu-2204gen2containerd")
            && p.Spec.Kubernetes == new KubernetesVersion(1, 30, 3) && p.Spec.CreatedAtKubernetes == null && !p.AutoProvisioned);
    }

    [Fact]
    public void Shop_Read_KnowsItsBudgets()
    {
        var budgets = Shop.Cluster.Budgets.ToDictionary(b => b.Key.ToString());
        budgets["shop/cart"].MinAvailable.ShouldBe(IntOrPercent.Of(5));
        budgets["shop/search"].MinAvailable.ShouldBe(IntOrPercent.Percent(80));
        budgets["shop/web"].MaxUnavailable.ShouldBe(IntOrPercent.Percent(25));
        budgets["shop/web"].MinAvailable.ShouldBeNull();
        Shop.Cluster.Pods.Count(p => p.Key.Namespace == "shop" && budgets["shop/legacy-admin"].Selector.Matches(p.Template.Labels)).ShouldBe(1);
    }

    [Fact]
    public void Shop_Read_KnowsItsWorkloads()
    {
        var set = Shop.Cluster.Workloads.Single(w => w.Ref == new WorkloadRef("ReplicaSet", "worker-86db7955f9"));
        set.Parent.ShouldBe(new WorkloadRef("Deployment", "worker"));
        set.Replicas.ShouldBe(24);
        set.Template.GracePeriod.ShouldBe(Duration.FromMinutes(5));
        set.Template.Requests.MilliCpu.ShouldBe(2000);
        set.Template.Requests.MemoryBytes.ShouldBe(268_435_456);
        set.Template.NodeSelector.ShouldBe([KeyValuePair.Create("workload", "batch")]);
        var spread = set.Template.Spread.ShouldHaveSingleItem();
        spread.Hard.ShouldBeFalse();
        spread.TopologyKey.ShouldBe("kubernetes.io/hostname");
        // The template says nothing of them; admission gives them to every pod.
        set.Template.Tolerations.Select(t => t.Key).ShouldBe(["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]);
    }

    [Fact]
    public void Shop_Read_TiesDaemonPodsToTheirNodes()
    {
        var pods = Shop.Cluster.Pods.Where(p => p.Owner == new WorkloadRef("DaemonSet", "cni")).ToList();
        pods.Count.ShouldBe(24);
        pods.ShouldAllBe(p => p.Template.RequiredNodeTerms.Single().Expressions.Single().Key == "metadata.name"
            && p.Template.RequiredNodeTerms.Single().Expressions.Single().Values.Single() == p.NodeName);
    }

    [Fact]
    public void Shop_Read_BarePodHasNoOwner() =>
        Shop.Cluster.Pods.Single(p => p.Owner is null).Key.ShouldBe(new ObjectKey("batch", "debug-shell"));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Shop_ItemsShuffled_ReadsTheSame(ulong seed)
    {
        var document = JsonNode.Parse(DumpText.Shop())!;
        var items = document["items"]!.AsArray().Select(i => i!.DeepClone()).ToArray();
        // The same object twice, once changed and newer: shuffling must not decide which counts.
        var newer = items.First(i => i["kind"]!.GetValue<string>() == "Pod").DeepClone();
        newer["metadata"]!["resourceVersion"] = "999999";
        newer["spec"]!["terminationGracePeriodSeconds"] = 77;
        items = [.. items, newer];
        var expected = Text(items);

        var draw = new Seed(seed);
        for (var i = items.Length - 1; i > 0; i--)
        {
            draw = draw.Next;
            var j = draw.Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }

        Text(items).ShouldBe(expected);
        expected.ShouldContain("\"0:00:01:17\"");

        static string Text(JsonNode[] items) =>
            BlueprintText.Of(DumpText.Read(DumpText.List(items.Select(i => i.ToJsonString()))));
    }

    [Fact]
    public void Shop_KindBeforeItems_ReadsTheSame()
    {
        var document = JsonNode.Parse(DumpText.Shop())!;
        var turned = new JsonObject { ["kind"] = "List", ["items"] = document["items"]!.DeepClone() };
        BlueprintText.Of(DumpText.Read(turned.ToJsonString())).ShouldBe(BlueprintText.Of(Shop));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4099)]
    public void Shop_ArrivesInPieces_ReadsTheSame(int piece)
    {
        using var stream = new PiecewiseStream(DumpText.Shop(), piece);
        BlueprintText.Of(DumpReader.Read(stream, cancellation: TestContext.Current.CancellationToken)).ShouldBe(BlueprintText.Of(Shop));
    }

    [Fact]
    public void Shop_CutAnywhere_IsRefusedAsCutOff()
    {
        var whole = DumpText.Shop();
        var trimmed = Encoding.UTF8.GetString(whole).TrimEnd().Length;
        for (var length = 1; length < trimmed; length += 9973)
        {
            DumpText.Refused(whole[..length]).ShouldContain($"at byte {length}");
        }
    }
}
