using System.Diagnostics;

namespace Imago.Bench.Kubernetes;

/// <summary>This program once more, as the other side of a bench. It ends with its standard input.</summary>
internal sealed class OwnProcess : IAsyncDisposable
{
    private readonly Process _process;

    private OwnProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public static OwnProcess Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        return new OwnProcess(Process.Start(start)!);
    }

    /// <summary>The next line that it prints.</summary>
    public async Task<string> ReadAsync() => await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The other process ended; what it printed says why.");

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
