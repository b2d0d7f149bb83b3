using Microsoft.Extensions.Logging;

namespace Imago.Api.Authorization;

internal sealed partial class Gate
{
    [LoggerMessage(LogLevel.Information, "Refusing {Caller} the action {Action} over {Scope}: no role allows it.")]
    private partial void Refusing(string caller, string action, string scope);

    [LoggerMessage(LogLevel.Information, "Audit: {Method} {Path} by {Caller} answered {Status}; correlation {CorrelationId}, from {Address}.")]
    private partial void Wrote(string method, string path, string caller, int status, string correlationId, string address);
}
