namespace Imago.Agent.Commands;

/// <summary>Where the agent's commands say things, and what they may read: injected, so that tests run whole commands in process.</summary>
/// <param name="Out">Answers.</param>
/// <param name="Error">Messages, and how far long work is.</param>
/// <param name="Clock">The one clock.</param>
/// <param name="Environment">Reads variables of the environment.</param>
public sealed record AgentConsole(TextWriter Out, TextWriter Error, TimeProvider Clock, Func<string, string?> Environment)
{
    /// <summary>The console of this process.</summary>
    public static AgentConsole OfProcess() => new(System.Console.Out, System.Console.Error, TimeProvider.System, System.Environment.GetEnvironmentVariable);
}
