using Imago.Domain.Channels;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Dumps;

namespace Imago.Simulation.Tests.Dumps;

/// <summary>Pools of nodes as the clouds label them.</summary>
public class PoolDiscoveryTests
{
    [Theory]
    [InlineData("AKS", """{"kubernetes.azure.com/agentpool":"np1","agentpool":"np1"}""", "{}", "np1", "label kubernetes.azure.com/agentpool")]
    [InlineData("AKS, old", """{"agentpool":"np1"}""", "{}", "np1", "label agentpool")]
    [InlineData("GKE", """{"cloud.google.com/gke-nodepool":"default-pool","cloud.google.com/gke-os-distribution":"cos"}""", "{}", "default-pool", "label cloud.google.com/gke-nodepool")]
    [InlineData("EKS", """{"eks.amazonaws.com/nodegroup":"workers","eks.amazonaws.com/capacityType":"SPOT"}""", "{}", "workers", "label eks.amazonaws.com/nodegroup")]
    [InlineData("eksctl", """{"alpha.eksctl.io/nodegroup-name":"ng-1"}""", "{}", "ng-1", "label alpha.eksctl.io/nodegroup-name")]
    [InlineData("kOps", """{"kops.k8s.io/instancegroup":"nodes-eu-west-1a","node-role.kubernetes.io/node":""}""", "{}", "nodes-eu-west-1a", "label kops.k8s.io/instancegroup")]
    [InlineData("DigitalOcean", """{"doks.digitalocean.com/node-pool":"pool-x"}""", "{}", "pool-x", "label doks.digitalocean.com/node-pool")]
    [InlineData("Cluster API label", """{"cluster.x-k8s.io/deployment-name":"md-0"}""", "{}", "md-0", "label cluster.x-k8s.io/deployment-name")]
    [InlineData("Cluster API machine set", "{}", """{"cluster.x-k8s.io/owner-kind":"MachineSet","cluster.x-k8s.io/owner-name":"md-0-6f8b5c7d9"}""", "md-0", "annotation cluster.x-k8s.io/owner-name")]
    [InlineData("Cluster API two hashes", "{}", """{"cluster.x-k8s.io/owner-kind":"MachineSet","cluster.x-k8s.io/owner-name":"md-workers-6f8b5c7d9-x7k2q"}""", "md-workers", "annotation cluster.x-k8s.io/owner-name")]
    [InlineData("Cluster API machine pool", "{}", """{"cluster.x-k8s.io/owner-kind":"MachinePool","cluster.x-k8s.io/owner-name":"mp-bcdfg"}""", "mp-bcdfg", "annotation cluster.x-k8s.io/owner-name")]
    [InlineData("OpenShift", """{"node-role.kubernetes.io/worker":""}""", """{"machineconfiguration.openshift.io/currentConfig":"rendered-gpu-worker-0123456789abcdef"}""", "gpu-worker", "annotation machineconfiguration.openshift.io/currentConfig")]
    [InlineData("nobody's", """{"kubernetes.io/os":"linux"}""", "{}", "default", "no known label")]
    public void Pool_UsualLabels_AreKnown(string story, string labels, string annotations, string pool, string foundBy)
    {
        var found = DumpText.Read(DumpText.List(DumpText.Node("n1", labels, annotations))).Pools.ShouldHaveSingleItem(story);
        (found.Spec.Name, found.FoundBy, found.AutoProvisioned, found.Nodes).ShouldBe((pool, foundBy, false, 1));
        found.Spec.Mode.ShouldBe(PoolMode.User);
        found.Spec.Family.ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"karpenter.sh/nodepool":"general"}""", "label karpenter.sh/nodepool")]
    [InlineData("""{"karpenter.sh/provisioner-name":"general"}""", "label karpenter.sh/provisioner-name")]
    [InlineData("""{"karpenter.sh/nodepool":"general","kubernetes.azure.com/agentpool":"aksmanaged"}""", "label karpenter.sh/nodepool")]
    public void Pool_OfAnAutoProvisioner_IsMarkedAsSuch(string labels, string foundBy)
    {
        var dump = DumpText.Read(DumpText.List(DumpText.Node("n1", labels)));
        var found = dump.Pools.Single();
        (found.Spec.Name, found.FoundBy, found.AutoProvisioned).ShouldBe(("general", foundBy, true));
        dump.Cluster.Nodes.Single().AutoProvisioned.ShouldBeTrue();
        dump.Cluster.Assumptions.ShouldContain("Nodes that an auto-provisioner made follow its own drift; they are reported, not rolled: 1 node (n1).");
    }

    [Theory]
    [InlineData("""{"node-role.kubernetes.io/control-plane":""}""", "{}")]
    [InlineData("""{"node-role.kubernetes.io/master":"","kops.k8s.io/instancegroup":"master-eu-west-1a"}""", "{}")]
    [InlineData("{}", """{"cluster.x-k8s.io/owner-kind":"KubeadmControlPlane","cluster.x-k8s.io/owner-name":"cp"}""")]
    public void ControlPlane_IsNoPool(string labels, string annotations)
    {
        var dump = DumpText.Read(DumpText.List(DumpText.Node("cp", labels, annotations), DumpText.Node("n1", """{"agentpool":"a"}""")));
        dump.Pools.Select(p => p.Spec.Name).ShouldBe(["a"]);
        dump.Cluster.Nodes.Select(n => (n.Name, n.Pool, n.Managed)).ShouldBe([("cp", "control-plane", false), ("n1", "a", true)]);
        dump.Cluster.Assumptions.ShouldContain("Control-plane nodes are not managed; they are left alone: 1 node (cp).");
    }

    [Theory]
    [InlineData("""{"type":"virtual-kubelet","agentpool":"a"}""")]
    [InlineData("""{"eks.amazonaws.com/compute-type":"fargate"}""")]
    public void VirtualNode_IsNoPool(string labels)
    {
        var dump = DumpText.Read(DumpText.List(DumpText.Node("v", labels)));
        dump.Pools.ShouldBeEmpty();
        dump.Cluster.Nodes.Single().Pool.ShouldBe("virtual");
        dump.Cluster.Assumptions.ShouldContain("Virtual nodes have no image of their own; they are left alone: 1 node (v).");
    }

    [Fact]
    public void PoolLabel_Named_DecidesAlone()
    {
        var dump = DumpText.Read(
            DumpText.List(
                DumpText.Node("n1", """{"agentpool":"a","team":"red"}"""),
                DumpText.Node("n2", """{"agentpool":"a"}"""),
                DumpText.Node("n3", """{"node-role.kubernetes.io/control-plane":"","team":"blue"}"""),
                DumpText.Node("n4", """{"node-role.kubernetes.io/control-plane":""}""")),
            new DumpOptions { PoolLabel = "team" });
        dump.Pools.Select(p => (p.Spec.Name, p.FoundBy)).ShouldBe([("blue", "label team"), ("default", "no label team"), ("red", "label team")]);
        dump.Cluster.Assumptions.ShouldContain("Nodes without the label 'team' form the pool 'default': 1 node (n2).");
        dump.Cluster.Nodes.Single(n => n.Name == "n4").Managed.ShouldBeFalse();
    }

    [Fact]
    public void PoolLabel_OnNoNode_IsRefusedWithWhatThereIs()
    {
        var dump = DumpText.List(DumpText.Node("n1", """{"acme.io/node-pool":"a","os":"x","acme.io/group":"b"}"""));
        Should.Throw<DumpException>(() => DumpText.Read(dump, new DumpOptions { PoolLabel = "pool" })).Message.ShouldBe(
            "No node of the dump has the label 'pool', which should name the pool. Labels that look like one: 'acme.io/group', 'acme.io/node-pool'.");
    }

    [Theory]
    [InlineData("AKSUbuntu-2204gen2containerd-202407.29.0", "{}", PoolOs.Ubuntu)]
    [InlineData("AKSAzureLinux-V3gen2-202407.29.0", "{}", PoolOs.AzureLinux)]
    [InlineData("AKSCBLMariner-V2gen2-202407.29.0", "{}", PoolOs.AzureLinux)]
    [InlineData("AKSAzureLinux-V3gen2-202407.29.0", """{"accelerator":"nvidia"}""", PoolOs.AzureLinuxGpu)]
    [InlineData("AKSAzureLinux-V3gen2-202407.29.0", """{"kubernetes.azure.com/accelerator":"nvidia"}""", PoolOs.AzureLinuxGpu)]
    [InlineData("AKSUbuntu-2204gen2containerd-202407.29.0", """{"accelerator":"nvidia"}""", PoolOs.Ubuntu)]
    [InlineData("AKSAzureLinux-V3katagen2-202407.29.0", "{}", PoolOs.AzureLinuxKata)]
    [InlineData("AKSAzureLinux-V3gen2-202407.29.0", """{"kubernetes.azure.com/kata-mshv-vm-isolation":"true"}""", PoolOs.AzureLinuxKata)]
    [InlineData("AKSAzureLinux-OSGuardV3gen2fipsTL-202407.29.0", "{}", PoolOs.OsGuard)]
    [InlineData("AKSFlatcar-flatcargen2-202407.29.0", "{}", PoolOs.Flatcar)]
    [InlineData("AKSAzureContainerLinux-aclgen2TL-202407.29.0", "{}", PoolOs.AzureContainerLinux)]
    [InlineData("AKSWindows-2022-containerd-gen2-20348.2582.240716", "{}", PoolOs.Windows)]
    [InlineData("opaque", """{"kubernetes.io/os":"windows"}""", PoolOs.Windows)]
    [InlineData("opaque", """{"kubernetes.azure.com/os-sku":"AzureLinux"}""", PoolOs.AzureLinux)]
    [InlineData("opaque", """{"kubernetes.azure.com/os-sku":"CBLMariner"}""", PoolOs.AzureLinux)]
    [InlineData("opaque", """{"kubernetes.azure.com/os-sku":"Ubuntu2404"}""", PoolOs.Ubuntu)]
    [InlineData("opaque", """{"kubernetes.io/os":"linux"}""", PoolOs.Other)]
    public void Os_FollowsImageThenSku(string image, string labels, PoolOs os)
    {
        var all = labels == "{}" ? "" : $",{labels[1..^1]}";
        var pool = DumpText.Read(DumpText.List(DumpText.Node("n1", $$"""{"agentpool":"a","kubernetes.azure.com/node-image-version":"{{image}}"{{all}} }"""))).Pools.Single();
        pool.Spec.Os.ShouldBe(os);
    }

    [Fact]
    public void Gpu_ByAllocatable_IsKnown() => DumpText.Read(DumpText.List(DumpText.Node(
            "n1", """{"agentpool":"a","kubernetes.azure.com/os-sku":"AzureLinux"}""", status: """{"allocatable":{"nvidia.com/gpu":"1"}}""")))
        .Pools.Single().Spec.Os.ShouldBe(PoolOs.AzureLinuxGpu);

    [Fact]
    public void Family_OfMixedPool_IsThatOfMostNodesThenFirstByName()
    {
        static string Node(string name, string image) => DumpText.Node(name, $$"""{"agentpool":"a","kubernetes.azure.com/node-image-version":"{{image}}"}""");
        const string jammy = "AKSUbuntu-2204gen2containerd-202407.29.0";
        const string noble = "AKSUbuntu-2404gen2containerd-202607.29.0";
        Family(Node("1", noble), Node("2", jammy), Node("3", noble), Node("4", "odd"), Node("5", "odd"), Node("6", "odd")).ShouldBe("AKSUbuntu-2404gen2containerd");
        Family(Node("1", noble), Node("2", jammy)).ShouldBe("AKSUbuntu-2204gen2containerd");

        static string? Family(params string[] nodes) => DumpText.Read(DumpText.List(nodes)).Pools.Single().Spec.Family?.Name;
    }

    [Fact]
    public void Kubernetes_OfMixedPool_IsTheLowest()
    {
        static string Node(string name, string version) =>
            DumpText.Node(name, """{"agentpool":"a"}""", status: $$"""{"nodeInfo":{"kubeletVersion":"{{version}}"} }""");
        DumpText.Read(DumpText.List(Node("1", "v1.30.3"), Node("2", "v1.9.11-gke.5"), Node("3", "unreadable"))).Pools.Single()
            .Spec.Kubernetes.ShouldBe(new KubernetesVersion(1, 9, 11));
    }

    [Fact]
    public void Mode_SystemLabel_MakesASystemPool() => DumpText.Read(DumpText.List(
            DumpText.Node("n1", """{"agentpool":"a","kubernetes.azure.com/mode":"system"}"""),
            DumpText.Node("n2", """{"agentpool":"b","kubernetes.azure.com/mode":"user"}""")))
        .Pools.Select(p => p.Spec.Mode).ShouldBe([PoolMode.System, PoolMode.User]);
}
