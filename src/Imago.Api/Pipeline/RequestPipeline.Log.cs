using Microsoft.Extensions.Logging;

namespace Imago.Api.Pipeline;

internal sealed partial class RequestPipeline
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Answering 500 to request with correlation id {CorrelationId}")]
    private static partial void LogUnhandled(ILogger logger, string correlationId, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Answering 503 to request with correlation id {CorrelationId}: the store is unavailable")]
    private static partial void LogUnavailable(ILogger logger, string correlationId, Exception error);
}
