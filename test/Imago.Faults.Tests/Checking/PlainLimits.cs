using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Faults.Tests.Checking;

/// <summary>How many nodes a pool may have too many, and too few, worked out from the settings and the spec's words alone.</summary>
internal static class PlainLimits
{
    public static int MostSurge(PoolSpec pool, UpgradeSettings settings, int size)
    {
        if (!pool.Provider.CanSurge)
        {
            return 0;
        }

        // UP-20: 10 % from 1.32 on, and for pools created from 1.28 on; else 1.
        var tenPercent = pool.Kubernetes is { Minor: >= 32 } || pool.CreatedAtKubernetes is { Minor: >= 28 };
        return Count(settings.MaxSurge ?? (tenPercent ? IntOrPercent.Percent(10) : IntOrPercent.Of(1)), size);
    }

    public static int MostUnavailable(PoolSpec pool, UpgradeSettings settings, int size) =>
        Count(settings.MaxUnavailable ?? IntOrPercent.Of(pool.Provider.CanSurge ? 0 : 1), size);

    /// <summary>UP-31: nodes are rebooted in place, also where surge nodes could be made.</summary>
    public static int MostRebooting(PoolSpec pool, UpgradeSettings settings, int size) =>
        settings.RebootPolicy == RebootPolicy.Coordinated ? Count(settings.MaxUnavailable ?? IntOrPercent.Of(1), size) : 0;

    // UP-21: rounded up, at least one unless it is zero.
    private static int Count(IntOrPercent asked, int size)
    {
        if (asked.Value == 0)
        {
            return 0;
        }

        var exact = asked.IsPercent ? Math.Ceiling(asked.Value / 100.0 * size) : asked.Value;
        return Math.Max(1, (int)exact);
    }
}
