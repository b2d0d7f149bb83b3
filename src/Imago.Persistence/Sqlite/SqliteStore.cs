using Imago.Application.Storage;
using Imago.Persistence.Model;
using Imago.Persistence.Schema;
using Imago.Persistence.Stores;
using Imago.Persistence.Writing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Imago.Persistence.Sqlite;

/// <summary>The store in a SQLite file, for one process. In write-ahead mode: readers never wait for the writer; every commit is flushed before it is acknowledged.</summary>
internal sealed partial class SqliteStore : RelationalStore
{
    private readonly string dataFile;
    private readonly DataFileLock file;
    private readonly CommitQueue queue;
    private readonly string readerString;

    private SqliteStore(string dataFile, DataFileLock file, SqliteConnection writer, string readerString)
        : base(new PooledDbContextFactory<StoreContext>(Options(readerString)))
    {
        this.dataFile = dataFile;
        this.file = file;
        this.readerString = readerString;
        queue = new CommitQueue(writer, dataFile);
    }

    public override string Place => dataFile;

    public static async ValueTask<SqliteStore> OpenAsync(
        string dataFile, IReadOnlyList<Migration> migrations, TimeProvider clock, ILogger logger, CancellationToken cancellation)
    {
        var path = Path.GetFullPath(dataFile);
        SqliteFile.CreateFolder(path);
        var held = DataFileLock.Take(path);
        SqliteConnection? writer = null;
        try
        {
            writer = await SqliteFile.ConnectAsync(path, SqliteOpenMode.ReadWriteCreate, cancellation);
            using (var session = new SqliteSession(writer, cancellation))
            {
                await PrepareAsync(session, path, migrations, clock, logger);
            }

            var readers = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, DefaultTimeout = SqliteFile.Patience };
            return new SqliteStore(path, held, writer, readers.ToString());
        }
        catch (Exception exception)
        {
            writer?.Dispose();
            held.Dispose();
            if (SqliteFaults.Unavailable(exception, path) is { } unavailable)
            {
                throw unavailable;
            }

            throw;
        }
    }

    public override ValueTask DisposeAsync()
    {
        queue.Dispose();
        using (var readers = new SqliteConnection(readerString))
        {
            SqliteConnection.ClearPool(readers);
        }

        file.Dispose();
        return ValueTask.CompletedTask;
    }

    private protected override ValueTask<T> WriteAsync<T>(Func<StoreSession, ValueTask<Change<T>>> work, CancellationToken cancellation) =>
        queue.WriteAsync(work, cancellation);

    private protected override StoreUnavailableException? Unavailable(Exception exception) => SqliteFaults.Unavailable(exception, dataFile);

    private static async ValueTask PrepareAsync(
        StoreSession session, string path, IReadOnlyList<Migration> migrations, TimeProvider clock, ILogger logger)
    {
        if (!await SqliteFile.IsStoreAsync(session) && await session.NumberAsync("SELECT COUNT(*) FROM sqlite_master") > 0)
        {
            throw new StoreRefusedException(
                $"'{path}' is a SQLite database, but not a store of Imago: it has tables of something else. Give the path of a store, or of a file that does not exist yet.");
        }

        await session.ExecuteAsync("PRAGMA journal_mode = WAL");
        if (await session.NumberAsync("SELECT COUNT(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'") != 1)
        {
            throw new StoreRefusedException($"'{path}' lies on a file system without shared memory between processes (a network share?). Give the path of a file on a local disk.");
        }

        // What is acknowledged is on the disk: the write-ahead log is flushed at every commit.
        await session.ExecuteAsync("PRAGMA synchronous = FULL");

        // The log is cut after a checkpoint, or a burst of writes would leave it large for ever.
        await session.NumberAsync("PRAGMA journal_size_limit = 67108864");
        await session.ExecuteAsync("BEGIN EXCLUSIVE");
        var (from, to) = await Migrator.MigrateAsync(session, migrations, $"'{path}'", Instant.FromDateTimeOffset(clock.GetUtcNow()));

        // The file has one process at a time, and it is ours: whoever held a lease before has ended, and nobody need wait for a lease of the dead to run out.
        // The rows stay, so that the next holder's epoch is a higher one.
        if (await session.NumberAsync("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'leases'") > 0)
        {
            await session.ExecuteAsync("UPDATE leases SET expires_at = 0");
        }

        await session.ExecuteAsync($"PRAGMA application_id = {SqliteFile.ApplicationId}");
        await session.ExecuteAsync("COMMIT");
        LogOpened(logger, path, from, to);
    }

    private static DbContextOptions<StoreContext> Options(string connectionString) => new DbContextOptionsBuilder<StoreContext>()
        .UseSqlite(connectionString).UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking).Options;
}
