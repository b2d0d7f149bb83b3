using Microsoft.Extensions.Logging;

namespace Imago.Server.Hosting;

internal sealed partial class RetentionWork
{
    [LoggerMessage(LogLevel.Information, "Removed {Rows} rows of history older than {Days} days.")]
    private partial void Removed(int rows, double days);

    [LoggerMessage(LogLevel.Warning, "Old history could not be removed: {Reason}")]
    private partial void NotRemoved(string reason);
}
