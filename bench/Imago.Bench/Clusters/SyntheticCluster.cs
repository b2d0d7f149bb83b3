using System.Collections.Immutable;
using System.Globalization;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using NodaTime;

namespace Imago.Bench.Clusters;

/// <summary>
/// A cluster of any size, the same every time: pools of at most 1,000 nodes over three zones, ten pods a node (one of a DaemonSet, nine of Deployments with 45
/// replicas each), every second Deployment under a budget that lets a tenth of it go.
/// </summary>
internal sealed class SyntheticCluster
{
    public const int PoolSize = 1000;
    private const int PodsOfDeploymentsPerNode = 9;
    private const int Replicas = 45;
    private const int DeploymentsPerNamespace = 20;

    private readonly int _nodes;

    public SyntheticCluster(int nodes) => _nodes = nodes;

    public static ImageFamily Family { get; } = new("AKSUbuntu-2204gen2containerd");

    public static NodeImage Before { get; } = NodeImage.Of(Family, new ImageVersion(0, 0, new LocalDate(2026, 10, 19), 0));

    public static NodeImage Target { get; } = NodeImage.Of(Family, new ImageVersion(0, 0, new LocalDate(2026, 11, 16), 0));

    public IEnumerable<string> Pools => Enumerable.Range(0, (_nodes + PoolSize - 1) / PoolSize).Select(PoolName);

    public static string PoolName(int number) => string.Create(CultureInfo.InvariantCulture, $"pool{number:00}");

    public static string NodeName(int number) => string.Create(CultureInfo.InvariantCulture, $"{PoolName(number / PoolSize)}-{number % PoolSize:0000}");

    public IEnumerable<Node> Nodes() => Enumerable.Range(0, _nodes).Select(i => NodeOf(NodeName(i), PoolName(i / PoolSize), i) with { Image = Before });

    public IEnumerable<Pod> Pods() => Enumerable.Range(0, _nodes).SelectMany(i => PodsOf(i));

    /// <summary>One budget for every second Deployment, with a status as its controller would compute it while all pods are healthy.</summary>
    public IEnumerable<DisruptionBudget> Budgets()
    {
        for (var deployment = 0; deployment < Deployments; deployment += 2)
        {
            var replicas = Enumerable.Range(0, Replicas).Count(r => (deployment * Replicas) + r < _nodes * PodsOfDeploymentsPerNode);
            var allowed = replicas / 10;
            yield return new DisruptionBudget
            {
                Key = new ObjectKey(NamespaceOf(deployment), AppOf(deployment)),
                Selector = LabelSelector.OfLabels([new("app", AppOf(deployment))]),
                MaxUnavailable = IntOrPercent.Percent(10),
                DisruptionsAllowed = allowed,
                CurrentHealthy = replicas,
                DesiredHealthy = replicas - allowed,
                ExpectedPods = replicas,
            };
        }
    }

    public ClusterView View() => ClusterView.Of(Nodes(), Pods(), Budgets());

    public static Node NodeOf(string name, string pool, int number) => new()
    {
        Name = name,
        Uid = $"uid-{name}",
        Pool = pool,
        Zone = string.Create(CultureInfo.InvariantCulture, $"zone-{number % 3}"),
        Image = Target,
        Ready = true,
        ResourceVersion = "1",
    };

    public static Pod DaemonPodOf(string node) => new()
    {
        Key = new ObjectKey("kube-system", $"proxy-{node}"),
        Uid = $"uid-proxy-{node}",
        NodeName = node,
        Owner = new WorkloadRef("DaemonSet", "proxy"),
        Workload = new WorkloadRef("DaemonSet", "proxy"),
        Ready = true,
    };

    private int Deployments => ((_nodes * PodsOfDeploymentsPerNode) + Replicas - 1) / Replicas;

    private IEnumerable<Pod> PodsOf(int node)
    {
        yield return DaemonPodOf(NodeName(node));
        for (var i = 0; i < PodsOfDeploymentsPerNode; i++)
        {
            // Pod number n lies on node n mod N: the replicas of a Deployment, 45 numbers in a row, lie on 45 different nodes.
            var number = node + (i * _nodes);
            var deployment = number / Replicas;
            var name = string.Create(CultureInfo.InvariantCulture, $"{AppOf(deployment)}-{number % Replicas:00}");
            yield return new Pod
            {
                Key = new ObjectKey(NamespaceOf(deployment), name),
                Uid = $"uid-{name}",
                NodeName = NodeName(node),
                Labels = LabelsOf(deployment),
                Owner = new WorkloadRef("ReplicaSet", AppOf(deployment)),
                Workload = new WorkloadRef("Deployment", AppOf(deployment)),
                Ready = true,
            };
        }
    }

    private static ImmutableDictionary<string, string> LabelsOf(int deployment) =>
        ImmutableDictionary<string, string>.Empty.Add("app", AppOf(deployment)).Add("tier", "web");

    private static string AppOf(int deployment) => string.Create(CultureInfo.InvariantCulture, $"app-{deployment:00000}");

    private static string NamespaceOf(int deployment) => string.Create(CultureInfo.InvariantCulture, $"team-{deployment / DeploymentsPerNamespace:000}");
}
