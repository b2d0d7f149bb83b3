using System.Collections.Immutable;
using Imago.Application.Engine.Operations;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Application.Engine.Noting;

/// <summary>The statuses that follow from what is observed and from what has ended.</summary>
/// <remarks>Rules: UP-63, EV-82, EV-68, CH-87.</remarks>
internal static class StatusNotes
{
    // IM-34 keeps three versions before the current one; so does a pool.
    private const int MostRecentlyUsed = 3;

    /// <summary>Writes the statuses that differ from what is stored.</summary>
    public static void Note(NotingFrame frame)
    {
        foreach (var pool in frame.Stored.Pools)
        {
            var spec = frame.Spec.Pools.FirstOrDefault(p => string.Equals(p.Name, pool.Name, StringComparison.Ordinal));
            var deleted = frame.Changes.Ended.Any(o => o is { Kind: OperationKind.DeletePool, Status: OperationStatus.Succeeded } && Names(o, pool));
            if (!deleted && !AttachedPools.IsGone(frame, pool))
            {
                Write(frame.Changes, pool.Resource, StatusText.Write(pool.Status), StatusText.Write(Of(frame, pool, spec)));
            }
        }

        if (frame.Stored.Status.Unreachable is { } outage)
        {
            frame.Changes.Note(Reach.Found(frame.Stored, outage, frame.Now));
        }

        Write(frame.Changes, frame.Stored.Resource, StatusText.Write(frame.Stored.Status), StatusText.Write(OfCluster(frame)));
    }

    /// <summary>Whether a rollout is between two windows, so that other work may begin.</summary>
    public static bool IsAtRest(RolloutRecord record, ClusterSpec spec, NodaTime.Instant now) =>
        record is { Phase: RolloutPhase.Running, Trigger: RolloutTrigger.Automatic }
        && record.Active.IsEmpty
        && !record.SurgeNodes.Values.Any(s => s.Counts)
        && spec.Window is { } window && !window.Times.StateAt(now).IsOpen && !(spec.WindowOverrideUntil is { } until && now < until);

    private static void Write(PassChanges changes, StoredResource resource, string before, string after)
    {
        if (!string.Equals(before, after, StringComparison.Ordinal))
        {
            changes.Write(new ResourceWrite.Status(after, resource.StatusVersion) { Key = resource.Key });
        }
    }

    private static PoolStatus Of(NotingFrame frame, StoredPool pool, PoolSpec? spec)
    {
        var record = frame.Input.Records.GetValueOrDefault(pool.Name);
        var nodes = Members(frame.Input, pool.Name).ToList();
        var last = frame.Changes.Ended.LastOrDefault(o => Names(o, pool) && o.Kind != OperationKind.Abort);
        var atRest = record is not null && IsAtRest(record, frame.Spec, frame.Now);
        var status = pool.Status with
        {
            ProvisioningState = StateOf(frame, pool, spec, atRest ? null : record, last),
            ProvisioningError = last is null ? pool.Status.ProvisioningError : last.Status == OperationStatus.Succeeded ? null : last.Error,
            Count = nodes.Count,
            NodesBehind = Behind(frame, pool.Name),
            RolloutAtRest = atRest,
        };
        if (frame.Spec.Attached)
        {
            // The kubelets are upgraded by somebody else, and pools are filled and emptied likewise.
            status = status with
            {
                KubernetesVersion = AttachedPools.KubeletOf(nodes) ?? status.KubernetesVersion,
                EmptySince = nodes.Count > 0 ? null : status.EmptySince ?? frame.Now,
            };
        }

        return record is { Ended: false } ? status : Reached(frame, status, nodes);
    }

    /// <summary>EV-68: how many nodes of a pool are not where the channel, or a request, wants them; temporary surge nodes are not among them.</summary>
    public static int Behind(NotingFrame frame, string pool) =>
        frame.Spec.Pools.FirstOrDefault(p => string.Equals(p.Name, pool, StringComparison.Ordinal)) is { } spec ? Behind(frame.Input, spec) : 0;

    /// <summary>The same of what a pass was decided from.</summary>
    public static int Behind(ClusterInput input, PoolSpec pool) => TargetChooser.For(input, pool).Target is { } target
        ? Members(input, pool.Name).Count(n => IsBehind(TargetJudge.Assess(n, target, input.Catalog, pool, input.Now)))
        : 0;

    // NM-34: what its agent holds back, refuses or cannot do is missing on a node all the same; so it is where no agent has ever reported, and where work is kept away (CH-37).
    private static bool IsBehind(NodeNeed need) => need is NodeNeed.Work or NodeNeed.NotTaken
    {
        Why.Code: ReasonCode.FixesHeld or ReasonCode.AgentMissing or ReasonCode.AgentSilent or ReasonCode.AgentFailing or ReasonCode.AgentRefused or ReasonCode.NotPatchedYet,
    };

    private static IEnumerable<Node> Members(ClusterInput input, string pool)
    {
        var record = input.Records.GetValueOrDefault(pool);
        return input.View.NodesOf(pool).Values.Where(n => !(record?.SurgeNodes.TryGetValue(n.Name, out var surge) == true && surge.Counts));
    }

