using System.Data.Common;
using Imago.Application.Storage;
using Imago.Persistence.Model;
using Imago.Persistence.Schema;
using Imago.Persistence.Stores;
using Imago.Persistence.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Logging;
using NodaTime;
using Npgsql;

namespace Imago.Persistence.Postgres;

/// <summary>
/// The store in a PostgreSQL database, for any number of processes. Transactions are READ COMMITTED: every write that depends on what is stored says so in its own
/// statement or locks the row it looked at, so that a stricter isolation would only add failures to repeat.
/// </summary>
internal sealed partial class PostgresStore : RelationalStore
{
    /// <summary>How often a transaction that lost to another one is run, at most.</summary>
    private const int MostTries = 5;

    // Any number will do as long as it is ours: servers that start at once migrate one after the other.
    private const long MigrationLock = 0x494D41474F;

    private readonly NpgsqlDataSource source;
    private readonly ILogger logger;

    private PostgresStore(NpgsqlDataSource source, string place, ILogger logger)
        : base(new PooledDbContextFactory<StoreContext>(Options(source)))
    {
        this.source = source;
        this.logger = logger;
        Place = place;
    }

    public override string Place { get; }

    public static async ValueTask<PostgresStore> OpenAsync(
        string connectionString, IReadOnlyList<Migration> migrations, TimeProvider clock, ILogger logger, CancellationToken cancellation)
    {
        var wanted = new NpgsqlConnectionStringBuilder(connectionString);
        var given = new DbConnectionStringBuilder { ConnectionString = connectionString };
        if (!given.ContainsKey("Max Auto Prepare") && !given.ContainsKey("MaxAutoPrepare"))
        {
            // Our statements are few and always the same. Whoever says 0 has a pooler between that cannot have them prepared.
            wanted.MaxAutoPrepare = 100;
        }

        wanted.ApplicationName ??= "imago";
        var place = $"{wanted.Host}/{wanted.Database}";
        var opened = NpgsqlDataSource.Create(wanted);
        try
        {
            await PrepareAsync(opened, place, migrations, clock, logger, cancellation);
            return new PostgresStore(opened, place, logger);
        }
        catch (Exception exception)
        {
            await opened.DisposeAsync();
            if (PostgresFaults.Unavailable(exception, place) is { } unavailable)
            {
                throw unavailable;
            }

            throw;
        }
    }

    public override ValueTask DisposeAsync() => source.DisposeAsync();

    private protected override async ValueTask<T> WriteAsync<T>(Func<StoreSession, ValueTask<Change<T>>> work, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await WriteOnceAsync(work, cancellation);
            }
            catch (PostgresException exception) when (attempt < MostTries && PostgresFaults.MayBeRunAgain(exception))
            {
                LogRunningAgain(logger, attempt, exception.SqlState);
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
    }

    private protected override StoreUnavailableException? Unavailable(Exception exception) => PostgresFaults.Unavailable(exception, Place);

    private async ValueTask<T> WriteOnceAsync<T>(Func<StoreSession, ValueTask<Change<T>>> work, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        using var session = new PostgresSession(connection, transaction, cancellation);
        var change = await work(session);
        if (change.Keep)
        {
            // Not cancelled any more: whether a commit that was given up took effect is unknown.
            await transaction.CommitAsync(CancellationToken.None);
        }
        else
        {
            await transaction.RollbackAsync(CancellationToken.None);
        }

        return change.Result;
    }

    private static async ValueTask PrepareAsync(
        NpgsqlDataSource source, string place, IReadOnlyList<Migration> migrations, TimeProvider clock, ILogger logger, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        using var session = new PostgresSession(connection, transaction, cancellation);
        await session.NumberAsync("SELECT 1 FROM pg_advisory_xact_lock($1)", MigrationLock);
        var (from, to) = await Migrator.MigrateAsync(session, migrations, place, Instant.FromDateTimeOffset(clock.GetUtcNow()));
        var relaxed = await session.NumberAsync("SELECT COUNT(*) FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes') AND setting = 'off'");
        await transaction.CommitAsync(cancellation);
        LogOpened(logger, place, from, to);
        if (relaxed > 0)
        {
            LogNotDurable(logger, place);
        }
    }

    private static DbContextOptions<StoreContext> Options(NpgsqlDataSource source) => new DbContextOptionsBuilder<StoreContext>()
        .UseNpgsql(source).UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking).Options;
}
