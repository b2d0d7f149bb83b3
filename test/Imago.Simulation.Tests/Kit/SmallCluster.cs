using System.Collections.Immutable;
using System.Globalization;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Tests.Kit;

/// <summary>Builds small clusters for tests: one pool of like nodes, and deployments with budgets.</summary>
internal sealed class SmallCluster
{
    private const string OldImage = "AKSUbuntu-2204gen2containerd-202606.19.0";

    private readonly List<NodeBlueprint> _nodes = [];
    private readonly List<PodBlueprint> _pods = [];
    private readonly List<WorkloadBlueprint> _workloads = [];
    private readonly List<BudgetBlueprint> _budgets = [];

    public static SmallCluster OfNodes(int count, string pool = "apps", int zones = 1) => new SmallCluster().AddNodes(count, pool, zones);

    public SmallCluster AddNodes(int count, string pool, int zones = 1)
    {
        for (var i = 0; i < count; i++)
        {
            var zone = string.Create(CultureInfo.InvariantCulture, $"z{(i % zones) + 1}");
            var name = string.Create(CultureInfo.InvariantCulture, $"{pool}-{i:d4}");
            _nodes.Add(new NodeBlueprint
            {
                Name = name,
                Uid = $"uid-{name}",
                Pool = pool,
                Zone = zone,
                Image = OldImage,
                KubeletVersion = "v1.33.1",
                Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["agentpool"] = pool, ["kubernetes.io/hostname"] = name, ["topology.kubernetes.io/zone"] = zone }
                    .ToImmutableSortedDictionary(StringComparer.Ordinal),
                Allocatable = Resources.None with { MilliCpu = 8000, MemoryBytes = 32L << 30, Pods = 60 },
            });
        }

        return this;
    }

    public SmallCluster AddDeployment(string name, int replicas, IntOrPercent? maxUnavailable = null, IntOrPercent? minAvailable = null, Func<PodTemplate, PodTemplate>? with = null)
    {
        var labels = ImmutableDictionary<string, string>.Empty.Add("app", name);
        var template = new PodTemplate { Labels = labels, Requests = Resources.None with { MilliCpu = 500, MemoryBytes = 1L << 30, Pods = 1 } };
        template = with?.Invoke(template) ?? template;
        var owner = new WorkloadRef("ReplicaSet", $"{name}-7f");
        var selector = LabelSelector.OfLabels(labels);
        _workloads.Add(new WorkloadBlueprint
        {
            Kind = WorkloadKind.ReplicaSet,
            Ref = owner,
            Namespace = "shop",
            Parent = new WorkloadRef("Deployment", name),
            Replicas = replicas,
            Template = template,
            Selector = selector,
        });
        for (var i = 0; i < replicas; i++)
        {
            var key = new ObjectKey("shop", string.Create(CultureInfo.InvariantCulture, $"{name}-7f-{i:d3}"));
            _pods.Add(new PodBlueprint { Key = key, Uid = $"uid-{key}", NodeName = _nodes[i % _nodes.Count].Name, Template = template, Owner = owner });
        }

        if (maxUnavailable is not null || minAvailable is not null)
        {
            _budgets.Add(new BudgetBlueprint { Key = new ObjectKey("shop", name), Selector = selector, MaxUnavailable = maxUnavailable, MinAvailable = minAvailable });
        }

        return this;
    }

    /// <summary>A pod that nobody makes again.</summary>
    public SmallCluster AddBarePod(string name, string node)
    {
        var key = new ObjectKey("shop", name);
        var template = new PodTemplate { Labels = ImmutableDictionary<string, string>.Empty.Add("app", name), Requests = Resources.None with { Pods = 1 } };
        _pods.Add(new PodBlueprint { Key = key, Uid = $"uid-{key}", NodeName = node, Template = template });
        return this;
    }

    public ClusterBlueprint Build() => new() { Name = "test", Nodes = [.. _nodes], Pods = [.. _pods], Workloads = [.. _workloads], Budgets = [.. _budgets] };
}
