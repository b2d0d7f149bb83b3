using System.Collections.Immutable;

namespace Imago.Domain.Clusters;

/// <summary>
/// Everything observed of one cluster, as an immutable value with the indexes that deciding needs. <see cref="Apply"/> gives the next view
/// at a cost that does not grow with the cluster; a view built change by change equals one built from scratch.
/// </summary>
public sealed class ClusterView
{
    private readonly ImmutableDictionary<string, ImmutableArray<PodOnNode>> _podsByNode;
    private readonly ImmutableDictionary<string, NodeLoad> _loads;
    private readonly ImmutableDictionary<string, ImmutableSortedDictionary<string, Node>> _nodesByPool;
    private readonly ImmutableDictionary<string, ImmutableSortedSet<string>> _markedByPool;
    private readonly ImmutableDictionary<string, ImmutableSortedSet<string>> _steeredByPool;
    private readonly ImmutableDictionary<string, ImmutableArray<DisruptionBudget>> _budgetsByNamespace;

    private ClusterView(
        ImmutableDictionary<string, Node> nodes,
        ImmutableDictionary<ObjectKey, PodOnNode> pods,
        ImmutableDictionary<ObjectKey, DisruptionBudget> budgets,
        ImmutableDictionary<string, ImmutableArray<PodOnNode>> podsByNode,
        ImmutableDictionary<string, NodeLoad> loads,
        ImmutableDictionary<string, ImmutableSortedDictionary<string, Node>> nodesByPool,
        ImmutableDictionary<string, ImmutableSortedSet<string>> markedByPool,
        ImmutableDictionary<string, ImmutableSortedSet<string>> steeredByPool,
        ImmutableDictionary<string, ImmutableArray<DisruptionBudget>> budgetsByNamespace)
    {
        Nodes = nodes;
        Pods = pods;
        Budgets = budgets;
        _podsByNode = podsByNode;
        _loads = loads;
        _nodesByPool = nodesByPool;
        _markedByPool = markedByPool;
        _steeredByPool = steeredByPool;
        _budgetsByNamespace = budgetsByNamespace;
    }

    /// <summary>A view of nothing.</summary>
    public static ClusterView Empty { get; } = new(
        ImmutableDictionary.Create<string, Node>(StringComparer.Ordinal),
        ImmutableDictionary<ObjectKey, PodOnNode>.Empty,
        ImmutableDictionary<ObjectKey, DisruptionBudget>.Empty,
        ImmutableDictionary.Create<string, ImmutableArray<PodOnNode>>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, NodeLoad>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, ImmutableSortedDictionary<string, Node>>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, ImmutableSortedSet<string>>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, ImmutableSortedSet<string>>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, ImmutableArray<DisruptionBudget>>(StringComparer.Ordinal));

    /// <summary>All nodes by name.</summary>
    public ImmutableDictionary<string, Node> Nodes { get; }

    /// <summary>All pods by key, each with the budgets that cover it.</summary>
    public ImmutableDictionary<ObjectKey, PodOnNode> Pods { get; }

    /// <summary>All disruption budgets by key.</summary>
    public ImmutableDictionary<ObjectKey, DisruptionBudget> Budgets { get; }

    /// <summary>Names of the pools that have nodes, in ordinal order.</summary>
    public IEnumerable<string> Pools => _nodesByPool.Keys.Order(StringComparer.Ordinal);

    /// <summary>The nodes of a pool in ordinal order of their names; empty for a pool without nodes.</summary>
    public ImmutableSortedDictionary<string, Node> NodesOf(string pool) =>
        _nodesByPool.GetValueOrDefault(pool) ?? EmptyPool;

    /// <summary>Names of the nodes of a pool that carry our mark, in ordinal order: few, whatever the size of the pool.</summary>
    public ImmutableSortedSet<string> MarkedIn(string pool) => _markedByPool.GetValueOrDefault(pool) ?? NoNames;

