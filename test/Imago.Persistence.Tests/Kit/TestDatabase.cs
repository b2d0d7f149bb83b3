using System.Data.Common;
using Imago.Persistence.Postgres;
using Imago.Persistence.Schema;
using Imago.Persistence.Sqlite;
using Imago.Persistence.Stores;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Imago.Persistence.Tests.Kit;

/// <summary>An empty database for one test. Stores that were opened on it are closed with it.</summary>
public abstract class TestDatabase : IAsyncDisposable
{
    private readonly List<RelationalStore> opened = [];

    public abstract StoreOptions Options { get; }

    /// <summary>Opens a store on it. Several at a time only where the database allows it.</summary>
    public async ValueTask<RelationalStore> OpenAsync()
    {
        var store = await StoreFactory.OpenAsync(Options, new StandingClock(), NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
        opened.Add(store);
        return store;
    }

    /// <summary>Opens it as a program would that knows these steps of the schema only.</summary>
    internal async ValueTask<RelationalStore> OpenAsync(IReadOnlyList<Migration> migrations)
    {
        RelationalStore store = Options.Provider == StoreProvider.Sqlite
            ? await SqliteStore.OpenAsync(Options.DataFile!, migrations, new StandingClock(), NullLogger.Instance, TestContext.Current.CancellationToken)
            : await PostgresStore.OpenAsync(Options.ConnectionString!, migrations, new StandingClock(), NullLogger.Instance, TestContext.Current.CancellationToken);
        opened.Add(store);
        return store;
    }

    /// <summary>Closes a store that was opened here.</summary>
    public async ValueTask CloseAsync(RelationalStore store)
    {
        opened.Remove(store);
        await store.DisposeAsync();
    }

    /// <summary>A connection beside the store's.</summary>
    public async ValueTask<DbConnection> ConnectAsync()
    {
        DbConnection connection = Options.Provider == StoreProvider.Sqlite
            ? new SqliteConnection($"Data Source={Options.DataFile};Pooling=false;Default Timeout=1")
            : new NpgsqlConnection($"{Options.ConnectionString};Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    /// <summary>Runs a statement on such a connection; answers the first column of its first row.</summary>
    public async ValueTask<object?> QueryAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Closes a store and opens the same database again.</summary>
    public async ValueTask<RelationalStore> ReopenAsync(RelationalStore store)
    {
        await CloseAsync(store);
        return await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in opened)
        {
            await store.DisposeAsync();
        }

        await RemoveAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract ValueTask RemoveAsync();
}
