using Imago.Application.Storage;
using Imago.Persistence.Model;
using Imago.Persistence.Writing;
using Microsoft.EntityFrameworkCore;
using NodaTime;

namespace Imago.Persistence.Stores;

/// <summary>
/// The store over a relational database. Reads are EF queries without tracking, each of one statement and therefore of one instant; writes are pieces of work that
/// a provider carries out in a transaction. Safe for use from several threads.
/// </summary>
public abstract partial class RelationalStore : IStore, IPrincipalStore, IAsyncDisposable
{
    private readonly IDbContextFactory<StoreContext> contexts;
    private readonly StoreQueries queries = new();

    private protected RelationalStore(IDbContextFactory<StoreContext> contexts) => this.contexts = contexts;

    /// <summary>What the store is, for people: the path of the file, or host and database.</summary>
    public abstract string Place { get; }

    public async ValueTask<CommitOutcome> CommitAsync(StoreBatch batch, CancellationToken cancellation)
    {
        var statements = BatchWriter.Statements(batch);
        return await WriteAsync(
            async session => await session.RunAsync(statements) is { } conflict
                ? Change.Undone(CommitOutcome.Lost(conflict))
                : Change.Kept(CommitOutcome.Done),
            cancellation);
    }

    /// <summary>Returns if the database answers, for readiness; throws <see cref="StoreUnavailableException"/> if it does not.</summary>
    public async ValueTask CheckAsync(CancellationToken cancellation) =>
        await ReadAsync(context => context.Releases.AnyAsync(cancellation), cancellation);

    /// <inheritdoc />
    public abstract ValueTask DisposeAsync();

    /// <summary>Carries work out in a transaction of its own or together with others'; when it returns, what was kept is durable. Work may be run more than once.</summary>
    private protected abstract ValueTask<T> WriteAsync<T>(Func<StoreSession, ValueTask<Change<T>>> work, CancellationToken cancellation);

    /// <summary>The exception to throw instead if one means that the database did not answer; else null.</summary>
    private protected abstract StoreUnavailableException? Unavailable(Exception exception);

    private async ValueTask<T> ReadAsync<T>(Func<StoreContext, Task<T>> query, CancellationToken cancellation)
    {
        try
        {
            await using var context = await contexts.CreateDbContextAsync(cancellation);
            return await query(context);
        }
        catch (Exception exception)
        {
            if (Unavailable(exception) is { } unavailable)
            {
                throw unavailable;
            }

            throw;
        }
    }

    private async ValueTask<int> ExecuteAsync(string sql, CancellationToken cancellation, params object?[] values) =>
        await WriteAsync(async session => Change.Kept(await session.ExecuteAsync(sql, values)), cancellation);

    public async ValueTask<int> ForgetBeforeAsync(Instant instant, CancellationToken cancellation)
    {
        var total = 0;
        foreach (var statement in Retention.Statements)
        {
            int removed;
            do
            {
                removed = await WriteAsync(async session => Change.Kept(await Retention.RemoveAsync(session, statement, instant)), cancellation);
                total += removed;
            }
            while (removed == Retention.Chunk);
        }

        return total;
    }
}
