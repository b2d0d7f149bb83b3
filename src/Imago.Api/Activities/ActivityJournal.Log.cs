using Microsoft.Extensions.Logging;

namespace Imago.Api.Activities;

internal sealed partial class ActivityJournal
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Losing the note of a refused write with correlation id {CorrelationId}: the store is unavailable")]
    private static partial void LogLost(ILogger logger, string correlationId, Exception error);
}
