using System.Diagnostics;

namespace Imago.NodeOs.Rig.Programs;

/// <summary>Runs programs of the host.</summary>
public static class HostProgram
{
    private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(5);

    /// <summary>Whether a program is there. Programs for root lie where the PATH of others does not lead.</summary>
    public static bool Exists(string name) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':', StringSplitOptions.RemoveEmptyEntries).Any(folder => File.Exists(Path.Join(folder, name)));

    /// <summary>Runs a program to its end.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="input">What it reads; null: nothing.</param>
    /// <param name="atMost">How long it may take; null: five minutes.</param>
    /// <param name="cancellation">Ends it and all that it began.</param>
    public static Task<ProgramRun> RunAsync(IEnumerable<string> command, byte[]? input = null, TimeSpan? atMost = null, CancellationToken cancellation = default) =>
        RunAsync(Start(command), input, atMost, cancellation);

    /// <summary>The same for a program with an environment of its own.</summary>
    public static async Task<ProgramRun> RunAsync(ProcessStartInfo start, byte[]? input = null, TimeSpan? atMost = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        var command = $"{start.FileName} {string.Join(' ', start.ArgumentList)}";
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"'{command}' did not start.");
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(atMost ?? AtMost);
        try
        {
            await FeedAsync(process, input);
            await process.WaitForExitAsync(patience.Token);
            return new(command, process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException problem) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"'{command}' had not ended after {atMost ?? AtMost}.", problem);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>How a program is started here: nothing shared with the terminal.</summary>
    internal static ProcessStartInfo Start(IEnumerable<string> command)
    {
        var words = command.ToList();
        var start = new ProcessStartInfo(words[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        words.Skip(1).ToList().ForEach(start.ArgumentList.Add);
        return start;
    }

    private static async Task FeedAsync(Process process, byte[]? input)
    {
        try
        {
            if (input is not null)
            {
                await process.StandardInput.BaseStream.WriteAsync(input);
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; how it ended says more than this.
        }
    }
}
