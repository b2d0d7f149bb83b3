using System.Globalization;
using Imago.Persistence.Writing;
using NodaTime;

namespace Imago.Persistence.Schema;

/// <summary>
/// Brings a database to the schema of this program. Runs inside a transaction that the provider has locked against other processes, so that a failed step leaves the
/// database as it was and two servers that start at once migrate once.
/// </summary>
internal static class Migrator
{
    private const string Versions =
        "CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)";

    /// <summary>Answers from which version to which it went; the same twice when there was nothing to do.</summary>
    /// <exception cref="StoreRefusedException">The database is newer than this program.</exception>
    public static async ValueTask<(long From, long To)> MigrateAsync(StoreSession session, IReadOnlyList<Migration> migrations, string place, Instant now)
    {
        await session.ExecuteAsync(Versions);
        var found = await session.NumberAsync("SELECT MAX(version) FROM schema_versions") ?? 0;
        var known = migrations.Count == 0 ? 0 : migrations[^1].Version;
        if (found > known)
        {
            throw new StoreRefusedException(string.Create(
                CultureInfo.InvariantCulture,
                $"The store {place} has schema version {found}; this program knows versions up to {known}. Start the program that wrote it (or a newer one), or restore a backup that was made before."));
        }

        foreach (var migration in migrations.Where(m => m.Version > found))
        {
            await session.ExecuteAsync(migration.Sql);
            await session.ExecuteAsync("INSERT INTO schema_versions (version, name, applied_at) VALUES ($1, $2, $3)", migration.Version, migration.Name, now);
        }

        return (found, known);
    }
}
