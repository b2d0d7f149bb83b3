using System.Collections.Immutable;
using Imago.Application.Storage;
using Imago.Persistence.Model;
using Imago.Persistence.Writing;
using Microsoft.EntityFrameworkCore;

namespace Imago.Persistence.Stores;

// Reading resources and operations.
public abstract partial class RelationalStore
{
    public ValueTask<StoredResource?> FindAsync(string key, CancellationToken cancellation) =>
        ReadAsync(context => queries.Resource(context, key), cancellation);

    public ValueTask<Page<StoredResource>> ListAsync(ResourceQuery query, CancellationToken cancellation) => ReadAsync(
        async context =>
        {
            var type = query.Type.ToLowerInvariant();
            var found = context.Resources.Where(r => EF.Property<string>(r, Columns.TypeKey) == type);
            if (query.Under is { } under)
            {
                var (from, to) = KeyRange.Below(under);
                found = found.Where(r => r.Key.CompareTo(from) >= 0 && r.Key.CompareTo(to) < 0);
            }

            if (query.After is { } after)
            {
                found = found.Where(r => r.Key.CompareTo(after) > 0);
            }

            return Pages.Of(await found.OrderBy(r => r.Key).Take(query.Limit + 1).ToListAsync(cancellation), query.Limit, r => r.Key);
        },
        cancellation);

    public ValueTask<ImmutableArray<StoredResource>> ClusterAsync(string clusterKey, CancellationToken cancellation) =>
        ReadAsync(context => ArrayAsync(queries.Cluster(context, clusterKey), cancellation), cancellation);

    public ValueTask<StoredOperation?> FindOperationAsync(string id, CancellationToken cancellation) =>
        ReadAsync(context => queries.Operation(context, id), cancellation);

    public ValueTask<ImmutableArray<StoredOperation>> OpenOperationsAsync(string clusterKey, CancellationToken cancellation) =>
        ReadAsync(context => ArrayAsync(queries.OpenOperations(context, clusterKey), cancellation), cancellation);

    private static async Task<ImmutableArray<T>> ArrayAsync<T>(IAsyncEnumerable<T> rows, CancellationToken cancellation)
    {
        var all = ImmutableArray.CreateBuilder<T>();
        await foreach (var row in rows.WithCancellation(cancellation))
        {
            all.Add(row);
        }

        return all.DrainToImmutable();
    }

    private static async Task<ImmutableArray<T>> ArrayAsync<T>(IQueryable<T> rows, CancellationToken cancellation) =>
        [.. await rows.ToListAsync(cancellation)];
}
