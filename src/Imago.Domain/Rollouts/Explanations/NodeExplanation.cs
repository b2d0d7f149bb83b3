using System.Collections.Immutable;

namespace Imago.Domain.Rollouts.Explanations;

/// <summary>Where a node stands. Names are part of the JSON output: never rename one.</summary>
public enum NodeStatus
{
    /// <summary>Nothing is to be done: it is at its target, or newer.</summary>
    Current,

    /// <summary>The pool's last rollout brought it to its target.</summary>
    Upgraded,

    /// <summary>It is being upgraded, or will be.</summary>
    Pending,

    /// <summary>It cannot be drained, or is quarantined: somebody has to act.</summary>
    Blocked,

    /// <summary>An upgrade was tried and the node did not come back healthy, or its provider failed.</summary>
    Failed,

    /// <summary>Nothing of ours acts on it: by its channel, its kind, its settings, or because nobody can say what it should run.</summary>
    NotSupported,
}

/// <summary>Why one node is, or is not, up to date.</summary>
/// <param name="Node">Name of the node.</param>
/// <param name="Pool">Name of its pool.</param>
/// <param name="Zone">Its zone; null where the cluster has none.</param>
/// <param name="Image">What it runs, as it says.</param>
/// <param name="Target">What it should run, in one word; null when there is no target.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Reasons">Why, most decisive first; never empty.</param>
public sealed record NodeExplanation(string Node, string Pool, string? Zone, string Image, string? Target, NodeStatus Status, ImmutableArray<Reason> Reasons);
