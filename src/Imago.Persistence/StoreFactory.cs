using Imago.Application.Storage;
using Imago.Persistence.Postgres;
using Imago.Persistence.Schema;
using Imago.Persistence.Sqlite;
using Imago.Persistence.Stores;
using Microsoft.Extensions.Logging;

namespace Imago.Persistence;

/// <summary>Opens stores.</summary>
public static class StoreFactory
{
    /// <summary>Opens a store, and first brings its schema to this program's version; makes what does not exist yet.</summary>
    /// <exception cref="StoreConfigurationException">The options cannot be used; the message lists every problem.</exception>
    /// <exception cref="StoreRefusedException">The database is newer than this program, in use by another process, or of something else.</exception>
    /// <exception cref="StoreUnavailableException">The database does not answer.</exception>
    public static async ValueTask<RelationalStore> OpenAsync(StoreOptions options, TimeProvider clock, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var problems = options.Problems().ToList();
        if (problems.Count > 0)
        {
            throw new StoreConfigurationException($"The store cannot be opened: {string.Join(" ", problems)}");
        }

        var logger = loggers.CreateLogger<RelationalStore>();
        var migrations = Migration.Of(options.Provider);
        return options.Provider == StoreProvider.Sqlite
            ? await SqliteStore.OpenAsync(options.DataFile!, migrations, clock, logger, cancellation)
            : await PostgresStore.OpenAsync(options.ConnectionString!, migrations, clock, logger, cancellation);
    }
}
