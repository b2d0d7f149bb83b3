using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Scheduling;

namespace Imago.Simulation.Worlds;

/// <summary>A controller object and the pods it keeps in being.</summary>
internal sealed class SimulatedWorkload(WorkloadBlueprint blueprint)
{
    public WorkloadKind Kind => Blueprint.Kind;

    public WorkloadBlueprint Blueprint { get; set; } = blueprint;

    public string Namespace => Blueprint.Namespace;

    public WorkloadRef Ref => Blueprint.Ref;

    public WorkloadRef? Parent => Blueprint.Parent;

    public int Replicas => Blueprint.Replicas;

    public PodTemplate Template => Blueprint.Template;

    /// <summary>The object whose replicas disruption budgets count: the Deployment above a ReplicaSet, if it is known, else itself.</summary>
    public WorkloadBlueprint Scaled { get; set; } = blueprint;

    /// <summary>Its pods, also those that are stopping.</summary>
    public HashSet<SimulatedPod> Pods { get; } = [];

    /// <summary>Names that a StatefulSet brings back, with the template that binds each to its volumes.</summary>
    public SortedDictionary<string, PodTemplate> Identities { get; } = new(StringComparer.Ordinal);

    /// <summary>The groups over which its pods are spread when they do not say how themselves, once they have been asked for.</summary>
    public PodGroup[]? DefaultSpread { get; set; }

    /// <summary>Pods it has ever created, for their names.</summary>
    public int Created { get; set; }

    /// <summary>Nodes at which its next look looks, for DaemonSets; null: at all of them.</summary>
    public SortedSet<string>? NodesToLookAt { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Whether its template was changed, and pods of the one before are still being replaced.</summary>
    public bool Rolling { get; set; }

    /// <summary>Whether it was deleted: it makes no pods any more, and those it has are leaving.</summary>
    public bool Deleted { get; set; }

    /// <summary>Whether a look at it is planned already.</summary>
    public bool LookPlanned { get; set; }
}