    /// <summary>Names of the nodes of a pool that carry our steering taint, in ordinal order.</summary>
    public ImmutableSortedSet<string> SteeredIn(string pool) => _steeredByPool.GetValueOrDefault(pool) ?? NoNames;

    /// <summary>The pods bound to a node, in order of their keys.</summary>
    public ImmutableArray<PodOnNode> PodsOn(string node) => _podsByNode.TryGetValue(node, out var pods) ? pods : [];

    /// <summary>What draining the node asks for.</summary>
    public NodeLoad LoadOf(string node) => _loads.GetValueOrDefault(node, NodeLoad.Empty);

    /// <summary>Builds a view from scratch. Of objects with the same key the last one counts.</summary>
    public static ClusterView Of(IEnumerable<Node> nodes, IEnumerable<Pod> pods, IEnumerable<DisruptionBudget> budgets) =>
        ClusterViewBuilder.Build(nodes, pods, budgets);

    /// <summary>The view after a change. A change that says nothing new gives the same view.</summary>
    public ClusterView Apply(ClusterChange change) => change switch
    {
        ClusterChange.NodeSeen(var node) => WithNode(node),
        ClusterChange.NodeGone(var name) => WithoutNode(name),
        ClusterChange.PodSeen(var pod) => WithPod(pod),
        ClusterChange.PodGone(var key) => WithoutPod(key),
        ClusterChange.BudgetSeen(var budget) => WithBudget(budget),
        ClusterChange.BudgetGone(var key) => WithoutBudget(key),
        _ => throw new InvalidOperationException($"Cluster change {change.GetType().Name} is not known."),
    };

