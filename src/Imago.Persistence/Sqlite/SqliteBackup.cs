using Imago.Application.Storage;
using Microsoft.Data.Sqlite;

namespace Imago.Persistence.Sqlite;

/// <summary>Copies of a SQLite store: made while the server works, of one instant, whole or not there at all.</summary>
internal static class SqliteBackup
{
    /// <summary>
    /// Added to every epoch when a store is restored. The backup does not know which epochs were given out after it was made, and one that is given out twice would let
    /// two holders write under it.
    /// </summary>
    public const long EpochLeap = 1_000_000;

    public static async ValueTask WriteAsync(string dataFile, string target, CancellationToken cancellation)
    {
        var path = Path.GetFullPath(target);
        if (File.Exists(path))
        {
            throw new StoreRefusedException($"The backup '{path}' exists already. Give the name of a file that does not: a backup never replaces another one.");
        }

        SqliteFile.CreateFolder(path);
        var part = $"{path}.part";
        try
        {
            File.Delete(part);
            await using (var source = await SqliteFile.ConnectAsync(dataFile, SqliteOpenMode.ReadOnly, cancellation))
            using (var session = new SqliteSession(source, cancellation))
            {
                // Reads the state of one instant, without the pages that are free; writers go on meanwhile.
                await session.ExecuteAsync("VACUUM INTO $1", part);
            }

            await CheckAsync(part, cancellation);
            Publish(part, path);
        }
        catch (Exception exception)
        {
            if (Unavailable(exception, path) is { } unavailable)
            {
                throw unavailable;
            }

            throw;
        }
        finally
        {
            File.Delete(part);
        }
    }

    public static async ValueTask RestoreAsync(string backup, string dataFile, CancellationToken cancellation)
    {
        var path = Path.GetFullPath(dataFile);
        if (!File.Exists(backup))
        {
            throw new StoreRefusedException($"The backup '{backup}' does not exist. Give the path of a file that a backup wrote.");
        }

        SqliteFile.CreateFolder(path);
        using var held = DataFileLock.Take(path);
        if (File.Exists(path))
        {
            throw new StoreRefusedException($"'{path}' exists already. Move it away together with '{path}-wal' and '{path}-shm', if they are there; restoring never replaces a store.");
        }

        var part = $"{path}.part";
        try
        {
            File.Delete(part);
            File.Copy(backup, part);
            await CheckAsync(part, cancellation);
            await using (var copy = await SqliteFile.ConnectAsync(part, SqliteOpenMode.ReadWrite, cancellation))
            using (var session = new SqliteSession(copy, cancellation))
            {
                await session.ExecuteAsync($"UPDATE leases SET epoch = epoch + {EpochLeap}");
            }

            // What a store left that was moved away without them would be played into the restored one.
            File.Delete($"{path}-wal");
            File.Delete($"{path}-shm");
            Publish(part, path);
        }
        catch (Exception exception)
        {
            if (Unavailable(exception, path) is { } unavailable)
            {
                throw unavailable;
            }

            throw;
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static async ValueTask CheckAsync(string path, CancellationToken cancellation)
    {
        await using var connection = await SqliteFile.ConnectAsync(path, SqliteOpenMode.ReadOnly, cancellation);
        using var session = new SqliteSession(connection, cancellation);
        if (!await SqliteFile.IsStoreAsync(session))
        {
            throw new StoreRefusedException($"'{path}' is not a store of Imago.");
        }

        if (await session.NumberAsync("SELECT COUNT(*) FROM pragma_quick_check WHERE quick_check <> 'ok'") > 0)
        {
            throw new StoreRefusedException($"'{path}' is damaged: SQLite's own check finds errors in it. Use another backup.");
        }
    }

    // On the disk before it gets its name: a file of that name is always a whole one.
    private static void Publish(string part, string path)
    {
        using (var file = new FileStream(part, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Flush(flushToDisk: true);
        }

        File.Move(part, path, overwrite: false);
    }

    private static StoreUnavailableException? Unavailable(Exception exception, string path) => exception is IOException or UnauthorizedAccessException
        ? new StoreUnavailableException($"'{path}' cannot be written. {exception.Message}", exception)
        : SqliteFaults.Unavailable(exception, path);
}
