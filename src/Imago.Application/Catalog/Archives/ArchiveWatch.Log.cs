using Microsoft.Extensions.Logging;

namespace Imago.Application.Catalog.Archives;

public sealed partial class ArchiveWatch
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Archive {Archive}: publishing {Release}; changed: {Changed}")]
    private static partial void LogPublishing(ILogger logger, string archive, string release, string changed);

    [LoggerMessage(Level = LogLevel.Information, Message = "Archive {Archive}: {Release} follows a new edition with the same packages")]
    private static partial void LogFollowing(ILogger logger, string archive, string release);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Archive {Archive}: {Waiting}")]
    private static partial void LogWaiting(ILogger logger, string archive, string waiting);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Archive {Archive} cannot be used ({Problem}); what was published goes on to count. Next look in {Wait}. {Reason}")]
    private static partial void LogProblem(ILogger logger, string archive, ArchiveProblem problem, TimeSpan wait, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Archive {Archive}: the store does not answer; next look in {Wait}")]
    private static partial void LogOutage(ILogger logger, string archive, TimeSpan wait, Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "Archive {Archive}: a look failed in an unexpected way; next look in {Wait}")]
    private static partial void LogFailure(ILogger logger, string archive, TimeSpan wait, Exception failure);
}
