using System.Diagnostics;

namespace Imago.Cli.Tests.Kit;

/// <summary>The program itself, in a process of its own.</summary>
internal static class ProcessRun
{
    public static Process Start(params string[] args)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "imago"), args) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };

        // The program looks for its runtime in fixed places; this one is where the runtime of the tests was found.
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));
        return Process.Start(start)!;
    }

    public static async Task<CommandRun> ToEndAsync(params string[] args)
    {
        using var process = Start(args);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }
}
