using Microsoft.Extensions.Logging;

namespace Imago.Kubernetes.Events;

internal sealed partial class EventTeller
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Cluster {Cluster}: event {Event} was refused: {Reason}")]
    private static partial void LogRefused(ILogger logger, string cluster, string? @event, string? reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cluster {Cluster}: event {Event} could not be told: {Reason}")]
    private static partial void LogFailed(ILogger logger, string cluster, string? @event, string reason);
}
