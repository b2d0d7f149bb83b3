using Imago.NodeOs;

namespace Imago.Agent.Commands;

/// <summary>Writes how far long work is, line by line, where answers do not go.</summary>
internal sealed class ConsoleProgress(TextWriter output) : IPatchProgress
{
    /// <inheritdoc />
    public void Report(string text) => output.WriteLine(text);
}
