using Imago.Application.Storage;
using Imago.Persistence.Writing;
using Microsoft.Data.Sqlite;

namespace Imago.Persistence.Sqlite;

/// <summary>What makes a SQLite file a store.</summary>
internal static class SqliteFile
{
    /// <summary>'IMAG': written into the file's header, so that a database of something else is not taken for an empty store.</summary>
    public const long ApplicationId = 0x494D4147;

    /// <summary>How long a statement waits for a lock of somebody else before it fails, in seconds.</summary>
    public const int Patience = 5;

    public static async ValueTask<bool> IsStoreAsync(StoreSession session) => await session.NumberAsync("PRAGMA application_id") == ApplicationId;

    /// <summary>Opens a connection of one's own, not one of the pool.</summary>
    public static async ValueTask<SqliteConnection> ConnectAsync(string path, SqliteOpenMode mode, CancellationToken cancellation)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = Patience }.ToString());
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch (SqliteException)
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes the folder that a file is to lie in.</summary>
    public static void CreateFolder(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"The store '{path}' cannot be opened: its folder cannot be made. {exception.Message}", exception);
        }
    }
}
