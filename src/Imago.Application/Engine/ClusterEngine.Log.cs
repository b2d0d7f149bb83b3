using Microsoft.Extensions.Logging;

namespace Imago.Application.Engine;

public sealed partial class ClusterEngine
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Cluster {Cluster} is deleted ({Operation})")]
    private static partial void LogDeleted(ILogger logger, string cluster, string operation);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cluster {Cluster} cannot be reached: {Reason}")]
    private static partial void LogUnreachable(ILogger logger, string cluster, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Leaving cluster {Cluster} as it is, because it cannot be reached: {Reason}")]
    private static partial void LogLeft(ILogger logger, string cluster, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Passing over cluster {Cluster} again: {Conflict} was changed meanwhile")]
    private static partial void LogConflict(ILogger logger, string cluster, string conflict);
}
