using System.Collections.Immutable;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Worlds;

namespace Imago.Simulation.Forecasts;

/// <summary>Why each node is or is not up to date, by the decision that a pass would make now.</summary>
public static class FirstPass
{
    /// <summary>Explains the cluster of a forecast as it is at its beginning.</summary>
    public static ImmutableSortedDictionary<string, NodeExplanation> Explain(ForecastRequest request) => Explain(new ClusterInput
    {
        Now = request.From,
        View = new SimulatedWorld(request.Blueprint, request.World, request.Seed, request.From).Look(),
        Spec = request.Spec,
        Catalog = Forecaster.KnownAt(request.Catalog, request.From),
    });

    /// <summary>Explains a simulated world as it is now.</summary>
    public static ImmutableSortedDictionary<string, NodeExplanation> Explain(SimulatedWorld world, ClusterSpec spec, ReleaseCatalog catalog) => Explain(new ClusterInput
    {
        Now = world.Time.Now,
        View = world.Look(),
        Spec = spec,
        Catalog = catalog,
        Records = world.Records.ToImmutableSortedDictionary(r => r.Pool, r => r, StringComparer.Ordinal),
        Operations = world.Provider.Operations,
    });

    private static ImmutableSortedDictionary<string, NodeExplanation> Explain(ClusterInput input)
    {
        var plan = ClusterPlanner.Decide(input);

        // What has been decided to start is under way: its nodes are explained by what it would do next.
        var record = input.Records.Values.FirstOrDefault(r => !r.Ended) ?? plan.Start;
        if (record is null)
        {
            return Explainer.Explain(input, plan, null);
        }

        var pool = input.Spec.Pools.FirstOrDefault(p => string.Equals(p.Name, record.Pool, StringComparison.Ordinal)) ?? new PoolSpec { Name = record.Pool };
        return Explainer.Explain(input, plan, RolloutPlanner.Decide(input, pool, record));
    }
}
