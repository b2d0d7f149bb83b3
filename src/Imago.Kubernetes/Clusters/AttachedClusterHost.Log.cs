using Microsoft.Extensions.Logging;

namespace Imago.Kubernetes.Clusters;

public sealed partial class AttachedClusterHost
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Removing everything of ours from cluster {Cluster}")]
    private static partial void LogForgetting(ILogger logger, string cluster);

    [LoggerMessage(Level = LogLevel.Information, Message = "The attachment of cluster {Cluster} has changed; connecting anew")]
    private static partial void LogChanged(ILogger logger, string cluster);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Nobody uses cluster {Cluster}; its watches end")]
    private static partial void LogPutAway(ILogger logger, string cluster);
}
