using System.Globalization;
using System.Text;
using Imago.Application.Storage;

namespace Imago.Persistence.Sqlite;

/// <summary>
/// Keeps a data file to one process. SQLite itself would let several write, but one process combines its commits and knows every nudge; the lock is the operating
/// system's and ends with the process, however it ends.
/// </summary>
internal sealed class DataFileLock : IDisposable
{
    private readonly FileStream file;

    private DataFileLock(FileStream file) => this.file = file;

    /// <summary>Takes the lock, or throws at once.</summary>
    /// <exception cref="StoreRefusedException">Another process has it.</exception>
    public static DataFileLock Take(string dataFile)
    {
        var path = $"{dataFile}.lock";
        try
        {
            var taken = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            taken.SetLength(0);
            taken.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")));
            taken.Flush();
            return new(taken);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new StoreUnavailableException($"The store '{dataFile}' cannot be opened: '{path}' may not be written. Give this user the right to write in its folder.", exception);
        }
        catch (IOException exception) when (IsHeld(exception))
        {
            throw new StoreRefusedException(
                $"The store '{dataFile}' is in use by another process that holds '{path}'. Stop that server, or give this one another data file; several servers can share one PostgreSQL database.",
                exception);
        }
        catch (IOException exception)
        {
            throw new StoreUnavailableException($"The store '{dataFile}' cannot be opened: '{path}': {exception.Message}", exception);
        }
    }

    public void Dispose() => file.Dispose();

    // EWOULDBLOCK on Linux and macOS (11, 35), a sharing violation on Windows.
    private static bool IsHeld(IOException exception) => exception.HResult is 11 or 35 or unchecked((int)0x80070020);
}
