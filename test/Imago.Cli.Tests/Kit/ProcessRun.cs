using System.Diagnostics;

namespace Imago.Cli.Tests.Kit;

/// <summary>The program itself, in a process of its own.</summary>
internal static class ProcessRun
{
    public static Process Start(params string[] args) => In(new Dictionary<string, string>(StringComparer.Ordinal), args);

    /// <summary>With variables beside those of this process.</summary>
    public static Process In(IReadOnlyDictionary<string, string> environment, params string[] args)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "imago"), args) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };

        // The program looks for its runtime in fixed places; this one is where the runtime of the tests was found.
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));
        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        return Process.Start(start)!;
    }

    public static Task<CommandRun> ToEndAsync(params string[] args) => ToEndAsync(new Dictionary<string, string>(StringComparer.Ordinal), args);

    /// <summary>With variables beside those of this process.</summary>
    public static async Task<CommandRun> ToEndAsync(IReadOnlyDictionary<string, string> environment, params string[] args)
    {
        using var process = In(environment, args);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }
}
