using Imago.Domain.Clusters;
using Imago.Simulation.Worlds;

namespace Imago.Simulation.Scheduling;

/// <summary>
/// Counts pods per topology domain, kept up to date pod by pod: those that a selector matches, or those that carry an anti-affinity term.
/// </summary>
internal sealed class PodGroup(string topologyKey)
{
    private readonly Dictionary<string, int> _byDomain = new(StringComparer.Ordinal);

    public string TopologyKey { get; } = topologyKey;

    public int Total { get; private set; }

    public int In(string? domain) => domain is null ? 0 : _byDomain.GetValueOrDefault(domain);

    public void Change(SimulatedNode node, int by)
    {
        if (Topology.DomainOf(node, TopologyKey) is { } domain)
        {
            _byDomain[domain] = _byDomain.GetValueOrDefault(domain) + by;
            Total += by;
        }
    }
}

/// <summary>Topology domains of nodes.</summary>
internal static class Topology
{
    public const string Hostname = "kubernetes.io/hostname";
    public const string Zone = "topology.kubernetes.io/zone";

    /// <summary>The domain of a node under a key; null if the node lacks the label.</summary>
    public static string? DomainOf(SimulatedNode node, string key) =>
        string.Equals(key, Hostname, StringComparison.Ordinal) ? node.Name
        : string.Equals(key, Zone, StringComparison.Ordinal) ? node.ZoneLabel
        : node.Blueprint.Labels.GetValueOrDefault(key);
}

/// <summary>Identifies a group: the selected pods of some namespaces, by topology.</summary>
internal sealed record PodGroupKey(LabelSelector Selector, string Namespaces, string TopologyKey);
