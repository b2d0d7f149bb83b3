using Microsoft.Extensions.Logging;

namespace Imago.Api.Activities;

internal sealed partial class WriteAudit
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Losing the activity of a write with correlation id {CorrelationId}: the store is unavailable")]
    private static partial void LogLost(ILogger logger, string correlationId, Exception error);
}
