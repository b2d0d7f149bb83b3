namespace Imago.Domain.Clusters;

/// <summary>One observed change of a cluster: an object that is new or different, or one that is gone.</summary>
public abstract record ClusterChange
{
    private ClusterChange()
    {
    }

    /// <summary>A node is new or different.</summary>
    public sealed record NodeSeen(Node Node) : ClusterChange;

    /// <summary>A node is gone.</summary>
    public sealed record NodeGone(string Name) : ClusterChange;

    /// <summary>A pod is new or different.</summary>
    public sealed record PodSeen(Pod Pod) : ClusterChange;

    /// <summary>A pod is gone.</summary>
    public sealed record PodGone(ObjectKey Key) : ClusterChange;

    /// <summary>A disruption budget is new or different.</summary>
    public sealed record BudgetSeen(DisruptionBudget Budget) : ClusterChange;

    /// <summary>A disruption budget is gone.</summary>
    public sealed record BudgetGone(ObjectKey Key) : ClusterChange;
}
