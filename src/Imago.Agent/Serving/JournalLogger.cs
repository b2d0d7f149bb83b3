using Microsoft.Extensions.Logging;

namespace Imago.Agent.Serving;

/// <summary>Writes log lines as systemd's journal reads them: a priority in angle brackets, then the text. On a terminal, and in a pod, the text alone.</summary>
internal sealed class JournalLogger(TextWriter output, bool toJournal) : ILogger
{
    private readonly Lock _lock = new();

    /// <inheritdoc />
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc />
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information && logLevel != LogLevel.None;

    /// <inheritdoc />
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var priority = logLevel switch { LogLevel.Critical => 2, LogLevel.Error => 3, LogLevel.Warning => 4, _ => 6 };

        // One event is one line, or the second half of it would lose its priority.
        var text = formatter(state, exception).ReplaceLineEndings(" ");
        lock (_lock)
        {
            output.WriteLine(toJournal ? $"<{priority}>{text}" : text);
            output.Flush();
        }
    }
}
