using Microsoft.Extensions.Logging;

namespace Imago.Application.Catalog.Feeds;

public sealed partial class FeedFile
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Release feed {Feed} does not exist; what it said before goes on to count")]
    private static partial void LogAbsent(ILogger logger, string feed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Release feed {Feed} cannot be read; what it said before goes on to count: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, string feed, string reason);
}
