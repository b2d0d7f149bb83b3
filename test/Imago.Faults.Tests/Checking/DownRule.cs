using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Faults.Tests.Checking;

/// <summary>
/// Invariant 2 by what the nodes themselves show, after every step: never more nodes of a pool carry our cordon than may be out of service, apart from those
/// that are quarantined, that did not come back, or that somebody else had cordoned before.
/// </summary>
internal sealed class DownRule(Truth truth)
{
    private readonly HashSet<string> _lost = new(StringComparer.Ordinal);

    public void Stored(RolloutRecord record) =>
        _lost.UnionWith(record.Settled.Where(s => s.Value.Result is NodeResult.NotReady or NodeResult.ProviderFailed).Select(s => s.Key));

    public void Changed(ClusterView after)
    {
        // A view that lags hands nodes back late.
        if (truth.Scenario.Faults.ViewLag > Duration.Zero)
        {
            return;
        }

        foreach (var pool in truth.Scenario.Spec.Pools)
        {
            var marked = after.MarkedIn(pool.Name);
            if (marked.Count < 2)
            {
                continue;
            }

            var down = marked.Count(n => !truth.IsMade(n) && !_lost.Contains(n) && after.Nodes[n] is { Quarantined: false, Ready: true, Mark.WasUnschedulable: false });
            var most = truth.Intent.Since(Instant.MinValue).SelectMany(s => s.Pools).Where(p => string.Equals(p.Name, pool.Name, StringComparison.Ordinal)).Max(Most);
            if (down > most)
            {
                truth.Violated(2, $"{down} nodes of pool {pool.Name} are cordoned by us; at most {most} may be: {string.Join(", ", marked)}");
            }
        }
    }

    private int Most(PoolSpec pool)
    {
        var size = truth.Originals.Values.Count(n => string.Equals(n.Pool, pool.Name, StringComparison.Ordinal));
        return Math.Max(
            PlainLimits.MostRebooting(pool, pool.Settings, size), Math.Max(PlainLimits.MostSurge(pool, pool.Settings, size), PlainLimits.MostUnavailable(pool, pool.Settings, size)));
    }
}
