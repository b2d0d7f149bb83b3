using Imago.Domain.Clusters;

namespace Imago.Domain.Rollouts.Settings;

/// <summary>How many nodes of a pool may be under way at a time.</summary>
/// <param name="Surge">Most surge nodes; 0: the pool is upgraded in place.</param>
/// <param name="MaxUnavailable">Most nodes missing when there is no surge.</param>
/// <param name="MaxBlocked">Most quarantined nodes before the upgrade stops (UP-17, UP-55).</param>
public sealed record Concurrency(int Surge, int MaxUnavailable, int MaxBlocked)
{
    private static readonly IntOrPercent TenPercent = IntOrPercent.Percent(10);

    /// <summary>
    /// The concurrency of a run that starts now, or the reason why the settings leave no room.
    /// </summary>
    /// <param name="pool">The pool.</param>
    /// <param name="size">Nodes of the pool now, quarantined ones and their replacements not counted (UP-154).</param>
    /// <param name="todo">Nodes that are to be upgraded.</param>
    /// <remarks>Rules: UP-2, UP-20…23, UP-25, UP-30, UP-31.</remarks>
    public static (Concurrency? Value, string? Refusal) For(PoolSpec pool, int size, int todo)
    {
        var settings = pool.Settings;
        var surge = pool.Provider.CanSurge ? settings.MaxSurge ?? DefaultSurge(pool) : IntOrPercent.Of(0);

        // UP-31: where no surge exists, one node at a time is missing unless the pool says otherwise.
        var unavailable = settings.MaxUnavailable ?? IntOrPercent.Of(pool.Provider.CanSurge ? 0 : 1);

        // UP-31: a System pool must not lose a node, unless its provider leaves no other way.
        if (!unavailable.IsZero && pool.Mode == PoolMode.System && pool.Provider.CanSurge)
        {
            return (null, $"Node pool '{pool.Name}' is a System pool: max unavailable '{unavailable}' is not allowed there, only 0. Use max surge instead.");
        }

        // UP-23: both at zero leave no room.
        if (surge.IsZero && unavailable.IsZero)
        {
            return (null, $"Node pool '{pool.Name}': max surge '{surge}' with max unavailable '{unavailable}' leaves no room to upgrade. Set at least one above zero.");
        }

        var effectiveSurge = Effective(surge, size, todo);

        // UP-25: in one scale set, size and surge together must stay within the provider's limit. Without surge the pool does not grow.
        if (effectiveSurge > 0 && size + effectiveSurge > pool.Provider.SizeLimit)
        {
            return (null,
                $"Node pool '{pool.Name}': {size} nodes and a surge of {effectiveSurge} are {size + effectiveSurge}, more than the {pool.Provider.SizeLimit} nodes a pool may have. {(size < pool.Provider.SizeLimit ? $"Lower max surge to at most {pool.Provider.SizeLimit - size}" : "Set max surge to 0 and use max unavailable")}.");
        }

        // UP-17: as many blocked nodes as the surge unless set; UP-55: never more than there is to do.
        var blocked = settings.MaxBlockedNodes is { } limit
            ? Math.Min(limit.RoundedUp(size), todo)
            : Math.Max(effectiveSurge, Effective(unavailable, size, todo));
        return (new Concurrency(effectiveSurge, Effective(unavailable, size, todo), blocked), null);
    }

    /// <summary>The surge of a pool that sets none.</summary>
    /// <remarks>
    /// UP-20: 10 % from Kubernetes 1.32 on, and for pools created at 1.28 to 1.31; else one node. A pool whose version is unknown gets the
    /// careful answer, one.
    /// </remarks>
    public static IntOrPercent DefaultSurge(PoolSpec pool)
    {
        if (pool.Kubernetes is { } version && version.AtLeast(1, 32))
        {
            return TenPercent;
        }

        return pool.CreatedAtKubernetes is { } created && created.AtLeast(1, 28) ? TenPercent : IntOrPercent.Of(1);
    }

    // UP-21: percent of the size at the start, rounded up, at least 1. UP-22: never more than there is to do.
    // 33 % of 10 nodes: 3.3, so 4; with 2 nodes to do: 2.
    private static int Effective(IntOrPercent asked, int size, int todo) =>
        asked.IsZero ? 0 : Math.Min(Math.Max(1, asked.RoundedUp(size)), todo);
}
