using Imago.Application.Storage;
using Microsoft.Data.Sqlite;

namespace Imago.Persistence.Sqlite;

/// <summary>Which errors of SQLite mean that the file cannot be used now, and what to do about each.</summary>
internal static class SqliteFaults
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    public static StoreUnavailableException? Unavailable(Exception exception, string dataFile)
    {
        // EF wraps what it takes for transient.
        var error = exception as SqliteException ?? exception.InnerException as SqliteException;
        var advice = error?.SqliteErrorCode switch
        {
            Busy or Locked => "another program keeps it locked. End what works on it (an sqlite3 shell, a copy, an indexer) and try again.",
            ReadOnly => "it, or its folder, may not be written. Give this user the right to write both.",
            InputOutput => "the disk did not answer. Look at the system's log; restore a backup if the disk is damaged.",
            Corrupt => "it is damaged. Stop the server and restore a backup.",
            Full => "the disk is full. Make room; nothing of what was acknowledged is lost.",
            CannotOpen => "it cannot be opened. Check that its folder exists and that this user may write there.",
            NotADatabase => "it is not a SQLite database. Give the path of a store, or of a file that does not exist yet.",
            _ => null,
        };
        return advice is null ? null : new StoreUnavailableException($"The store '{dataFile}' is not available: {advice} ({error!.Message.TrimEnd('.')})", exception);
    }
}
