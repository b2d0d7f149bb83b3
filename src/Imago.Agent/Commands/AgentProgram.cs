using System.CommandLine;

namespace Imago.Agent.Commands;

/// <summary>The agent's own small program.</summary>
public static class AgentProgram
{
    // An installation under way ends by itself when the service is stopped; that takes longer than the two seconds that are the default, and less than TimeoutStopSec of the unit.
    private static readonly TimeSpan EndsWithin = TimeSpan.FromMinutes(29);

    /// <summary>Runs one command.</summary>
    /// <returns>Its exit code.</returns>
    public static async Task<int> RunAsync(string[] args, AgentConsole console)
    {
        ArgumentNullException.ThrowIfNull(console);
        var parsed = AgentCommands.CreateRoot(console).Parse(args);
        foreach (var error in parsed.Errors)
        {
            await console.Error.WriteLineAsync($"imago agent: {error.Message}");
        }

        return parsed.Errors.Count > 0
            ? AgentExitCode.Usage
            : await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = EndsWithin, Output = console.Out, Error = console.Error });
    }
}
