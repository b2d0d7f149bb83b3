using Imago.NodeOs;
using Microsoft.Extensions.Logging;

namespace Imago.Agent.Serving;

/// <summary>Writes how far a long step is to the log.</summary>
internal sealed partial class LoggedProgress(ILogger log) : IPatchProgress
{
    /// <inheritdoc />
    public void Report(string text) => LogProgress(text);
}
