using System.Collections.Immutable;
using Imago.Application.Catalog;
using Imago.Application.Engine.Operations;
using Imago.Application.Storage;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Planning;
using NodaTime;

namespace Imago.Application.Engine;

/// <summary>Answers questions about clusters by deciding as the engine would, on what is seen now, and throwing the decision away.</summary>
public sealed class ClusterQueries(IStore store, IIntentReader intents, IClusterViewer viewer, ICatalogSource catalog, TimeProvider clock) : IClusterQueries
{
    /// <inheritdoc />
    public async ValueTask<ExplainedCluster?> ExplainAsync(string clusterKey, CancellationToken cancellation)
    {
        if (StoredCluster.Of(await store.ClusterAsync(clusterKey, cancellation)) is not { } stored || await viewer.LookAsync(clusterKey, cancellation) is not { } picture)
        {
            return null;
        }

        var now = Instant.FromDateTimeOffset(clock.GetUtcNow());
        var intent = intents.Read(stored.Resources, now);
        var records = picture.Records.ToImmutableSortedDictionary(r => r.Key, r => r.Value.Record, StringComparer.Ordinal);
        var open = await store.OpenOperationsAsync(clusterKey, cancellation);
        var input = new ClusterInput
        {
            Now = now,
            View = picture.View,
            Spec = AskedSpec.With(intent.Spec, stored, open, records, static (_, _) => false),
            Catalog = catalog.Current,
            Records = records,
            Operations = picture.Operations,
        };

        // UP-62: at most one is under way.
        var underWay = records.Values.FirstOrDefault(r => !r.Ended);
        var pool = underWay is null ? null : input.Spec.Pools.FirstOrDefault(p => string.Equals(p.Name, underWay.Pool, StringComparison.Ordinal));
        var plan = pool is null ? null : RolloutPlanner.Decide(input, pool, underWay!);
        return new ExplainedCluster(picture.View, Explainer.Explain(input, ClusterPlanner.Decide(input), plan), picture.At);
    }
}
