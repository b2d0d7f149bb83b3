using Imago.Simulation.Blueprints;
using Imago.Simulation.Worlds;

namespace Imago.Simulation.Scheduling;

/// <summary>One pod's question to the nodes: which admit it, and which of those is best.</summary>
internal sealed class Placement
{
    private readonly PodTemplate _template;
    private readonly (bool CoversItself, PodGroup Group)[] _affinity;
    private readonly PodGroup[] _antiAffinity;
    private readonly PodGroup[] _repelling;
    private readonly (SpreadConstraint Constraint, PodGroup Group, int Least)[] _hardSpread;
    private readonly PodGroup[] _softSpread;
    private readonly (int Weight, PodGroup Group)[] _preferredPods;
    private readonly bool _asksForSingleNodes;
    private readonly bool _toleratesSteering;

    public Placement(SimulatedPod pod, PodGroups groups, List<NodeShape> shapes)
    {
        _template = pod.Template;
        _asksForSingleNodes = _template.NodeSelector.Keys.Any(NodeShape.IsPerNode);
        _toleratesSteering = NodeMatching.Tolerates(_template, SteeringTaint);
        var own = pod.Key.Namespace;
        _affinity = [.. _template.RequiredAffinity.Select(t => (PodGroups.Covers(t, own, pod), groups.Selected(t, own)))];
        _antiAffinity = [.. _template.RequiredAntiAffinity.Select(t => groups.Selected(t, own))];
        _repelling = [.. groups.Repelling(pod)];
        _hardSpread = [.. _template.Spread.Where(s => s.Hard).Select(s => (s, groups.Selected(s, own))).Select(s => (s.s, s.Item2, Least(s.s, s.Item2, shapes)))];
        _softSpread = SoftSpread(pod, groups);
        _preferredPods =
        [
            .. _template.PreferredAffinity.Select(p => (p.Weight, groups.Selected(p.Term, own))),
            .. _template.PreferredAntiAffinity.Select(p => (-p.Weight, groups.Selected(p.Term, own))),
        ];
    }

    /// <summary>Whether a node whose shape admits the pod admits it, too.</summary>
    public bool Admits(SimulatedNode node)
    {
        if (!node.Usage.Fits(_template, node.Blueprint.Allocatable)
            || (_asksForSingleNodes && !NodeMatching.SelectorMatches(_template, node.Blueprint.Labels))
            || !NodeMatching.AffinityMatches(_template, node.Blueprint.Labels, node.Name))
        {
            return false;
        }

        if (!_template.VolumeZones.IsDefaultOrEmpty && (node.Zone is null || !_template.VolumeZones.Contains(node.Zone, StringComparer.Ordinal)))
        {
            return false;
        }

        foreach (var group in _antiAffinity)
        {
            if (group.In(Topology.DomainOf(node, group.TopologyKey)) > 0)
            {
                return false;
            }
        }

        foreach (var group in _repelling)
        {
            if (group.In(Topology.DomainOf(node, group.TopologyKey)) > 0)
            {
                return false;
            }
        }

        return AffinityHolds(node) && SpreadHolds(node);
    }

    /// <summary>The node with the highest score.</summary>
    /// <param name="candidates">Nodes that admit the pod; at least one.</param>
    /// <param name="raw">Room for their marks.</param>
    public SimulatedNode Best(List<SimulatedNode> candidates, List<Marks> raw)
    {
        var (mostPreferred, mostSpread, mostAffine, leastAffine, mostTaints) = (0, 0, int.MinValue, int.MaxValue, 0);
        raw.Clear();
        foreach (var node in candidates)
        {
            var marks = new Marks(PreferredNodes(node), SpreadCount(node), Affine(node), Intolerable(node));
            mostPreferred = Math.Max(mostPreferred, marks.Preferred);
            mostSpread = Math.Max(mostSpread, marks.Spread);
            mostAffine = Math.Max(mostAffine, marks.Affine);
            leastAffine = Math.Min(leastAffine, marks.Affine);
            mostTaints = Math.Max(mostTaints, marks.Taints);
            raw.Add(marks);
        }

        var best = candidates[0];
        var bestScore = long.MinValue;
        for (var i = 0; i < raw.Count; i++)
        {
            // Weights as the real scheduler's defaults: taints 3, node affinity 2, spread 2, pod affinity 2, resources 1.
            var node = candidates[i];
            var score = (3 * (100 - Share(raw[i].Taints, mostTaints))) + LeastAllocated(node)
                + (2 * Share(raw[i].Preferred, mostPreferred))
                + (2 * (100 - Share(raw[i].Spread, mostSpread)))
                + (2 * (mostAffine == leastAffine ? 0 : Share(raw[i].Affine - leastAffine, mostAffine - leastAffine)));

            // Of equal nodes the one with the smaller name: the real scheduler draws lots, and we must not.
            if (score > bestScore || (score == bestScore && string.CompareOrdinal(node.Name, best.Name) < 0))
            {
                (best, bestScore) = (node, score);
            }
        }

        return best;
    }

