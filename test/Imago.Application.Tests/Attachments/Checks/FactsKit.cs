using System.Collections.Immutable;
using Imago.Application.Attachments;
using Imago.Application.Attachments.Checks;
using Imago.Domain.Clusters;
using Imago.Domain.Clusters.Pools;
using Imago.Domain.Images;
using NodaTime;

namespace Imago.Application.Tests.Attachments.Checks;

/// <summary>A cluster with which all is well, and ways to spoil it.</summary>
internal static class FactsKit
{
    public const string Image = "AKSUbuntu-2204gen2containerd-202609.15.0";

    public static readonly Instant Now = Instant.FromUtc(2026, 10, 1, 12, 0);

    public static ClusterFacts Healthy { get; } = Of([Node("a"), Node("b")]);

    public static ClusterFacts Of(ImmutableArray<SeenNode> nodes, ImmutableArray<Pod> pods = default, ImmutableArray<DisruptionBudget> budgets = default) => new()
    {
        Server = "https://api.example",
        Version = "v1.36.2",
        Now = Now,
        ClockAhead = Duration.FromSeconds(1),
        Apis = ["v1", "apps/v1", "policy/v1", "coordination.k8s.io/v1"],
        Refused = [],
        Nodes = nodes,
        View = ClusterView.Of(nodes.Select(n => n.Node), pods.IsDefault ? [] : pods, budgets.IsDefault ? [] : budgets),
        Pools = PoolDiscovery.Discover(nodes.Select(n => n.Facts)),
        Provider = [new Finding(FindingCodes.ProviderReachable, FindingLevel.Good, "https://nodes.example", "It answered.", "")],
        Traces = new OwnTraces(NamespaceExists: true, [], null, null),
    };

    public static SeenNode Node(string name, string labels = "agentpool=np1", string annotations = "", ImmutableArray<ChosenPool> chosen = default, Func<Node, Node>? with = null, string image = Image)
    {
        var (read, notes) = (Map(labels), Map(annotations));
        var membership = PoolRules.Chosen(read, notes, chosen.IsDefault ? [] : chosen);
        var node = new Node { Name = name, Uid = name, Pool = membership.Pool, Image = NodeImage.Parse(image), Ready = true, AutoProvisioned = membership.AutoProvisioned };
        return new SeenNode(with is null ? node : with(node), new NodeFacts { Name = name, Membership = membership, Labels = read, Image = image }, notes, []);
    }

    public static Pod Pod(string name, string node = "a", string? owner = "ReplicaSet/web", string app = "web") => new()
    {
        Key = new ObjectKey("shop", name),
        Uid = name,
        NodeName = node,
        Labels = ImmutableDictionary<string, string>.Empty.Add("app", app),
        Owner = owner is null ? null : new WorkloadRef(owner.Split('/')[0], owner.Split('/')[1]),
        Workload = owner is null ? null : new WorkloadRef("Deployment", app),
        Ready = true,
    };

    public static DisruptionBudget Budget(string name, string app = "web") => new()
    {
        Key = new ObjectKey("shop", name),
        Selector = LabelSelector.OfLabels([KeyValuePair.Create("app", app)]),
        DisruptionsAllowed = 1,
        ExpectedPods = 3,
        CurrentHealthy = 3,
        DesiredHealthy = 2,
        MinAvailable = IntOrPercent.Of(2),
    };

    /// <summary>The one finding of a code.</summary>
    public static Finding Only(this ClusterFacts cluster, string code) => ClusterChecks.Judge(cluster).Single(f => f.Code == code);

    public static ImmutableSortedDictionary<string, string> Map(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('=', 2))
        .ToImmutableSortedDictionary(l => l[0], l => l[1], StringComparer.Ordinal);
}
