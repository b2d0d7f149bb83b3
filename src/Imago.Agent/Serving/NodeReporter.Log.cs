using Microsoft.Extensions.Logging;

namespace Imago.Agent.Serving;

internal sealed partial class NodeReporter
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node} could not be told how its machine is: {Problem}. It is tried again.")]
    private partial void LogNotWritten(string node, string problem);
}
