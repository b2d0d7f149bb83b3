using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Tracing;
using NodaTime;

namespace Imago.Simulation.Worlds;

/// <summary>One pod.</summary>
internal sealed class SimulatedPod(ObjectKey key, string uid, PodTemplate template, SimulatedWorkload? workload, WorkloadRef? owner)
{
    private Pod? _observed;
    private ImmutableArray<ObjectKey> _budgetKeys;

    public ObjectKey Key { get; } = key;

    public string Uid { get; } = uid;

    public PodTemplate Template { get; private set; } = template;

    public SimulatedWorkload? Workload { get; private set; } = workload;

    public WorkloadRef? Owner { get; private set; } = owner;

    public SimulatedNode? Node { get; set; }

    public PodPhase Phase { get; set; } = PodPhase.Pending;

    public bool Ready { get; set; }

    public bool Terminating { get; set; }

    /// <summary>How long it may take to stop, if whoever asked it to stop said so; null: as long as its template says.</summary>
    public Duration? GraceAsked { get; set; }

    public bool Mirror { get; init; }

    /// <summary>A fault: never stops, whatever its grace period.</summary>
    public bool Stuck { get; set; }

    /// <summary>Whether the pod has left the cluster; what was planned for it does not happen any more.</summary>
    public bool Gone { get; set; }

    /// <summary>The budgets that cover it.</summary>
    public List<SimulatedBudget> Budgets { get; } = [];

    public bool Finished => Phase is PodPhase.Succeeded or PodPhase.Failed;

    /// <summary>Whether its controller counts it as present.</summary>
    public bool CountsForController => !Terminating && !Finished && !Gone;

    public bool BelongsToDaemonSet => Workload?.Kind == WorkloadKind.DaemonSet || string.Equals(Owner?.Kind, "DaemonSet", StringComparison.Ordinal);

    public void Touch() => _observed = null;

    /// <summary>Somebody gave it other labels.</summary>
    public void Relabel(ImmutableDictionary<string, string> labels) => Template = Template with { Labels = labels };

    /// <summary>Its controller was deleted and left it behind.</summary>
    public void Orphan() => (Workload, Owner) = (null, null);

    /// <summary>The budgets that cover it are others now.</summary>
    public void BudgetsChanged() => _budgetKeys = default;

    public Pod Observe() => _observed ??= new Pod
    {
        Key = Key,
        Uid = Uid,
        NodeName = Node?.Name,
        Labels = Template.Labels,
        Owner = Owner,
        Workload = Workload?.Parent ?? Owner,
        Phase = Phase,
        Ready = Ready,
        Terminating = Terminating,
        GracePeriod = Template.GracePeriod,
        Mirror = Mirror,
    };

    public TracePod ToTrace() => new(Key, Workload?.Parent ?? Owner, Ready, Terminating, BudgetKeys);

    // Budgets hardly ever change once the pod is in the cluster.
    private ImmutableArray<ObjectKey> BudgetKeys => _budgetKeys.IsDefault ? _budgetKeys = [.. Budgets.Select(b => b.Key)] : _budgetKeys;
}
