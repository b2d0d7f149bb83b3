using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using NodaTime;

namespace Imago.Domain.Clusters;

/// <summary>
/// One node as observed: what deciding needs of it and nothing else. Adapters turn labels, annotations, taints and conditions into these
/// typed facts.
/// </summary>
public sealed record Node
{
    /// <summary>Name of the node, unique in the cluster.</summary>
    public required string Name { get; init; }

    /// <summary>Identity of this incarnation. A node deleted and created again under its name has another one.</summary>
    public required string Uid { get; init; }

    /// <summary>Name of the node pool.</summary>
    public required string Pool { get; init; }

    /// <summary>Availability zone; null where the cluster has none.</summary>
    public string? Zone { get; init; }

    /// <summary>The image the node says it runs (IM-13): known, unknown (IM-8), or an opaque text of a foreign distribution.</summary>
    public required NodeImage Image { get; init; }

    /// <summary>Security patch level the node reached by live patching (CH-34); null if it never reported one.</summary>
    public PatchLevel? ReachedLevel { get; init; }

    /// <summary>Security patch level ordered from the node (CH-34); null if none.</summary>
    public PatchLevel? DesiredLevel { get; init; }

    /// <summary>Whether the node's Ready condition is True. Unread is not ready.</summary>
    public bool Ready { get; init; }

    /// <summary>Whether memory, disk or PID pressure, or an unavailable network, is reported (UP-152).</summary>
    public bool UnderPressure { get; init; }

    /// <summary>Whether the node is cordoned, by anyone.</summary>
    public bool Unschedulable { get; init; }

    /// <summary>Our mark on the node, if our cordon is on it (UP-155); null means that a cordon, if there is one, is somebody else's.</summary>
    public CordonMark? Mark { get; init; }

    /// <summary>Whether our steering taint is on the node (UP-156).</summary>
    public bool SteeredAway { get; init; }

    /// <summary>Whether the annotations that keep the autoscaler and auto-repair away are on the node (UP-8).</summary>
    public bool ScaleDownDisabled { get; init; }

    /// <summary>Whether the node carries the quarantine label (IM-16).</summary>
    public bool Quarantined { get; init; }

    /// <summary>Whether the node reports that a reboot is pending (CH-13).</summary>
    public bool RebootPending { get; init; }

    /// <summary>Since when, if whoever says so also says that; null otherwise.</summary>
    public Instant? RebootPendingSince { get; init; }

    /// <summary>Identity of the machine's boot, another one after every restart; null if it is not known.</summary>
    public string? BootId { get; init; }

    /// <summary>Whether kured has left its marks on the node: it reboots nodes by itself (NM-20).</summary>
    public bool KuredMarked { get; init; }

    /// <summary>What the agent on the node says; null: there is none, or it has never reported.</summary>
    public AgentReport? Agent { get; init; }

    /// <summary>The order that is on the node for its agent; null if none.</summary>
    public NodeOrder? Order { get; init; }

    /// <summary>Who the node is told to have its packages kept by; null: it is not told.</summary>
    public OsUpdater? Updater { get; init; }

    /// <summary>Whether the node joined with the taint that keeps work away until it is patched (CH-37).</summary>
    public bool NotPatchedYet { get; init; }

    /// <summary>Whether the node was provisioned by a node auto-provisioner that replaces nodes by itself (CH-89).</summary>
    public bool AutoProvisioned { get; init; }

    /// <summary>Kubelet version; null when the node does not report a readable one.</summary>
    public KubernetesVersion? Kubelet { get; init; }

    /// <summary>When the node joined.</summary>
    public Instant CreatedAt { get; init; }

    /// <summary>Opaque version of the observation, used as a precondition for writes.</summary>
    public string ResourceVersion { get; init; } = "";

    /// <summary>Whether the node has to be rebooted for installed fixes to be in use: something on it says so, or its agent has worked it out.</summary>
    /// <remarks>Rules: CH-13, NM-55, NM-56. On Debian most fixes that need a reboot leave no marker file, so that the agent's own verdict counts as well.</remarks>
    public bool RebootDue => RebootPending || Agent is { Verdict: RebootVerdict.Reboot };

    /// <summary>Identity of the boot as the cluster states it, or else as the agent does; null if nobody does.</summary>
    internal string? Boot => BootId ?? (Agent is { BootId.Length: > 0 } agent ? agent.BootId : null);

    /// <summary>Whether the node takes new pods: Ready and not cordoned.</summary>
    public bool Available => Ready && !Unschedulable;
}

/// <summary>Ownership mark that goes with a cordon of ours, so that we undo ours and never another's.</summary>
/// <param name="Rollout">Id of the rollout that cordoned the node.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="Since">When.</param>
/// <param name="WasUnschedulable">Whether the node was cordoned already; then only the mark is removed afterwards, and the cordon stays.</param>
/// <remarks>Rules: UP-155.</remarks>
public sealed record CordonMark(string Rollout, string Reason, Instant Since, bool WasUnschedulable);
