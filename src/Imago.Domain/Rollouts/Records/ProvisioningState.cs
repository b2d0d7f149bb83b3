namespace Imago.Domain.Rollouts.Records;

/// <summary>What a client of the service sees of a pool in one word: the <c>provisioningState</c> of the wire, spelled as there.</summary>
/// <remarks>Rules: UP-63.</remarks>
public enum ProvisioningState
{
    /// <summary>The pool is being made.</summary>
    Creating,

    /// <summary>Something of it changes in place; also a rollout to a security patch level or to an image that no catalogue knows.</summary>
    Updating,

    /// <summary>Its Kubernetes version is being upgraded.</summary>
    Upgrading,

    /// <summary>Its nodes move to another node image.</summary>
    UpgradingNodeImageVersion,

    /// <summary>Its number of nodes changes.</summary>
    Scaling,

    /// <summary>It is being started.</summary>
    Starting,

    /// <summary>It is being stopped.</summary>
    Stopping,

    /// <summary>It is being deleted.</summary>
    Deleting,

    /// <summary>Its operation was aborted and is being finished.</summary>
    Canceling,

    /// <summary>Its last operation was aborted, or ended with quarantined nodes that got no replacement.</summary>
    Canceled,

    /// <summary>Its last operation succeeded, or it never had one.</summary>
    Succeeded,

    /// <summary>Its last operation failed.</summary>
    Failed,
}

/// <summary>Reads the <see cref="ProvisioningState"/> of a pool off its rollout record.</summary>
public static class ProvisioningStates
{
    /// <summary>What the pool's last rollout makes of its state. The states of other operations (<see cref="ProvisioningState.Scaling"/> …) are never returned.</summary>
    /// <param name="last">The pool's last record; null when it never had a rollout.</param>
    /// <remarks>Rules: UP-63.</remarks>
    public static ProvisioningState After(RolloutRecord? last) => last?.Phase switch
    {
        // UP-63: the words of the wire. A rollout that halts still moves nodes, so it looks like one that runs until it has ended.
        null or RolloutPhase.Succeeded => ProvisioningState.Succeeded,
        RolloutPhase.Running or RolloutPhase.Halting => last.Target is RolloutTarget.Image ? ProvisioningState.UpgradingNodeImageVersion : ProvisioningState.Updating,
        RolloutPhase.Canceling => ProvisioningState.Canceling,
        RolloutPhase.Canceled => ProvisioningState.Canceled,
        RolloutPhase.Failed => ProvisioningState.Failed,
        _ => throw new InvalidOperationException($"Rollout '{last.Id}' is in phase {last.Phase}, which is not known."),
    };
}
