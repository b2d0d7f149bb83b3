using System.Collections.Immutable;
using System.Globalization;
using Imago.Application.Storage;
using Imago.Persistence.Model;
using Imago.Persistence.Writing;
using Microsoft.EntityFrameworkCore;
using NodaTime;

namespace Imago.Persistence.Stores;

// Reading the activity log, rollouts and decisions, the outbox, journals and releases.
public abstract partial class RelationalStore
{
    public ValueTask<Page<ActivityEntry>> ActivitiesAsync(ActivityQuery query, CancellationToken cancellation) => ReadAsync(
        async context =>
        {
            var found = await Wanted(context, query)
                .OrderByDescending(a => a.At).ThenByDescending(a => EF.Property<long>(a, Columns.Seq))
                .Take(query.Limit + 1)
                .Select(a => new { Entry = a, Seq = EF.Property<long>(a, Columns.Seq) })
                .ToListAsync(cancellation);
            return Pages.Of([.. found.Select(f => (f.Entry, Pages.Position(f.Entry.At, f.Seq.ToString(CultureInfo.InvariantCulture))))], query.Limit);
        },
        cancellation);

    public ValueTask<Page<StoredRollout>> RolloutsAsync(string clusterKey, string? after, int limit, CancellationToken cancellation) => ReadAsync(
        async context =>
        {
            var found = context.Rollouts.Where(r => r.ClusterKey == clusterKey);
            if (after is not null)
            {
                var (at, id) = Pages.Parse(after);
                found = found.Where(r => r.StartedAt <= at && (r.StartedAt < at || r.Id.CompareTo(id) < 0));
            }

            var rows = await found.OrderByDescending(r => r.StartedAt).ThenByDescending(r => r.Id).Take(limit + 1).ToListAsync(cancellation);
            return Pages.Of(rows, limit, r => Pages.Position(r.StartedAt, r.Id));
        },
        cancellation);

    public ValueTask<StoredRollout?> FindRolloutAsync(string clusterKey, string id, CancellationToken cancellation) =>
        ReadAsync(context => context.Rollouts.SingleOrDefaultAsync(r => r.ClusterKey == clusterKey && r.Id == id, cancellation), cancellation);

    public ValueTask<ImmutableArray<StoredDecision>> DecisionsAsync(
        string clusterKey, string rolloutId, int after, int limit, CancellationToken cancellation) => ReadAsync(
        context => ArrayAsync(
            context.Decisions.Where(d => d.ClusterKey == clusterKey && d.RolloutId == rolloutId && d.Number > after).OrderBy(d => d.Number).Take(limit),
            cancellation),
        cancellation);

    public ValueTask<ImmutableArray<OutboxMessage>> UndeliveredAsync(int limit, CancellationToken cancellation) => ReadAsync(
        context => ArrayAsync(
            context.Outbox.Where(m => EF.Property<Instant?>(m, Columns.DeliveredAt) == null).OrderBy(m => EF.Property<long>(m, Columns.Seq)).Take(limit),
            cancellation),
        cancellation);

    public async ValueTask MarkDeliveredAsync(IReadOnlyCollection<string> ids, Instant at, CancellationToken cancellation) => await WriteAsync(
        async session =>
        {
            var marked = 0;
            foreach (var id in ids)
            {
                marked += await session.ExecuteAsync("UPDATE outbox SET delivered_at = $1 WHERE id = $2 AND delivered_at IS NULL", at, id);
            }

            return Change.Kept(marked);
        },
        cancellation);

    public ValueTask<(JournalSnapshot? Snapshot, ImmutableArray<JournalEntry> Entries)?> JournalAsync(string clusterKey, CancellationToken cancellation) =>
        ReadAsync<(JournalSnapshot? Snapshot, ImmutableArray<JournalEntry> Entries)?>(
            async context =>
            {
                // Entries first: a picture that replaces some of them in between then covers those it replaced. The other way round there would be a gap.
                var entries = await context.Journal.Where(j => j.ClusterKey == clusterKey).OrderBy(j => j.Number).ToListAsync(cancellation);
                var snapshot = await context.Snapshots.SingleOrDefaultAsync(s => s.ClusterKey == clusterKey, cancellation);
                return snapshot is null && entries.Count == 0 ? null : (snapshot, [.. entries.Where(e => e.Number > (snapshot?.UpToNumber ?? 0))]);
            },
            cancellation);

    public ValueTask<long> JournalNumberAsync(string clusterKey, CancellationToken cancellation) => ReadAsync(
        async context =>
        {
            // As above: entries that a picture replaces in between are found in the picture.
            var entry = await context.Journal.Where(j => j.ClusterKey == clusterKey).Select(j => (long?)j.Number).MaxAsync(cancellation);
            var picture = await context.Snapshots.Where(s => s.ClusterKey == clusterKey).Select(s => (long?)s.UpToNumber).SingleOrDefaultAsync(cancellation);
            return Math.Max(entry ?? 0, picture ?? 0);
        },
        cancellation);

    public ValueTask<ImmutableArray<StoredRelease>> ReleasesAsync(CancellationToken cancellation) =>
        ReadAsync(context => ArrayAsync(context.Releases.OrderBy(r => r.Name), cancellation), cancellation);

    private static IQueryable<ActivityEntry> Wanted(StoreContext context, ActivityQuery query)
    {
        var subscription = query.SubscriptionId.ToLowerInvariant();
        var found = context.Activities.Where(a => EF.Property<string>(a, Columns.SubscriptionKey) == subscription);
        if (query.From is { } from)
        {
            found = found.Where(a => a.At >= from);
        }

        if (query.To is { } to)
        {
            found = found.Where(a => a.At <= to);
        }

        if (query.ResourceGroup?.ToLowerInvariant() is { } group)
        {
            found = found.Where(a => EF.Property<string>(a, Columns.ResourceGroupKey) == group);
        }

        if (query.ResourceId?.ToLowerInvariant() is { } resource)
        {
            var (below, end) = KeyRange.Below(resource);
            found = found.Where(a => EF.Property<string>(a, Columns.ResourceKey) == resource
                || (EF.Property<string>(a, Columns.ResourceKey).CompareTo(below) >= 0 && EF.Property<string>(a, Columns.ResourceKey).CompareTo(end) < 0));
        }

        if (query.CorrelationId?.ToLowerInvariant() is { } correlation)
        {
            found = found.Where(a => EF.Property<string>(a, Columns.CorrelationKey) == correlation);
        }

        if (query.After is { } after)
        {
            var (at, tie) = Pages.Parse(after);
            var seq = long.Parse(tie, CultureInfo.InvariantCulture);
            found = found.Where(a => a.At <= at && (a.At < at || EF.Property<long>(a, Columns.Seq) < seq));
        }

        return found;
    }
}
