using System.Diagnostics;
using System.Globalization;
using Imago.Persistence.Crash;

namespace Imago.Persistence.Tests.Crashes;

/// <summary>The program that writes under load, and what it said was acknowledged.</summary>
internal sealed class KilledProgram : IDisposable
{
    public const int Writers = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly Task<string> errors;

    private KilledProgram(Process process)
    {
        this.process = process;
        errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>The highest number acknowledged to each writer.</summary>
    public Dictionary<int, long> Acknowledged { get; } = [];

    public static KilledProgram Start(StoreOptions options) => new(Process.Start(new ProcessStartInfo(
        Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) is "dotnet" ? host : "dotnet",
        [typeof(Load).Assembly.Location, options.Provider.ToString(), options.DataFile ?? options.ConnectionString!, Writers.ToString(CultureInfo.InvariantCulture)])
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!);

    /// <summary>Waits until it has heard of so many batches.</summary>
    public async Task RunAsync(int batches)
    {
        using var patience = new CancellationTokenSource(Patience);
        for (var i = 0; i < batches; i++)
        {
            if (await process.StandardOutput.ReadLineAsync(patience.Token) is not { } line)
            {
                throw new InvalidOperationException($"The program ended by itself: {await errors}");
            }

            Note(line);
        }
    }

    /// <summary>SIGKILL: no handler runs and no buffer is flushed.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await DrainAsync();
    }

    /// <summary>Waits for its end, and hears what it had still said.</summary>
    public async Task DrainAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            Note(line);
        }

        await process.WaitForExitAsync(patience.Token);
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.Dispose();
    }

    private void Note(string line)
    {
        var words = line.Split(' ');
        if (words.Length == 2 && int.TryParse(words[0], out var writer) && long.TryParse(words[1], out var number))
        {
            Acknowledged[writer] = number;
        }
    }
}
