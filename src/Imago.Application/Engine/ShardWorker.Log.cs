using Microsoft.Extensions.Logging;

namespace Imago.Application.Engine;

public sealed partial class ShardWorker
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Running shard {Shard}")]
    private static partial void LogBegun(ILogger logger, int shard);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Stopped running shard {Shard}")]
    private static partial void LogEnded(ILogger logger, int shard);

    [LoggerMessage(Level = LogLevel.Error, Message = "Passing over cluster {Cluster} failed {Failures} times in a row; trying again in {Wait}")]
    private static partial void LogFailed(ILogger logger, string cluster, int failures, TimeSpan wait, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The store does not answer; shard {Shard} waits {Wait}")]
    private static partial void LogOutage(ILogger logger, int shard, TimeSpan wait, Exception failure);
}
