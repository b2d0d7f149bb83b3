using Microsoft.Extensions.Logging;

namespace Imago.Persistence.Postgres;

internal sealed partial class PostgresStore
{
    [LoggerMessage(LogLevel.Information, "Opened the store {Place}; schema version {From} before, {To} now")]
    private static partial void LogOpened(ILogger logger, string place, long from, long to);

    [LoggerMessage(LogLevel.Warning, "The PostgreSQL server of the store {Place} does not flush commits (fsync, synchronous_commit or full_page_writes is off): what was acknowledged can be lost when it crashes")]
    private static partial void LogNotDurable(ILogger logger, string place);

    [LoggerMessage(LogLevel.Debug, "Running a transaction again after attempt {Attempt}: it lost to another one ({SqlState})")]
    private static partial void LogRunningAgain(ILogger logger, int attempt, string sqlState);
}
