using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Serving.Pools;

/// <summary>Names, labels and taints of served nodes, as AKS gives them.</summary>
internal static class NodeLooks
{
    private const string NoZone = "0";

    /// <summary>Name of the machine with a number: <c>aks-nodepool1-12345678-vmss000000</c>, on Windows <c>aksnpwin000000</c>.</summary>
    public static string NameOf(PoolOrder pool, ServedFacts facts, int number) => IsWindows(pool)
        ? $"aks{pool.Name}{ScaleSetNumber.Of(number)}"
        : $"aks-{pool.Name}-{facts.ScaleSet}-vmss{ScaleSetNumber.Of(number)}";

    /// <summary>A zone as labels name it: <c>northeurope-1</c>.</summary>
    public static string ZoneName(ServedFacts facts, string zone) => $"{facts.Location}-{zone}";

    /// <summary>What a node of a pool is made like.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="facts">The cluster.</param>
    /// <param name="name">Name of the node.</param>
    /// <param name="uid">Identity of the machine.</param>
    /// <param name="zone">Full name of its zone; null where the pool has none.</param>
    public static NodeBlueprint Make(PoolOrder pool, ServedFacts facts, string name, string uid, string? zone) => new()
    {
        Name = name,
        Uid = uid,
        Pool = pool.Name,
        Zone = zone,
        Image = pool.Image,
        KubeletVersion = $"v{pool.KubernetesVersion}",
        Labels = Labels(pool, facts, name, zone),
        Taints = [.. pool.Taints.Select(ReadTaint).OfType<Taint>()],
        Allocatable = MachineSize.Of(pool.VmSize),
    };

    /// <summary>An example for each zone of the pool.</summary>
    public static IEnumerable<NodeBlueprint> Examples(PoolOrder pool, ServedFacts facts) => pool.Zones.IsEmpty
        ? [Make(pool, facts, "", "", null)]
        : pool.Zones.Select(z => Make(pool, facts, "", "", ZoneName(facts, z)));

    private static bool IsWindows(PoolOrder pool) => pool.OsSku.StartsWith("Windows", StringComparison.OrdinalIgnoreCase);

    private static ImmutableSortedDictionary<string, string> Labels(PoolOrder pool, ServedFacts facts, string name, string? zone)
    {
        var labels = pool.Labels.ToBuilder();
        var mode = pool.Mode == PoolMode.System ? "system" : "user";
        var architecture = pool.Image.Contains("arm64", StringComparison.OrdinalIgnoreCase) ? "arm64" : "amd64";

        // IM-15: what AKS puts on every node; the two names of the pool are both in use.
        labels["agentpool"] = pool.Name;
        labels[NodeLabels.AgentPool] = pool.Name;
        labels[NodeLabels.Cluster] = facts.NodeResourceGroup;
        labels[NodeLabels.Mode] = mode;
        labels["kubernetes.azure.com/role"] = "agent";
        labels["kubernetes.azure.com/nodepool-type"] = "VirtualMachineScaleSets";
        labels[NodeLabels.OsSku] = pool.OsSku;
        labels[NodeLabels.OsSkuRequested] = pool.OsSku;
        labels[NodeLabels.OsSkuEffective] = EffectiveSku(pool);

        // IM-13: the image; whoever shows the labels of a node writes what it runs by then.
        labels[NodeLabels.NodeImageVersion] = pool.Image;
        labels["kubernetes.io/hostname"] = name;
        labels["kubernetes.io/os"] = IsWindows(pool) ? "windows" : "linux";
        labels["kubernetes.io/arch"] = architecture;
        labels["kubernetes.io/role"] = "agent";
        labels["node.kubernetes.io/instance-type"] = pool.VmSize;
        labels["topology.kubernetes.io/region"] = facts.Location;
        labels["topology.kubernetes.io/zone"] = zone ?? NoZone;
        return labels.ToImmutable();
    }

    // IM-15: as resolved, always with a version; the image knows.
    private static string EffectiveSku(PoolOrder pool)
    {
        var family = NodeImage.Parse(pool.Image).Family;
        return ImageFamilies.All.FirstOrDefault(f => f.Family == family)?.Sku.ToString() ?? pool.OsSku;
    }

    // key=value:effect or key:effect; anything else was refused when the pool was written.
    private static Taint? ReadTaint(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !Enum.TryParse<TaintEffect>(text[(colon + 1)..], out var effect))
        {
            return null;
        }

        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 || equals > colon ? new Taint(text[..colon], "", effect) : new Taint(text[..equals], text[(equals + 1)..colon], effect);
    }
}
