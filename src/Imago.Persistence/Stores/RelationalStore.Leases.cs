using System.Collections.Immutable;
using Imago.Application.Storage;
using Imago.Persistence.Writing;
using Microsoft.EntityFrameworkCore;
using NodaTime;

namespace Imago.Persistence.Stores;

// Leases and wakes: each write is one statement that compares and sets.
public abstract partial class RelationalStore
{
    public async ValueTask<StoredLease?> HoldLeaseAsync(string clusterKey, string holder, Instant now, Duration length, CancellationToken cancellation)
    {
        // A lease runs until its end, exclusive: at that very instant another holder may take it. Rows are never removed, so that an epoch never falls,
        // not even for a cluster that was deleted and made again.
        var expires = now + length;
        var epoch = await WriteAsync(
            async session => Change.Kept(await session.NumberAsync(
                """
                INSERT INTO leases (cluster_key, holder, epoch, expires_at) VALUES ($1, $2, 1, $3)
                ON CONFLICT (cluster_key) DO UPDATE SET
                  epoch = CASE WHEN leases.holder = excluded.holder THEN leases.epoch ELSE leases.epoch + 1 END,
                  holder = excluded.holder, expires_at = excluded.expires_at
                WHERE leases.holder = excluded.holder OR leases.expires_at <= $4
                RETURNING epoch
                """,
                clusterKey, holder, expires, now)),
            cancellation);
        return epoch is { } held ? new(clusterKey, holder, held, expires) : null;
    }

    public ValueTask<ImmutableArray<ClusterWake>> WakesAsync(
        IReadOnlyCollection<int> shards, Instant? dueBy, int limit, CancellationToken cancellation) => ReadAsync(
        context =>
        {
            var planned = context.Wakes.Where(w => shards.Contains(w.Shard) && w.At != null);
            if (dueBy is { } by)
            {
                planned = planned.Where(w => w.At <= by);
            }

            return ArrayAsync(planned.OrderBy(w => w.At).ThenBy(w => w.ClusterKey).Take(limit), cancellation);
        },
        cancellation);

    public async ValueTask<bool> PlanWakeAsync(ClusterWake wake, CancellationToken cancellation) => await ExecuteAsync(
        """
        INSERT INTO wakes (cluster_key, shard, at, generation) VALUES ($1, $2, $3, $4)
        ON CONFLICT (cluster_key) DO UPDATE SET at = excluded.at WHERE wakes.generation <= excluded.generation
        """,
        cancellation, wake.ClusterKey, wake.Shard, wake.At, wake.Generation) == 1;
}
