using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Serving.Workloads;

/// <summary>Writes controllers and budgets of a cluster that has no nodes yet: their pods are made when it begins, and wait for nodes.</summary>
internal sealed class WorkloadSet(Seed seed)
{
    private readonly List<WorkloadBlueprint> _workloads = [];
    private readonly List<BudgetBlueprint> _budgets = [];
    private readonly List<PodBlueprint> _pods = [];

    public WorkloadSet AddDaemonSet(string inNamespace, string name, PodTemplate template)
    {
        template = Labelled(template, name) with { Tolerations = [new Toleration(null, Exists: true, null, null)] };
        Add(WorkloadKind.DaemonSet, new WorkloadRef("DaemonSet", name), inNamespace, 0, template);
        return this;
    }

    /// <summary>Adds a Deployment with its ReplicaSet, and a budget if one is given.</summary>
    public WorkloadSet AddDeployment(
        string inNamespace, string name, int replicas, PodTemplate template, IntOrPercent? minAvailable = null, IntOrPercent? maxUnavailable = null)
    {
        template = Labelled(template, name);
        var deployment = new WorkloadRef("Deployment", name);
        Add(WorkloadKind.Deployment, deployment, inNamespace, replicas, template);
        var hash = NameLetters.Of(seed.Fork(inNamespace).Fork(name), 10);
        template = template with { Labels = template.Labels.SetItem("pod-template-hash", hash) };
        Add(WorkloadKind.ReplicaSet, new WorkloadRef("ReplicaSet", $"{name}-{hash}"), inNamespace, replicas, template, deployment);
        AddBudget(inNamespace, name, minAvailable, maxUnavailable);
        return this;
    }

    /// <summary>Adds a StatefulSet with a volume for each replica, and a budget that lets one go at a time.</summary>
    public WorkloadSet AddStatefulSet(string inNamespace, string name, int replicas, PodTemplate template)
    {
        template = Labelled(template, name) with { AttachedVolumes = 1 };
        var owner = new WorkloadRef("StatefulSet", name);
        Add(WorkloadKind.StatefulSet, owner, inNamespace, replicas, template);
        for (var i = 0; i < replicas; i++)
        {
            var own = template with { Labels = template.Labels.SetItem("statefulset.kubernetes.io/pod-name", $"{name}-{i}") };
            var key = new ObjectKey(inNamespace, $"{name}-{i}");
            var draw = seed.Fork("pod").Fork(key.ToString());
            _pods.Add(new PodBlueprint { Key = key, Uid = $"{NameLetters.Of(draw, 8)}-{NameLetters.Of(draw.Fork("rest"), 12)}", Template = own, Owner = owner, Phase = PodPhase.Pending, Ready = false });
        }

        AddBudget(inNamespace, name, null, IntOrPercent.Of(1));
        return this;
    }

    public ClusterBlueprint Build(string name) => new() { Name = name, Workloads = [.. _workloads], Budgets = [.. _budgets], Pods = [.. _pods] };

    private void Add(WorkloadKind kind, WorkloadRef owner, string inNamespace, int replicas, PodTemplate template, WorkloadRef? parent = null) => _workloads.Add(new WorkloadBlueprint
    {
        Kind = kind,
        Ref = owner,
        Namespace = inNamespace,
        Replicas = replicas,
        Template = template,
        Selector = LabelSelector.OfLabels(template.Labels),
        Parent = parent,
    });

    private void AddBudget(string inNamespace, string name, IntOrPercent? minAvailable, IntOrPercent? maxUnavailable)
    {
        if (minAvailable is not null || maxUnavailable is not null)
        {
            _budgets.Add(new BudgetBlueprint
            {
                Key = new ObjectKey(inNamespace, name),
                Selector = LabelSelector.OfLabels([KeyValuePair.Create("app", name)]),
                MinAvailable = minAvailable,
                MaxUnavailable = maxUnavailable,
            });
        }
    }

    private static PodTemplate Labelled(PodTemplate template, string name) => template with { Labels = template.Labels.SetItem("app", name) };
}
