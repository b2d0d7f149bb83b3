using System.Collections.Immutable;
using Imago.Api.Pipeline;
using Imago.Application.Engine.Operations;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Domain.Rollouts.Records;

namespace Imago.Api.Clusters;

/// <summary>What a cluster allows now, by what is under way on it.</summary>
internal static class ClusterState
{
    /// <summary>UP-62, UP-67: null if a new operation may begin.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="open">Its operations that have not ended.</param>
    /// <param name="whileStopped">Whether it is one of the few things that a stopped cluster can do.</param>
    public static ApiAnswer? RefusalOf(ClusterResources cluster, ImmutableArray<StoredOperation> open, bool whileStopped = false)
    {
        var name = ClusterResources.NameOf(cluster.Cluster);
        if (OneAtATime.InTheWay(open, p => RestsAt(cluster, p)) is { } busy)
        {
            return Busy(name, busy);
        }

        // UP-67
        return cluster.Status.Running || whileStopped
            ? null
            : Problems.NotAllowedNow($"Cluster '{name}' is stopped; it can only be started or deleted. Start it first.");
    }

    /// <summary>
    /// UP-62, AZ-21: image upgrades of several pools are taken one after another and carried out in turn; null if another one may be asked for.
    /// </summary>
    public static ApiAnswer? RefusalOfImageUpgrade(ClusterResources cluster, string pool, ImmutableArray<StoredOperation> open)
    {
        var inTheWay = OneAtATime.InTheWayOfImageUpgrade(open, pool, p => RestsAt(cluster, p));
        return inTheWay is not null ? Busy(ClusterResources.NameOf(cluster.Cluster), inTheWay) : RefusalOf(cluster, []);
    }

    /// <summary>Whether the cluster's last operation left something undone, so that asking for the same again is not in vain (UP-65).</summary>
    public static bool EndedBadly(ProvisioningState state) => state is ProvisioningState.Failed or ProvisioningState.Canceled;

    private static bool RestsAt(ClusterResources cluster, string name) => cluster.Pool(name) is { } pool && StatusText.ReadPool(pool.Status).RolloutAtRest;

    private static ApiAnswer Busy(string cluster, StoredOperation open)
    {
        var pool = open.Pool is { } name ? $" on node pool '{name}'" : "";
        return Problems.NotAllowedNow(
            $"Cluster '{cluster}' has operation '{open.Id}' ({open.Kind}{pool}, started {WireText.Of(open.StartedAt)}) under way. Wait for it to end, or abort it.");
    }
}