    internal static ImmutableSortedSet<string> NoNames { get; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    internal static ImmutableSortedDictionary<string, Node> EmptyPool { get; } = ImmutableSortedDictionary.Create<string, Node>(StringComparer.Ordinal);

    internal static ClusterView FromIndexes(
        ImmutableDictionary<string, Node> nodes,
        ImmutableDictionary<ObjectKey, PodOnNode> pods,
        ImmutableDictionary<ObjectKey, DisruptionBudget> budgets,
        ImmutableDictionary<string, ImmutableArray<PodOnNode>> podsByNode,
        ImmutableDictionary<string, NodeLoad> loads,
        ImmutableDictionary<string, ImmutableSortedDictionary<string, Node>> nodesByPool,
        ImmutableDictionary<string, ImmutableSortedSet<string>> markedByPool,
        ImmutableDictionary<string, ImmutableSortedSet<string>> steeredByPool,
        ImmutableDictionary<string, ImmutableArray<DisruptionBudget>> budgetsByNamespace) =>
        new(nodes, pods, budgets, podsByNode, loads, nodesByPool, markedByPool, steeredByPool, budgetsByNamespace);

    /// <summary>The budgets that cover a pod, ordered by key. Budgets cover pods of their own namespace only.</summary>
    internal static ImmutableArray<ObjectKey> Covering(Pod pod, ImmutableArray<DisruptionBudget> ofNamespace)
    {
        var first = default(ObjectKey?);
        ImmutableArray<ObjectKey>.Builder? several = null;
        foreach (var budget in ofNamespace)
        {
            if (!budget.Selector.Matches(pod.Labels))
            {
                continue;
            }

            if (first is null)
            {
                first = budget.Key;
            }
            else
            {
                several ??= ImmutableArray.CreateBuilder<ObjectKey>();
                if (several.Count == 0)
                {
                    several.Add(first.Value);
                }

                several.Add(budget.Key);
            }
        }

        return several is not null ? several.ToImmutable() : first is { } one ? [one] : [];
    }

    private ClusterView WithNode(Node node)
    {
        var (byPool, marked, steered) = (_nodesByPool, _markedByPool, _steeredByPool);
        if (Nodes.TryGetValue(node.Name, out var before))
        {
            if (before == node)
            {
                return this;
            }

            if (!string.Equals(before.Pool, node.Pool, StringComparison.Ordinal))
            {
                byPool = RemoveFromPool(byPool, before);
                marked = Mark(marked, before, isMarked: false);
                steered = Mark(steered, before, isMarked: false);
            }
        }

        byPool = byPool.SetItem(node.Pool, (byPool.GetValueOrDefault(node.Pool) ?? EmptyPool).SetItem(node.Name, node));
        marked = Mark(marked, node, node.Mark is not null);
        steered = Mark(steered, node, node.SteeredAway);
        return new(Nodes.SetItem(node.Name, node), Pods, Budgets, _podsByNode, _loads, byPool, marked, steered, _budgetsByNamespace);
    }

    private ClusterView WithoutNode(string name) =>
        Nodes.TryGetValue(name, out var node)
            ? new(
                Nodes.Remove(name), Pods, Budgets, _podsByNode, _loads, RemoveFromPool(_nodesByPool, node),
                Mark(_markedByPool, node, isMarked: false), Mark(_steeredByPool, node, isMarked: false), _budgetsByNamespace)
            : this;

    private static ImmutableDictionary<string, ImmutableSortedDictionary<string, Node>> RemoveFromPool(
        ImmutableDictionary<string, ImmutableSortedDictionary<string, Node>> byPool, Node node)
    {
        var rest = byPool[node.Pool].Remove(node.Name);
        return rest.IsEmpty ? byPool.Remove(node.Pool) : byPool.SetItem(node.Pool, rest);
    }

    private static ImmutableDictionary<string, ImmutableSortedSet<string>> Mark(
        ImmutableDictionary<string, ImmutableSortedSet<string>> byPool, Node node, bool isMarked)
    {
        var before = byPool.GetValueOrDefault(node.Pool) ?? NoNames;
        if (before.Contains(node.Name) == isMarked)
        {
            return byPool;
        }

        var after = isMarked ? before.Add(node.Name) : before.Remove(node.Name);
        return after.IsEmpty ? byPool.Remove(node.Pool) : byPool.SetItem(node.Pool, after);
    }

    private ClusterView WithPod(Pod pod)
    {
        var before = Pods.GetValueOrDefault(pod.Key);
        if (before is not null && before.Pod == pod)
        {
            return this;
        }

        var ofNamespace = _budgetsByNamespace.TryGetValue(pod.Key.Namespace, out var budgets) ? budgets : [];
        var covering = before is not null && ReferenceEquals(before.Pod.Labels, pod.Labels) ? before.Budgets : Covering(pod, ofNamespace);
        var entry = new PodOnNode(pod, covering);
        var (byNode, loads) = MoveEntry(_podsByNode, _loads, before, entry);
        return new(Nodes, Pods.SetItem(pod.Key, entry), Budgets, byNode, loads, _nodesByPool, _markedByPool, _steeredByPool, _budgetsByNamespace);
    }

    private ClusterView WithoutPod(ObjectKey key)
    {
        if (!Pods.TryGetValue(key, out var before))
        {
            return this;
        }

        var (byNode, loads) = MoveEntry(_podsByNode, _loads, before, null);
        return new(Nodes, Pods.Remove(key), Budgets, byNode, loads, _nodesByPool, _markedByPool, _steeredByPool, _budgetsByNamespace);
    }

    private ClusterView WithBudget(DisruptionBudget budget)
    {
        var before = Budgets.GetValueOrDefault(budget.Key);
        if (before == budget)
        {
            return this;
        }

        var ofNamespace = _budgetsByNamespace.TryGetValue(budget.Key.Namespace, out var present) ? present : [];
        var others = before is null ? ofNamespace : ofNamespace.RemoveAll(b => b.Key == budget.Key);
        var at = others.TakeWhile(b => b.Key < budget.Key).Count();
        var next = _budgetsByNamespace.SetItem(budget.Key.Namespace, others.Insert(at, budget));
        var view = new ClusterView(Nodes, Pods, Budgets.SetItem(budget.Key, budget), _podsByNode, _loads, _nodesByPool, _markedByPool, _steeredByPool, next);

        // The usual change is one of status; what the budget selects stays, and with it every index of pods.
        return before is not null && before.Selector.Equals(budget.Selector) ? view : view.Recover(budget.Key.Namespace);
    }

    private ClusterView WithoutBudget(ObjectKey key)
    {
        if (!Budgets.ContainsKey(key))
        {
            return this;
        }

        var rest = _budgetsByNamespace[key.Namespace].RemoveAll(b => b.Key == key);
        var next = rest.IsEmpty ? _budgetsByNamespace.Remove(key.Namespace) : _budgetsByNamespace.SetItem(key.Namespace, rest);
        return new ClusterView(Nodes, Pods, Budgets.Remove(key), _podsByNode, _loads, _nodesByPool, _markedByPool, _steeredByPool, next).Recover(key.Namespace);
    }

    /// <summary>Matches the pods of a namespace with its budgets again. Rare: only when a budget appears, goes or selects differently.</summary>
    private ClusterView Recover(string ns)
    {
        var ofNamespace = _budgetsByNamespace.TryGetValue(ns, out var budgets) ? budgets : [];
        var pods = Pods;
        var byNode = _podsByNode;
        var loads = _loads;
        foreach (var before in Pods.Values)
        {
            if (!string.Equals(before.Pod.Key.Namespace, ns, StringComparison.Ordinal))
            {
                continue;
            }

            var covering = Covering(before.Pod, ofNamespace);
            if (covering.AsSpan().SequenceEqual(before.Budgets.AsSpan()))
            {
                continue;
            }

            var entry = before with { Budgets = covering };
            pods = pods.SetItem(before.Pod.Key, entry);
            (byNode, loads) = MoveEntry(byNode, loads, before, entry);
        }

        return new(Nodes, pods, Budgets, byNode, loads, _nodesByPool, _markedByPool, _steeredByPool, _budgetsByNamespace);
    }

    private static (ImmutableDictionary<string, ImmutableArray<PodOnNode>> ByNode, ImmutableDictionary<string, NodeLoad> Loads) MoveEntry(
        ImmutableDictionary<string, ImmutableArray<PodOnNode>> byNode, ImmutableDictionary<string, NodeLoad> loads, PodOnNode? before, PodOnNode? after)
    {
        var from = before?.Pod.NodeName;
        var to = after?.Pod.NodeName;
        if (from is not null && !string.Equals(from, to, StringComparison.Ordinal))
        {
            var rest = byNode[from].RemoveAll(e => e.Pod.Key == before!.Pod.Key);
            (byNode, loads) = SetPods(byNode, loads, from, rest);
        }

        if (to is not null)
        {
            var pods = byNode.TryGetValue(to, out var present) ? present : [];
            var at = BinarySearch(pods, after!.Pod.Key);
            pods = at >= 0 ? pods.SetItem(at, after) : pods.Insert(~at, after);
            (byNode, loads) = SetPods(byNode, loads, to, pods);
        }

        return (byNode, loads);
    }

    private static (ImmutableDictionary<string, ImmutableArray<PodOnNode>> ByNode, ImmutableDictionary<string, NodeLoad> Loads) SetPods(
        ImmutableDictionary<string, ImmutableArray<PodOnNode>> byNode, ImmutableDictionary<string, NodeLoad> loads, string node, ImmutableArray<PodOnNode> pods) =>
        pods.IsEmpty
            ? (byNode.Remove(node), loads.Remove(node))
            : (byNode.SetItem(node, pods), loads.SetItem(node, NodeLoad.Of(pods)));

    private static int BinarySearch(ImmutableArray<PodOnNode> pods, ObjectKey key)
    {
        var low = 0;
        var high = pods.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = pods[middle].Pod.Key.CompareTo(key);
            if (order == 0)
            {
                return middle;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return ~low;
    }
}
