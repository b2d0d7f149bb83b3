using Imago.Domain.Rollouts.Settings;

namespace Imago.Domain.Rollouts;

/// <summary>The order in which the pools of a cluster are upgraded, one after another.</summary>
/// <remarks>UP-60: <c>upgradePriority</c>, low first; then User before System; then name, ordinal.</remarks>
internal static class PoolOrder
{
    public static IEnumerable<PoolSpec> Of(IEnumerable<PoolSpec> pools) =>
        pools.OrderBy(p => p.Settings.UpgradePriority)
            .ThenBy(p => p.Mode == PoolMode.User ? 0 : 1)
            .ThenBy(p => p.Name, StringComparer.Ordinal);
}
