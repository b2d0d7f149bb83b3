using Microsoft.Extensions.Logging;

namespace Imago.Application.Catalog;

public sealed partial class RunningCatalog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Release feed {Feed} is read: {Count} releases")]
    private static partial void LogRead(ILogger logger, string feed, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Release feed {Feed} is not used; what it said before goes on to count: {Problems}")]
    private static partial void LogRefused(ILogger logger, string feed, string problems);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Published release {Release} cannot be read and is left out")]
    private static partial void LogUnreadable(ILogger logger, string release);
}
