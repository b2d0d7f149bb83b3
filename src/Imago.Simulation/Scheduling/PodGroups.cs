using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Worlds;

namespace Imago.Simulation.Scheduling;

/// <summary>
/// All groups that any pod's placement asks about. A group is opened when it is first asked for, by counting the bound pods once; after that every bind
/// and unbind changes the groups that the pod belongs to.
/// </summary>
/// <remarks>
/// Which groups a pod belongs to follows from its namespace and labels, which the pods of a workload share: it is found out once per such kind of pods, not
/// per pod.
/// </remarks>
internal sealed class PodGroups
{
    private readonly Dictionary<PodGroupKey, PodGroup> _selected = [];
    private readonly Dictionary<PodGroupKey, (PodGroup Group, Func<SimulatedPod, bool> Repelled)> _repelling = [];
    private readonly Dictionary<KindKey, PodKind> _kinds = [];
    private readonly Dictionary<string, List<PodKind>> _kindsByNamespace = new(StringComparer.Ordinal);

    // Groups by the one namespace they look into; those that look into several are kept apart.
    private readonly Dictionary<string, List<(PodGroupKey Key, PodGroup Group)>> _ofNamespace = new(StringComparer.Ordinal);
    private readonly List<(PodGroupKey Key, PodGroup Group)> _ofSeveral = [];

    /// <summary>Pods selected in the term's namespaces, per domain of its topology.</summary>
    public PodGroup Selected(PodAffinityTerm term, string ownNamespace) =>
        Selected(term.Selector, NamespacesOf(term, ownNamespace), term.TopologyKey);

    /// <summary>Pods of one namespace that a spread constraint counts.</summary>
    public PodGroup Selected(SpreadConstraint constraint, string ownNamespace) =>
        Selected(constraint.Selector, ownNamespace, constraint.TopologyKey);

    public PodGroup Selected(LabelSelector selector, string namespaces, string topologyKey)
    {
        var key = new PodGroupKey(selector, namespaces, topologyKey);
        if (_selected.TryGetValue(key, out var known))
        {
            return known;
        }

        var group = new PodGroup(topologyKey);
        _selected[key] = group;
        (IsOne(namespaces) ? ListOf(_ofNamespace, namespaces) : _ofSeveral).Add((key, group));
        foreach (var kind in IsOne(namespaces) ? ListOf(_kindsByNamespace, namespaces) : [.. _kinds.Values])
        {
            if (Contains(key, kind))
            {
                kind.Groups.Add(group);
                foreach (var pod in kind.Bound)
                {
                    group.Change(pod.Node!, 1);
                }
            }
        }

        return group;
    }

    /// <summary>Groups of bound pods whose required anti-affinity repels this pod.</summary>
    public IEnumerable<PodGroup> Repelling(SimulatedPod pod) => _repelling.Values.Where(r => r.Group.Total > 0 && r.Repelled(pod)).Select(r => r.Group);

    public void Bound(SimulatedPod pod)
    {
        var kind = KindOf(pod);
        kind.Bound.Add(pod);
        Change(pod, kind, 1);
    }

    public void Unbound(SimulatedPod pod)
    {
        var kind = KindOf(pod);
        if (kind.Bound.Remove(pod))
        {
            Change(pod, kind, -1);
        }
    }

    private void Change(SimulatedPod pod, PodKind kind, int by)
    {
        foreach (var group in kind.Groups)
        {
            group.Change(pod.Node!, by);
        }

        foreach (var term in pod.Template.RequiredAntiAffinity)
        {
            Repelling(term, pod.Key.Namespace).Change(pod.Node!, by);
        }
    }

    private PodGroup Repelling(PodAffinityTerm term, string ownNamespace)
    {
        var namespaces = NamespacesOf(term, ownNamespace);
        var key = new PodGroupKey(term.Selector, namespaces, term.TopologyKey);
        if (!_repelling.TryGetValue(key, out var known))
        {
            known = (new PodGroup(term.TopologyKey), other => InNamespaces(other.Key.Namespace, namespaces) && term.Selector.Matches(other.Template.Labels));
            _repelling[key] = known;
        }

        return known.Group;
    }

    private PodKind KindOf(SimulatedPod pod)
    {
        var key = new KindKey(pod.Key.Namespace, pod.Template.Labels);
        if (!_kinds.TryGetValue(key, out var kind))
        {
            _kinds[key] = kind = new PodKind(key.Namespace, key.Labels);
            ListOf(_kindsByNamespace, key.Namespace).Add(kind);
            kind.Groups.AddRange(ListOf(_ofNamespace, key.Namespace).Concat(_ofSeveral).Where(g => Contains(g.Key, kind)).Select(g => g.Group));
        }

        return kind;
    }

    private static bool Contains(PodGroupKey key, PodKind kind) => InNamespaces(kind.Namespace, key.Namespaces) && key.Selector.Matches(kind.Labels);

    private static List<T> ListOf<T>(Dictionary<string, List<T>> lists, string ns)
    {
        if (!lists.TryGetValue(ns, out var list))
        {
            lists[ns] = list = [];
        }

        return list;
    }

    /// <summary>Whether a term of a pod in some namespace selects another pod.</summary>
    public static bool Covers(PodAffinityTerm term, string ownNamespace, SimulatedPod other) =>
        InNamespaces(other.Key.Namespace, NamespacesOf(term, ownNamespace)) && term.Selector.Matches(other.Template.Labels);

    // "*" stands for all namespaces, else a comma-separated list: names cannot contain either.
    private static string NamespacesOf(PodAffinityTerm term, string own) =>
        term.AllNamespaces ? "*" : term.Namespaces.IsDefaultOrEmpty ? own : string.Join(',', term.Namespaces.Order(StringComparer.Ordinal));

    private static bool IsOne(string namespaces) => namespaces.AsSpan().IndexOfAny('*', ',') < 0;

    private static bool InNamespaces(string ns, string namespaces) =>
        string.Equals(namespaces, "*", StringComparison.Ordinal)
        || string.Equals(namespaces, ns, StringComparison.Ordinal)
        || (namespaces.Contains(',', StringComparison.Ordinal) && namespaces.Split(',').Contains(ns, StringComparer.Ordinal));

    /// <summary>The pods of a namespace that share one set of labels: the very object, because comparing sets would cost more than a second kind.</summary>
    private sealed class PodKind(string ns, ImmutableDictionary<string, string> labels)
    {
        public string Namespace { get; } = ns;

        public ImmutableDictionary<string, string> Labels { get; } = labels;

        public HashSet<SimulatedPod> Bound { get; } = [];

        /// <summary>Groups that count these pods.</summary>
        public List<PodGroup> Groups { get; } = [];
    }

    private readonly record struct KindKey(string Namespace, ImmutableDictionary<string, string> Labels)
    {
        public bool Equals(KindKey other) => ReferenceEquals(Labels, other.Labels) && string.Equals(Namespace, other.Namespace, StringComparison.Ordinal);

        public override int GetHashCode() => RuntimeHelpers.GetHashCode(Labels);
    }
}
