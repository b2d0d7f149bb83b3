using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using NodaTime;

namespace Imago.Simulation.Serving.Workloads;

/// <summary>What runs in a new served cluster.</summary>
internal static class ServedWorkloads
{
    private const string System = "kube-system";
    private const string Default = "default";
    private const string Shop = "shop";

    /// <summary>A cluster without nodes.</summary>
    public static ClusterBlueprint Of(ServedFacts facts, Seed seed)
    {
        // The default: what every AKS cluster runs, in a small edition.
        var set = new WorkloadSet(seed)
            .AddDaemonSet(System, "azure-cni", OnLinux(Asking(50, 64)))
            .AddDaemonSet(System, "kube-proxy", OnLinux(Asking(100, 64)))
            .AddDeployment(System, "coredns", 2, Spread("coredns", OnSystem(Asking(100, 70))), minAvailable: IntOrPercent.Of(1))
            .AddDeployment(System, "metrics-server", 2, Spread("metrics-server", OnSystem(Asking(150, 100))), minAvailable: IntOrPercent.Of(1));
        switch (facts.Workloads)
        {
            case SampleWorkloads.Sample:
                set.AddDeployment(Default, "web", 4, Spread("web", OnLinux(Asking(100, 128))), maxUnavailable: IntOrPercent.Percent(25))
                    .AddDeployment(Default, "api", 2, Spread("api", OnLinux(Asking(200, 256))), minAvailable: IntOrPercent.Of(1))
                    .AddDeployment(Default, "worker", 2, OnLinux(Asking(200, 256)));
                break;
            case SampleWorkloads.Shop:
                AddShop(set);
                break;
            default:
                break;
        }

        return set.Build(facts.Name);
    }

    // As in the demo: cart may lose one pod at a time and is slow to start, so it holds a node for a while.
    private static void AddShop(WorkloadSet set) => set
        .AddDeployment(Shop, "web", 6, Spread("web", OnLinux(Asking(200, 256))), maxUnavailable: IntOrPercent.Percent(25))
        .AddDeployment(
            Shop, "cart", 4, Spread("cart", OnLinux(Asking(300, 512))) with { StartupTime = Duration.FromMinutes(6), GracePeriod = Duration.FromSeconds(60) },
            minAvailable: IntOrPercent.Of(3))
        .AddDeployment(Shop, "checkout", 2, Spread("checkout", OnLinux(Asking(200, 256))), maxUnavailable: IntOrPercent.Of(1))
        .AddDeployment(Shop, "search", 3, OnLinux(Asking(300, 512)))
        .AddStatefulSet(
            Shop, "orders-db", 3, OnLinux(Asking(300, 1024)) with { GracePeriod = Duration.FromMinutes(2), StartupTime = Duration.FromSeconds(90) });

    private static PodTemplate Asking(long milliCpu, long mebibytes) =>
        new() { Requests = Resources.None with { MilliCpu = milliCpu, MemoryBytes = mebibytes << 20, Pods = 1 } };

    private static PodTemplate OnLinux(PodTemplate template) => template with { NodeSelector = template.NodeSelector.SetItem("kubernetes.io/os", "linux") };

    // On nodes of system pools if there are any with room, as AKS's own workloads.
    private static PodTemplate OnSystem(PodTemplate template) => OnLinux(template) with
    {
        PreferredNodeTerms = [(100, new NodeTerm([new NodeExpression(NodeLabels.Mode, "In", ["system"])]))],
        Tolerations = [new Toleration("CriticalAddonsOnly", Exists: true, null, null)],
        Priority = 2_000_000_000,
    };

    private static PodTemplate Spread(string app, PodTemplate template)
    {
        var selector = LabelSelector.OfLabels([KeyValuePair.Create("app", app)]);
        return template with
        {
            Spread =
            [
                new SpreadConstraint(1, "topology.kubernetes.io/zone", Hard: false, selector, MinDomains: null),
                new SpreadConstraint(1, "kubernetes.io/hostname", Hard: false, selector, MinDomains: null),
            ],
        };
    }
}
