using System.Diagnostics;
using System.Text.Json;

namespace Imago.Acceptance.Tests.Serving;

/// <summary>What a program said, and how it ended.</summary>
/// <param name="Command">Its command line, for messages.</param>
/// <param name="ExitCode">How it ended.</param>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record ProgramRun(string Command, int ExitCode, string Out, string Error)
{
    private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(3);

    /// <summary>The answer as JSON; a program that failed, or answered something else, fails the test with everything it said.</summary>
    public JsonElement Json
    {
        get
        {
            MustSucceed();
            try
            {
                return JsonDocument.Parse(Out).RootElement;
            }
            catch (JsonException problem)
            {
                throw new InvalidOperationException($"{this} is not JSON.", problem);
            }
        }
    }

    /// <summary>Runs a program to its end, with nothing on its standard input.</summary>
    /// <param name="start">The program.</param>
    /// <param name="atMost">How long it may take; null: three minutes.</param>
    public static async Task<ProgramRun> Of(ProcessStartInfo start, TimeSpan? atMost = null)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.UseShellExecute = false;
        var command = $"{start.FileName} {string.Join(' ', start.ArgumentList)}";
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"'{command}' did not start.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(atMost ?? AtMost);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException problem)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{command}' had not ended after {(atMost ?? AtMost).TotalMinutes} minutes.", problem);
        }

        return new(command, process.ExitCode, await output, await error);
    }

    public ProgramRun MustSucceed() => ExitCode == 0 ? this : throw new InvalidOperationException($"{this} should have ended with 0.");

    public override string ToString() => $"'{Command}' (exit code {ExitCode}) said:\n{Out}\n{Error}\nIt";
}
