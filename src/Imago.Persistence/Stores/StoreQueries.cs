using Imago.Application.Storage;
using Imago.Persistence.Model;
using Microsoft.EntityFrameworkCore;

namespace Imago.Persistence.Stores;

/// <summary>The queries of every request and every pass, compiled once. Of an instance, not static: a compiled query belongs to the model of one database.</summary>
internal sealed class StoreQueries
{
    public Func<StoreContext, string, Task<StoredResource?>> Resource { get; } =
        EF.CompileAsyncQuery((StoreContext c, string key) => c.Resources.SingleOrDefault(r => r.Key == key));

    public Func<StoreContext, string, IAsyncEnumerable<StoredResource>> Cluster { get; } =
        EF.CompileAsyncQuery((StoreContext c, string key) => c.Resources.Where(r => r.ClusterKey == key).OrderBy(r => r.Key).AsQueryable());

    public Func<StoreContext, string, Task<StoredOperation?>> Operation { get; } =
        EF.CompileAsyncQuery((StoreContext c, string id) => c.Operations.SingleOrDefault(o => o.Id == id));

    // By arrival where the instants are equal: what was asked for first is done first.
    public Func<StoreContext, string, IAsyncEnumerable<StoredOperation>> OpenOperations { get; } =
        EF.CompileAsyncQuery((StoreContext c, string key) => c.Operations
            .Where(o => o.ClusterKey == key && EF.Property<bool>(o, Columns.IsOpen))
            .OrderBy(o => o.StartedAt).ThenBy(o => EF.Property<long>(o, Columns.Seq)).AsQueryable());
}
