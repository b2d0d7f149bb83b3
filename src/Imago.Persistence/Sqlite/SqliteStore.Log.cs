using Microsoft.Extensions.Logging;

namespace Imago.Persistence.Sqlite;

internal sealed partial class SqliteStore
{
    [LoggerMessage(LogLevel.Information, "Opened the store {DataFile}; schema version {From} before, {To} now")]
    private static partial void LogOpened(ILogger logger, string dataFile, long from, long to);
}
