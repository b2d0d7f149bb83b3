using Microsoft.Extensions.Logging;

namespace Imago.Application.Engine;

public sealed partial class ReleaseWatch
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Releases of {Families} have changed; waking {Clusters} clusters")]
    private static partial void LogWoken(ILogger logger, int clusters, string families);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The store does not answer; looking for releases again in {Wait}")]
    private static partial void LogOutage(ILogger logger, TimeSpan wait, Exception failure);
}
