namespace Imago.Domain.Rollouts.Settings;

/// <summary>How many nodes a full run needs on top of those that are there: what to have quota, addresses and money for.</summary>
/// <param name="IfAllAtOnce">The sum over the pools, as AKS tells people to plan.</param>
/// <param name="Peak">The largest single pool's: pools go one after another (UP-60), so more are never there at a time.</param>
/// <remarks>Rules: UP-140.</remarks>
public readonly record struct ExtraNodes(int IfAllAtOnce, int Peak)
{
    /// <summary>Extra nodes of a run over these pools, when every node of them is to be upgraded. A pool whose settings are refused needs none.</summary>
    /// <remarks>UP-140: five pools of four nodes at 50 % need 5 × 2 = 10, and two at a time.</remarks>
    public static ExtraNodes For(IEnumerable<(PoolSpec Pool, int Size)> pools)
    {
        var surges = pools.Select(p => Concurrency.For(p.Pool, p.Size, p.Size).Value?.Surge ?? 0).ToList();
        return new ExtraNodes(surges.Sum(), surges.DefaultIfEmpty(0).Max());
    }
}
