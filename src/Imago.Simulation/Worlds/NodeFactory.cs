using System.Collections.Immutable;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Worlds;

/// <summary>Makes the blueprints of surge nodes: what all nodes of the pool have in common, in the zone that has fewest (UP-27: nobody chooses it).</summary>
internal sealed class NodeFactory
{
    private readonly Dictionary<string, PoolModel> _pools;

    public NodeFactory(IEnumerable<NodeBlueprint> nodes) => _pools = nodes.GroupBy(n => n.Pool, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => PoolModel.Of([.. g.OrderBy(n => n.Name, StringComparer.Ordinal)]), StringComparer.Ordinal);

    /// <summary>Says what nodes of a pool look like from now on: like one of these examples, one for each zone.</summary>
    public void Define(string pool, IEnumerable<NodeBlueprint> examples) => _pools[pool] = PoolModel.Of([.. examples]);

    /// <summary>Forgets a pool: no node of it is made any more.</summary>
    public void Forget(string pool) => _pools.Remove(pool);

    /// <summary>A new node of a pool, or null for a pool without a model.</summary>
    public NodeBlueprint? Make(string pool, string name, string uid, IEnumerable<SimulatedNode> present)
    {
        if (!_pools.TryGetValue(pool, out var model))
        {
            return null;
        }

        var perZone = present.Where(n => string.Equals(n.Pool, pool, StringComparison.Ordinal) && n.Zone is not null)
            .GroupBy(n => n.Zone!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        var zone = model.Zones.OrderBy(z => perZone.GetValueOrDefault(z.Name)).ThenBy(z => z.Name, StringComparer.Ordinal).FirstOrDefault();
        var labels = model.Labels.SetItem("kubernetes.io/hostname", name);
        if (zone is not null)
        {
            labels = labels.SetItems(zone.Labels);
        }

        return model.Example with { Name = name, Uid = uid, Zone = zone?.Name, Labels = labels, Annotations = model.Example.Annotations.Clear(), AutoProvisioned = false, Unschedulable = false, UnderPressure = false, RebootPending = false, Ready = true };
    }

    private sealed record ZoneModel(string Name, ImmutableSortedDictionary<string, string> Labels);

    private sealed record PoolModel(NodeBlueprint Example, ImmutableSortedDictionary<string, string> Labels, ImmutableArray<ZoneModel> Zones)
    {
        public static PoolModel Of(List<NodeBlueprint> nodes)
        {
            // Labels that are the same within each zone and differ between zones go with the zone.
            var zones = nodes.Where(n => n.Zone is not null).GroupBy(n => n.Zone!, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => new ZoneModel(g.Key, Shared([.. g]).Where(l => l.Key.Contains("zone", StringComparison.Ordinal)).ToImmutableSortedDictionary(StringComparer.Ordinal)));
            return new(nodes[0], Shared(nodes), [.. zones]);
        }

        private static ImmutableSortedDictionary<string, string> Shared(List<NodeBlueprint> nodes) => nodes[0].Labels
            .Where(l => nodes.TrueForAll(n => n.Labels.TryGetValue(l.Key, out var value) && string.Equals(value, l.Value, StringComparison.Ordinal)))
            .ToImmutableSortedDictionary(StringComparer.Ordinal);
    }
}
