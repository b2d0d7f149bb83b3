using Microsoft.Extensions.Logging;

namespace Imago.Agent.Serving;

internal sealed partial class LoggedProgress
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Progress}")]
    private partial void LogProgress(string progress);
}
