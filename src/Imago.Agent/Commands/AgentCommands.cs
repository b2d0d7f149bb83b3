using System.CommandLine;
using Imago.Agent.Settings;
using Imago.NodeOs;

namespace Imago.Agent.Commands;

/// <summary>The commands of the agent: <c>imago agent …</c> in Imago's command line, and the same without <c>agent</c> in the agent's own small program.</summary>
public static class AgentCommands
{
    /// <summary>The group, for Imago's command line.</summary>
    public static Command Create(AgentConsole console)
    {
        var group = new Command("agent", "Keeps the operating system of this machine at a level: by hand, or as the service of a node.");
        Fill(group, console);
        return group;
    }

    /// <summary>The commands of the agent's own program.</summary>
    public static RootCommand CreateRoot(AgentConsole console)
    {
        var root = new RootCommand("Keeps the operating system of this machine at a level: by hand, or as the service of a node.");
        Fill(root, console);
        return root;
    }

    private static void Fill(Command group, AgentConsole console)
    {
        group.Add(AgentRunCommand.Create(console));
        group.Add(AgentPlanCommand.Create(console));
        group.Add(AgentApplyCommand.Create(console));
        group.Add(AgentStatusCommand.Create(console));
    }

    /// <summary>Sets the action of a command: what is expected to go wrong becomes a message and an exit code.</summary>
    internal static void Does(this Command command, AgentConsole console, Func<ParseResult, CancellationToken, Task<int>> action) => command.SetAction(async (parsed, cancellation) =>
    {
        // Ctrl-C is listened to from here on.
        await Task.Yield();
        try
        {
            return await action(parsed, cancellation);
        }
        catch (SettingsException problem)
        {
            foreach (var line in problem.Message.Split('\n'))
            {
                await console.Error.WriteLineAsync($"imago agent: {line}");
            }

            return AgentExitCode.Usage;
        }
        catch (NodeOsException problem)
        {
            await console.Error.WriteLineAsync($"imago agent: {problem.Reason}: {Deciding.AgentReason.Message(problem.Reason.ToString(), problem.Message)}");
            return AgentExitCode.Failed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return AgentExitCode.Canceled;
        }
    });
}
