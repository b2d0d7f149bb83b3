using Imago.Domain.Rollouts.Settings;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>How many nodes more than now a full run needs, for planning quota and addresses.</summary>
/// <param name="Sum">The surge of all pools together.</param>
/// <param name="Peak">The largest surge of a single pool: the true peak, because pools go one after another.</param>
/// <remarks>Rules: UP-140.</remarks>
public sealed record ExtraNodes(int Sum, int Peak)
{
    /// <summary>The extra nodes of a run that starts now. Pools without a target, without work, or whose settings are refused add none.</summary>
    public static ExtraNodes For(ClusterInput input)
    {
        var (sum, peak) = (0, 0);
        foreach (var pool in input.Spec.Pools)
        {
            if (TargetChooser.For(input, pool).Target is not { } target)
            {
                continue;
            }

            // UP-154: quarantined nodes do not count.
            var members = input.View.NodesOf(pool.Name).Values.Where(n => !n.Quarantined).ToList();
            var todo = members.Count(n => Candidates.Of(input, pool, n, target) is not null);
            var surge = todo == 0 ? 0 : Concurrency.For(pool, members.Count, todo).Value?.Surge ?? 0;
            (sum, peak) = (sum + surge, Math.Max(peak, surge));
        }

        return new ExtraNodes(sum, peak);
    }
}