    private static long Share(int value, int most) => most == 0 ? 0 : 100L * value / most;

    private bool AffinityHolds(SimulatedNode node)
    {
        foreach (var (coversItself, group) in _affinity)
        {
            // The first pod of a group that wants to be near its own kind has nobody to be near.
            // A node without the label has no domain to share.
            var domain = Topology.DomainOf(node, group.TopologyKey);
            var first = group.Total == 0 && coversItself;
            if (domain is null || (!first && group.In(domain) == 0))
            {
                return false;
            }
        }

        return true;
    }

    private bool SpreadHolds(SimulatedNode node)
    {
        foreach (var (constraint, group, least) in _hardSpread)
        {
            // A node without the label does not take the pod. Skew = pods in this domain with the new one − least in any eligible domain.
            var domain = Topology.DomainOf(node, constraint.TopologyKey);
            var self = constraint.Selector.Matches(_template.Labels) ? 1 : 0;
            if (domain is null || group.In(domain) + self - least > constraint.MaxSkew)
            {
                return false;
            }
        }

        return true;
    }

    private int Least(SpreadConstraint constraint, PodGroup group, List<NodeShape> shapes)
    {
        var domains = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in shapes.SelectMany(s => s.Nodes))
        {
            if (Topology.DomainOf(node, constraint.TopologyKey) is { } domain && !domains.Contains(domain)
                && NodeMatching.SelectorMatches(_template, node.Blueprint.Labels)
                && NodeMatching.AffinityMatches(_template, node.Blueprint.Labels, node.Name))
            {
                domains.Add(domain);
            }
        }

        // Fewer domains than asked for: the least count is taken as zero.
        return domains.Count == 0 || domains.Count < constraint.MinDomains ? 0 : domains.Min(group.In);
    }

    // Soft constraints, or, for pods of a controller without any, the scheduler's own default: spread over nodes and zones.
    private static PodGroup[] SoftSpread(SimulatedPod pod, PodGroups groups)
    {
        var soft = pod.Template.Spread.Where(s => !s.Hard).ToList();
        if (soft.Count > 0)
        {
            return [.. soft.Select(s => groups.Selected(s, pod.Key.Namespace))];
        }

        return pod.Workload is not { } workload || !pod.Template.Spread.IsDefaultOrEmpty
            ? []
            : workload.DefaultSpread ??=
            [
                groups.Selected(workload.Blueprint.Selector, pod.Key.Namespace, Topology.Hostname),
                groups.Selected(workload.Blueprint.Selector, pod.Key.Namespace, Topology.Zone),
            ];
    }

    // Plain loops from here on: they run for every pod and every node that would do.
    private int SpreadCount(SimulatedNode node)
    {
        var count = 0;
        foreach (var group in _softSpread)
        {
            count += group.In(Topology.DomainOf(node, group.TopologyKey));
        }

        return count;
    }

    private int PreferredNodes(SimulatedNode node) => _template.PreferredNodeTerms.IsDefaultOrEmpty
        ? 0
        : _template.PreferredNodeTerms.Sum(p => NodeMatching.TermMatches(p.Term, node.Blueprint.Labels, node.Name) ? p.Weight : 0);

    private int Affine(SimulatedNode node)
    {
        var sum = 0;
        foreach (var (weight, group) in _preferredPods)
        {
            sum += weight * group.In(Topology.DomainOf(node, group.TopologyKey));
        }

        return sum;
    }

    private int Intolerable(SimulatedNode node)
    {
        var intolerable = node.SteeredAway && !_toleratesSteering ? 1 : 0;
        foreach (var taint in node.Shape.Taints)
        {
            if (taint.Effect == TaintEffect.PreferNoSchedule && !NodeMatching.Tolerates(_template, taint))
            {
                intolerable++;
            }
        }

        return intolerable;
    }

    private long LeastAllocated(SimulatedNode node) =>
        (Free(node.Usage.MilliCpu + _template.Requests.MilliCpu, node.Blueprint.Allocatable.MilliCpu)
        + Free(node.Usage.MemoryBytes + _template.Requests.MemoryBytes, node.Blueprint.Allocatable.MemoryBytes)) / 2;

    private static long Free(long used, long all) => all <= 0 || used >= all ? 0 : 100 * (all - used) / all;

    // UP-156: the owned taint that steers pods to upgraded nodes.
    private static Taint SteeringTaint { get; } = new("imago.dev/upgrade-pending", "", TaintEffect.PreferNoSchedule);
}

/// <summary>What a node gets for a pod before it is set in relation to what the others get.</summary>
internal readonly record struct Marks(int Preferred, int Spread, int Affine, int Taints);