    // The image of a pool is the one that all its nodes have; while they differ it stays what it was.
    private static PoolStatus Reached(NotingFrame frame, PoolStatus status, List<Node> nodes)
    {
        var images = nodes.Select(n => n.Image.Text).Distinct(StringComparer.Ordinal).Take(2).ToList();
        if (images is not [var image] || image.Length == 0 || string.Equals(image, status.NodeImageVersion, StringComparison.Ordinal))
        {
            return status;
        }

        ImmutableArray<UsedVersion> used = status.NodeImageVersion.Length == 0
            ? status.RecentlyUsed
            : [new UsedVersion(status.KubernetesVersion, status.NodeImageVersion, frame.Now), .. status.RecentlyUsed.Where(u => u.NodeImageVersion != status.NodeImageVersion).Take(MostRecentlyUsed - 1)];
        return status with { NodeImageVersion = image, RecentlyUsed = used };
    }

    // UP-63: what is under way decides, then how the last operation ended.
    private static ProvisioningState StateOf(NotingFrame frame, StoredPool pool, PoolSpec? spec, RolloutRecord? record, StoredOperation? last)
    {
        var before = pool.Status.ProvisioningState;
        var open = frame.Changes.Open;
        var own = open.Where(o => Names(o, pool) && o.Kind is not (OperationKind.Abort or OperationKind.AutomaticUpgrade)).ToList();
        if (own.Exists(o => o.Kind == OperationKind.DeletePool))
        {
            return ProvisioningState.Deleting;
        }

        if (own.Exists(o => o.Status == OperationStatus.Canceling))
        {
            return ProvisioningState.Canceling;
        }

        if (own.Exists(o => o.Kind == OperationKind.CreatePool) || open.Any(o => o is { Kind: OperationKind.CreateCluster, Status: OperationStatus.InProgress }))
        {
            return ProvisioningState.Creating;
        }

        if (own.Exists(o => o.Kind == OperationKind.UpdatePool))
        {
            return before is ProvisioningState.Scaling or ProvisioningState.Upgrading ? before : ProvisioningState.Updating;
        }

        if (record is { Ended: false })
        {
            return ProvisioningStates.After(record);
        }

        if (own.Exists(o => o.Kind == OperationKind.UpgradeNodeImage))
        {
            return ProvisioningState.UpgradingNodeImageVersion;
        }

        if (spec is not null && spec.Request is not null && Requests.Waiting(frame.Input, spec) is not null && open.Any(o => o.Kind == OperationKind.ChannelTransition && o.Concerns(spec)))
        {
            return ProvisioningState.Updating;
        }

        if (last is not null)
        {
            return EndOf(last);
        }

        return IsTerminal(before) ? before : record is { Trigger: RolloutTrigger.ChannelTransition } ? ProvisioningStates.After(record) : ProvisioningState.Succeeded;
    }

    private static ClusterStatus OfCluster(NotingFrame frame)
    {
        var before = frame.Stored.Status;
        var last = frame.Changes.Ended.LastOrDefault(o => o.Pool is null && o.Kind != OperationKind.Abort);
        return before with
        {
            ProvisioningState = StateOf(frame.Changes, before.ProvisioningState, last),
            ProvisioningError = last is null ? before.ProvisioningError : last.Status == OperationStatus.Succeeded ? null : last.Error,

            Unreachable = null,

            // CH-87: a condition either way.
            Conditions = [.. ClusterPlanner.Decide(frame.Input).Conditions.Select(c => new StoredCondition(c.Code.ToString(), c.Message))],
        };
    }

    private static ProvisioningState StateOf(PassChanges changes, ProvisioningState before, StoredOperation? last)
    {
        var open = changes.Open;
        var own = open.Where(o => o.Pool is null && o.Kind != OperationKind.Abort).ToList();
        if (own.Exists(o => o.Status == OperationStatus.Canceling))
        {
            return ProvisioningState.Canceling;
        }

        return own.LastOrDefault()?.Kind switch
        {
            OperationKind.DeleteCluster => ProvisioningState.Deleting,
            OperationKind.CreateCluster => ProvisioningState.Creating,
            OperationKind.StartCluster => ProvisioningState.Starting,
            OperationKind.StopCluster => ProvisioningState.Stopping,
            OperationKind.UpdateCluster or OperationKind.ChannelTransition => before == ProvisioningState.Upgrading ? before : ProvisioningState.Updating,
            _ => last is not null ? EndOf(last) : IsTerminal(before) || open.Any(o => o.Kind != OperationKind.AutomaticUpgrade) ? before : ProvisioningState.Succeeded,
        };
    }

    private static ProvisioningState EndOf(StoredOperation operation) => operation.Status switch
    {
        OperationStatus.Succeeded => ProvisioningState.Succeeded,
        OperationStatus.Canceled => ProvisioningState.Canceled,
        _ => ProvisioningState.Failed,
    };

    private static bool IsTerminal(ProvisioningState state) => state is ProvisioningState.Succeeded or ProvisioningState.Failed or ProvisioningState.Canceled;

    private static bool Names(StoredOperation operation, StoredPool pool) => string.Equals(operation.Pool, pool.Name, StringComparison.OrdinalIgnoreCase);
}
