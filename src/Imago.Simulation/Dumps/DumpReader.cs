using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Domain.Clusters.Pools;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Dumps;

/// <summary>What a dump of a real cluster says.</summary>
/// <param name="Cluster">The cluster as the world needs it.</param>
/// <param name="Pools">Its managed pools, ordered by name.</param>
public sealed record Dump(ClusterBlueprint Cluster, ImmutableArray<DiscoveredPool> Pools);

/// <summary>
/// Reads what <c>kubectl get … -A -o json</c> printed. The order of items does not matter; unknown kinds and fields are ignored; what is odd in
/// one object is listed under the assumptions and does not stop the reading.
/// </summary>
public static class DumpReader
{
    /// <summary>Reads a dump to its end.</summary>
    /// <exception cref="DumpException">The input is not a usable dump.</exception>
    public static Dump Read(Stream stream, DumpOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        options ??= new DumpOptions();
        var content = new DumpContent(options);
        ItemReader.Read(stream, options.ItemLimit, content.Take, cancellation);
        RefuseWithoutNodes(content);
        RefuseUnusedPoolLabel(content, options.PoolLabel);

        var findings = new Findings();
        NoteWhatIsMissing(content, findings);
        var nodes = Nodes(content, findings);
        var resolver = new TemplateResolver(content);
        var pods = Pods(content, resolver, findings);
        var cluster = new ClusterBlueprint
        {
            Name = options.Name ?? ClusterName(nodes) ?? "cluster",
            Nodes = nodes,
            Pods = [.. pods.Select(p => p.Pod)],
            Workloads = new WorkloadAssembly(content, resolver, findings).Assemble(pods),
            Budgets = Budgets(content, findings),
        };
        NotePools(cluster, options.PoolLabel, findings);
        cluster = cluster with { Assumptions = findings.ToSentences() };
        return new Dump(cluster, PoolDiscovery.Discover(cluster.PoolFacts));
    }

    private static void RefuseWithoutNodes(DumpContent content)
    {
        if (content.Nodes.Count > 0)
        {
            return;
        }

        var found = content.Kinds.OrderByDescending(k => k.Value).ThenBy(k => k.Key, StringComparer.Ordinal)
            .Take(5).Select(k => $"{k.Value} {k.Key}").ToList();
        throw DumpException.Of(found.Count == 0
            ? "Expected a List with Node items; found an empty list."
            : $"Expected a List with Node items; found none among {string.Join(", ", found)}{(content.Kinds.Count > 5 ? " and others" : "")}.");
    }

    private static void RefuseUnusedPoolLabel(DumpContent content, string? poolLabel)
    {
        if (poolLabel is null || content.Nodes.InOrder.Any(n => n.Value.Node.Labels.ContainsKey(poolLabel)))
        {
            return;
        }

        var keys = content.Nodes.InOrder.SelectMany(n => n.Value.Node.Labels.Keys)
            .Where(k => k.Contains("pool", StringComparison.OrdinalIgnoreCase) || k.Contains("group", StringComparison.OrdinalIgnoreCase))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(8).Select(k => $"'{k}'").ToList();
        throw new DumpException(
            $"No node of the dump has the label '{poolLabel}', which should name the pool. "
            + (keys.Count == 0 ? "No label of the nodes looks like one." : $"Labels that look like one: {string.Join(", ", keys)}."));
    }

    private static void NoteWhatIsMissing(DumpContent content, Findings findings)
    {
        if (content.Pods.Count == 0)
        {
            findings.Add("The dump has no pods; every node counts as empty");
        }
        else if (content.Budgets.Count == 0)
        {
            findings.Add("The dump has no disruption budgets (pdb); no eviction is ever refused");
        }

        foreach (var (kind, count) in content.Unnamed)
        {
            findings.Add($"Items of kind {kind} without a usable metadata.name are left out: {count}");
        }

        Repeated("node", content.Nodes.Repeated, n => n);
        Repeated("pod", content.Pods.Repeated, p => p.ToString());
        Repeated("disruption budget", content.Budgets.Repeated, b => b.ToString());
        Repeated("controller", content.Workloads.Repeated, w => $"{w.Namespace}/{w.Kind}/{w.Name}");

        void Repeated<TKey>(string noun, IEnumerable<TKey> keys, Func<TKey, string> name)
        {
            foreach (var key in keys)
            {
                findings.Add("Of objects that the dump has more than once, the newest counts", noun, name(key));
            }
        }
    }

