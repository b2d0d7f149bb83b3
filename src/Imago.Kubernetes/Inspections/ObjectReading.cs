using System.Collections.Immutable;
using Imago.Application.Attachments.Checks;
using Imago.Application.Twins;
using Imago.Domain.Clusters;
using Imago.Domain.Clusters.Pools;
using Imago.Kubernetes.Clusters;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Transport;

namespace Imago.Kubernetes.Inspections;

/// <summary>Lists what there is to judge, page by page. What may not be read is left out: that it may not is a finding of its own.</summary>
internal sealed class ObjectReading(KubernetesClient client, PoolOf poolOf)
{
    private static readonly ResourceType<PartialObject> Plans = ResourceTypes.MetadataOf(new ObjectKind("upgrade.cattle.io", "v1", "plans"), "Plan");

    private readonly NodeReader _nodes = new(poolOf);

    /// <summary>The nodes; default if they may not be listed.</summary>
    public async Task<ImmutableArray<SeenNode>> NodesAsync(CancellationToken cancellation) =>
        await ListedAsync(ResourceTypes.Nodes, Seen, cancellation) is { IsDefault: false } nodes ? [.. nodes.OrderBy(n => n.Name, StringComparer.Ordinal)] : default;

    /// <summary>What the planner would see.</summary>
    public async Task<ClusterView> ViewAsync(ImmutableArray<SeenNode> nodes, CancellationToken cancellation)
    {
        var owners = new ReplicaSetOwners();
        await ListedAsync(ResourceTypes.ReplicaSetOwners, owners.Seen, cancellation);
        var pods = await ListedAsync(ResourceTypes.Pods, pod => PodReader.Read(pod, owners.DeploymentOf), cancellation);
        var budgets = await ListedAsync(ResourceTypes.Budgets, BudgetReader.Read, cancellation);
        return ClusterView.Of(nodes.IsDefault ? [] : nodes.Select(n => n.Node), pods.IsDefault ? [] : pods, budgets.IsDefault ? [] : budgets);
    }

    /// <summary>DaemonSets and Deployments.</summary>
    public async Task<ImmutableArray<SeenWorkload>> WorkloadsAsync(CancellationToken cancellation)
    {
        var daemons = await ListedAsync(ResourceTypes.DaemonSets, w => Seen("DaemonSet", w), cancellation);
        var deployments = await ListedAsync(ResourceTypes.Deployments, w => Seen("Deployment", w), cancellation);
        return [.. daemons.IsDefault ? [] : daemons, .. deployments.IsDefault ? [] : deployments];
    }

    /// <summary>Plans of the system-upgrade-controller, by namespace and name.</summary>
    public async Task<ImmutableArray<string>> PlansAsync(CancellationToken cancellation) =>
        await ListedAsync(Plans, p => p.Key.ToString(), cancellation) is { IsDefault: false } plans ? plans : [];

    private async Task<ImmutableArray<TSeen>> ListedAsync<T, TSeen>(ResourceType<T> type, Func<T, TSeen> read, CancellationToken cancellation)
        where T : KubernetesObject
    {
        var all = ImmutableArray.CreateBuilder<TSeen>();
        try
        {
            await foreach (var item in client.ListAsync(type, ListQuery.All, cancellation))
            {
                all.Add(read(item));
            }
        }
        catch (KubernetesException problem) when (problem.IsForbidden || problem.IsNotFound)
        {
            return default;
        }

        return all.ToImmutable();
    }

    private SeenNode Seen(KubernetesNode node)
    {
        // What is not told is not there: members without a value are null after reading.
        var (labels, annotations, info) = (node.Metadata.Labels, node.Metadata.Annotations, node.Status?.NodeInfo ?? new NodeSystemInfo());
        var facts = new NodeFacts
        {
            Name = node.Metadata.Name ?? "",
            Membership = poolOf(labels, annotations),
            Labels = labels,
            Image = NodeFacts.ImageOf(labels, info.OsImage ?? ""),
            Kubelet = info.KubeletVersion ?? "",
            Zone = NodeFacts.ZoneOf(labels),
            OffersNvidiaGpus = labels.GetValueOrDefault("nvidia.com/gpu.present") is "true",
        };
        return new SeenNode(_nodes.Read(node), facts, annotations, [.. (node.Spec?.Taints ?? []).Select(t => t.Key)]) { ProviderId = node.Spec?.ProviderId };
    }

    private static SeenWorkload Seen(string kind, Workload workload) =>
        new(kind, workload.Key, [.. (workload.Spec?.Template?.Spec?.Containers ?? []).Select(c => c.Image ?? "")], workload.Metadata.Labels);
}
