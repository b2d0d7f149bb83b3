using Imago.Persistence.Sqlite;
using Imago.Persistence.Stores;

namespace Imago.Persistence;

/// <summary>
/// Backup and restore of stores in SQLite files. A store in PostgreSQL is backed up with that database's own tools (<c>pg_dump</c>, or continuous archiving).
/// </summary>
public static class StoreBackup
{
    /// <summary>Writes a copy of one instant to a file that must not exist, while the store works.</summary>
    /// <exception cref="StoreRefusedException">The file exists, or the store does not lie in a SQLite file.</exception>
    public static ValueTask WriteAsync(RelationalStore store, string file, CancellationToken cancellation) => store is SqliteStore
        ? SqliteBackup.WriteAsync(store.Place, file, cancellation)
        : throw new StoreRefusedException($"The store {store.Place} lies in PostgreSQL. Back it up with 'pg_dump --format=custom', and restore it with 'pg_restore'.");

    /// <summary>The same from the store's file, also from another process than the one that has it open.</summary>
    public static ValueTask WriteAsync(string dataFile, string file, CancellationToken cancellation) => SqliteBackup.WriteAsync(dataFile, file, cancellation);

    /// <summary>Makes a store from a backup, in a file that must not exist. No server may work on it meanwhile.</summary>
    /// <exception cref="StoreRefusedException">The file exists or is in use, or the backup is not one.</exception>
    public static ValueTask RestoreAsync(string backup, string dataFile, CancellationToken cancellation) =>
        SqliteBackup.RestoreAsync(backup, dataFile, cancellation);
}
