using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Worlds;

namespace Imago.Simulation.Scheduling;

/// <summary>
/// All groups that any pod's placement asks about. A group is opened when it is first asked for, by counting the bound pods once; after that every bind
/// and unbind changes the groups that the pod belongs to.
/// </summary>
internal sealed class PodGroups
{
    private readonly Dictionary<PodGroupKey, (PodGroup Group, Func<SimulatedPod, bool> Contains)> _selected = [];
    private readonly Dictionary<PodGroupKey, (PodGroup Group, Func<SimulatedPod, bool> Repelled)> _repelling = [];
    private readonly Dictionary<SimulatedPod, List<PodGroup>> _membership = [];
    private readonly HashSet<SimulatedPod> _bound = [];

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
            return known.Group;
        }

        var group = new PodGroup(topologyKey);
        bool Contains(SimulatedPod pod) => InNamespaces(pod, namespaces) && selector.Matches(pod.Template.Labels);
        _selected[key] = (group, Contains);
        foreach (var pod in _bound)
        {
            if (Contains(pod))
            {
                Join(pod, group);
            }
        }

        return group;
    }

    /// <summary>Groups of bound pods whose required anti-affinity repels this pod.</summary>
    public IEnumerable<PodGroup> Repelling(SimulatedPod pod) => _repelling.Values.Where(r => r.Group.Total > 0 && r.Repelled(pod)).Select(r => r.Group);

    public void Bound(SimulatedPod pod)
    {
        _bound.Add(pod);
        foreach (var (group, contains) in _selected.Values)
        {
            if (contains(pod))
            {
                Join(pod, group);
            }
        }

        foreach (var term in pod.Template.RequiredAntiAffinity)
        {
            var namespaces = NamespacesOf(term, pod.Key.Namespace);
            var key = new PodGroupKey(term.Selector, namespaces, term.TopologyKey);
            if (!_repelling.TryGetValue(key, out var known))
            {
                known = (new PodGroup(term.TopologyKey), other => InNamespaces(other, namespaces) && term.Selector.Matches(other.Template.Labels));
                _repelling[key] = known;
            }

            Join(pod, known.Group);
        }
    }

    public void Unbound(SimulatedPod pod)
    {
        _bound.Remove(pod);
        if (_membership.Remove(pod, out var groups))
        {
            foreach (var group in groups)
            {
                group.Change(pod.Node!, -1);
            }
        }
    }

    private void Join(SimulatedPod pod, PodGroup group)
    {
        group.Change(pod.Node!, 1);
        if (!_membership.TryGetValue(pod, out var groups))
        {
            _membership[pod] = groups = [];
        }

        groups.Add(group);
    }

    /// <summary>Whether a term of a pod in some namespace selects another pod.</summary>
    public static bool Covers(PodAffinityTerm term, string ownNamespace, SimulatedPod other) =>
        InNamespaces(other, NamespacesOf(term, ownNamespace)) && term.Selector.Matches(other.Template.Labels);

    // "*" stands for all namespaces, else a comma-separated list: names cannot contain either.
    private static string NamespacesOf(PodAffinityTerm term, string own) =>
        term.AllNamespaces ? "*" : term.Namespaces.IsDefaultOrEmpty ? own : string.Join(',', term.Namespaces.Order(StringComparer.Ordinal));

    private static bool InNamespaces(SimulatedPod pod, string namespaces) =>
        string.Equals(namespaces, "*", StringComparison.Ordinal)
        || string.Equals(namespaces, pod.Key.Namespace, StringComparison.Ordinal)
        || (namespaces.Contains(',', StringComparison.Ordinal) && namespaces.Split(',').Contains(pod.Key.Namespace, StringComparer.Ordinal));
}
