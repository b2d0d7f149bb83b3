using System.Collections.Immutable;

namespace Imago.Domain.Clusters;

/// <summary>Builds a <see cref="ClusterView"/> from whole lists, in one pass over each.</summary>
internal static class ClusterViewBuilder
{
    public static ClusterView Build(IEnumerable<Node> nodes, IEnumerable<Pod> pods, IEnumerable<DisruptionBudget> budgets)
    {
        var budgetsByKey = ImmutableDictionary.CreateBuilder<ObjectKey, DisruptionBudget>();
        foreach (var budget in budgets)
        {
            budgetsByKey[budget.Key] = budget;
        }

        var budgetsByNamespace = budgetsByKey.Values.GroupBy(b => b.Key.Namespace, StringComparer.Ordinal)
            .ToImmutableDictionary(g => g.Key, g => g.OrderBy(b => b.Key).ToImmutableArray(), StringComparer.Ordinal);

        var nodesByName = ImmutableDictionary.CreateBuilder<string, Node>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            nodesByName[node.Name] = node;
        }

        var nodesByPool = nodesByName.Values.GroupBy(n => n.Pool, StringComparer.Ordinal)
            .ToImmutableDictionary(g => g.Key, g => g.ToImmutableSortedDictionary(n => n.Name, n => n, StringComparer.Ordinal), StringComparer.Ordinal);

        var podsByKey = ImmutableDictionary.CreateBuilder<ObjectKey, PodOnNode>();
        foreach (var pod in pods)
        {
            var ofNamespace = budgetsByNamespace.TryGetValue(pod.Key.Namespace, out var present) ? present : [];
            podsByKey[pod.Key] = new PodOnNode(pod, ClusterView.Covering(pod, ofNamespace));
        }

        var podsByNode = podsByKey.Values.Where(e => e.Pod.NodeName is not null).GroupBy(e => e.Pod.NodeName!, StringComparer.Ordinal)
            .ToImmutableDictionary(g => g.Key, g => g.OrderBy(e => e.Pod.Key).ToImmutableArray(), StringComparer.Ordinal);

        return ClusterView.FromIndexes(
            nodesByName.ToImmutable(),
            podsByKey.ToImmutable(),
            budgetsByKey.ToImmutable(),
            podsByNode,
            podsByNode.ToImmutableDictionary(p => p.Key, p => NodeLoad.Of(p.Value), StringComparer.Ordinal),
            nodesByPool,
            NamesByPool(nodesByName.Values.Where(n => n.Mark is not null)),
            NamesByPool(nodesByName.Values.Where(n => n.SteeredAway)),
            budgetsByNamespace);
    }

    private static ImmutableDictionary<string, ImmutableSortedSet<string>> NamesByPool(IEnumerable<Node> nodes) => nodes.GroupBy(n => n.Pool, StringComparer.Ordinal)
        .ToImmutableDictionary(g => g.Key, g => g.Select(n => n.Name).ToImmutableSortedSet(StringComparer.Ordinal), StringComparer.Ordinal);
}