    private static ImmutableArray<NodeBlueprint> Nodes(DumpContent content, Findings findings)
    {
        foreach (var (name, (_, notes)) in content.Nodes.InOrder)
        {
            Note(findings, notes, "node", name);
        }

        return [.. content.Nodes.InOrder.Select(n => n.Value.Node)];
    }

    private static List<(PodBlueprint Pod, bool Counts)> Pods(DumpContent content, TemplateResolver resolver, Findings findings)
    {
        var pods = new List<(PodBlueprint, bool)>(content.Pods.Count);
        foreach (var (key, draft) in content.Pods.InOrder)
        {
            var name = key.ToString();
            if (draft.Pod.NodeName is { } node && content.Nodes.Find(node).Node is null)
            {
                findings.Add("Pods on nodes that are not in the dump are left out", "pod", name);
                continue;
            }

            var pod = draft.Pod with { Template = resolver.Resolve(draft.Template, key.Namespace, draft.Notes) };
            pods.Add((pod, draft.Counts));
            Note(findings, draft.Notes, "pod", name);
            if (pod.Template.Priority > 0 && !pod.Mirror)
            {
                findings.Add("Preemption is not modelled; a pod of higher priority waits for room like any other", "pod", name);
            }
        }

        return pods;
    }

    private static ImmutableArray<BudgetBlueprint> Budgets(DumpContent content, Findings findings)
    {
        foreach (var (key, (_, notes)) in content.Budgets.InOrder)
        {
            Note(findings, notes, "disruption budget", key.ToString());
        }

        return [.. content.Budgets.InOrder.Select(b => b.Value.Budget)];
    }

    private static void NotePools(ClusterBlueprint cluster, string? poolLabel, Findings findings)
    {
        foreach (var node in cluster.Nodes)
        {
            var sentence = node switch
            {
                { Managed: false, Pool: PoolRules.Virtual } => "Virtual nodes have no image of their own; they are left alone",
                { Managed: false } => "Control-plane nodes are not managed; they are left alone",
                { AutoProvisioned: true } => "Nodes that an auto-provisioner made follow its own drift; they are reported, not rolled",
                { Pool: PoolRules.Default } when poolLabel is not null && !node.Labels.ContainsKey(poolLabel) =>
                    $"Nodes without the label '{poolLabel}' form the pool 'default'",
                { Pool: PoolRules.Default, PoolSource: PoolRules.NoKnownLabel } =>
                    "Nodes without a known pool label form the pool 'default' ('--pool-label' names another label)",
                _ => null,
            };
            if (sentence is not null)
            {
                findings.Add(sentence, "node", node.Name);
            }
        }
    }

    private static void Note(Findings findings, Notes notes, string noun, string name)
    {
        foreach (var sentence in notes.Sentences)
        {
            findings.Add(sentence, noun, name);
        }
    }

    // AKS puts the name of the node resource group on its nodes: MC_<group>_<cluster>_<region>.
    private static string? ClusterName(ImmutableArray<NodeBlueprint> nodes)
    {
        foreach (var node in nodes)
        {
            if (node.Labels.TryGetValue(NodeLabels.Cluster, out var group) && group.Length > 0)
            {
                return group.Split('_') is [_, _, var aks, _] ? aks : group;
            }

            if (node.Labels.TryGetValue("alpha.eksctl.io/cluster-name", out var eks) && eks.Length > 0)
            {
                return eks;
            }

            if (node.Annotations.TryGetValue("cluster.x-k8s.io/cluster-name", out var capi) && capi.Length > 0)
            {
                return capi;
            }
        }

        return null;
    }
}
