using Imago.Application.Catalog.Archives;
using Microsoft.Extensions.Logging;

namespace Imago.Application.Catalog.Feeds;

public sealed partial class PolledFeed
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Release feed {Feed} cannot be used ({Problem}); what it said before goes on to count. Next look in {Wait}. {Reason}")]
    private static partial void LogProblem(ILogger logger, Uri feed, ArchiveProblem problem, TimeSpan wait, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Release feed {Feed}: a look failed in an unexpected way; next look in {Wait}")]
    private static partial void LogFailure(ILogger logger, Uri feed, TimeSpan wait, Exception failure);
}
