using System.CommandLine;
using System.CommandLine.Invocation;
using Imago.Application.Ports;
using Imago.Cli.Activities;
using Imago.Cli.Agents;
using Imago.Cli.Apply;
using Imago.Cli.Clusters;
using Imago.Cli.Demo;
using Imago.Cli.Explain;
using Imago.Cli.Forecasts;
using Imago.Cli.Groups;
using Imago.Cli.Help;
using Imago.Cli.Images;
using Imago.Cli.Login;
using Imago.Cli.Maintenance;
using Imago.Cli.Pools;
using Imago.Cli.Principals;
using Imago.Cli.Providers;
using Imago.Cli.Releases;
using Imago.Cli.Remote;
using Imago.Cli.Roles;
using Imago.Cli.Rollouts;
using Imago.Cli.Serving;
using Imago.Cli.Terminals;
using Imago.Cli.Windows;

namespace Imago.Cli;

/// <summary>The <c>imago</c> command line: its commands, and how errors become messages and exit codes.</summary>
public static class ImagoCommand
{
    public static async Task<int> RunAsync(string[] args, Terminal terminal)
    {
        ParseResult result;
        try
        {
            result = Create(terminal).Parse(args);
        }
        catch (Exception bug)
        {
            return await ReportAsync(terminal, bug);
        }

        if (result.Errors.Count > 0)
        {
            return await MisusedAsync(result, [.. result.Errors.Select(e => e.Message), .. await Suggestions(result)], terminal);
        }

        try
        {
            return await result.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                Output = terminal.Out,
                Error = terminal.Error,

                // After Ctrl-C there is a trace to be closed on a whole line; on a busy machine that takes longer than the two seconds that are the default.
                ProcessTerminationTimeout = TimeSpan.FromSeconds(15),
            });
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Canceled;
        }
        catch (UsageException problem)
        {
            return await MisusedAsync(result, problem.Message.Split('\n'), terminal);
        }
        catch (Exception problem) when (problem is InputException or ArmException or ConnectionException or IOException)
        {
            return await SayAsync(terminal, problem.Message, ExitCode.Failed);
        }
        catch (OutOfMemoryException)
        {
            return await SayAsync(terminal, "There is not enough memory for this. Use a machine with more, or a smaller cluster dump.", ExitCode.Failed);
        }
        catch (Exception bug)
        {
            return await ReportAsync(terminal, bug);
        }
    }

    // Nobody is helped by a stack trace on the terminal; type and place are what a report needs first.
    private static Task<int> ReportAsync(Terminal terminal, Exception bug) => SayAsync(
        terminal,
        $"This is a bug in Imago: {bug.GetType().Name} in {bug.TargetSite?.DeclaringType?.Name}.{bug.TargetSite?.Name}: {bug.Message.TrimEnd('.')}. Please report this line with the command line and, if you may, the input.",
        ExitCode.Internal);

    internal static RootCommand Create(Terminal terminal)
    {
        var root = new RootCommand(
            "Imago keeps the operating systems of Kubernetes nodes patched: one surge at a time, never outside the maintenance window, never against a disruption budget.");
        root.Add(DemoCommand.Create(terminal));
        root.Add(ServerCommand.Create(terminal));
        root.Add(AzSetupCommand.Create(terminal));
        root.Add(ForecastCommand.Create(terminal));
        root.Add(ExplainCommand.Create(terminal));
        root.Add(WindowsCommand.Create(terminal));
        root.Add(ImagesCommand.Create(terminal));
        root.Add(LoginCommand.Create(terminal));
        root.Add(LogoutCommand.Create(terminal));
        root.Add(GroupCommands.Create(terminal));
        root.Add(ClusterCommands.Create(terminal));
        root.Add(PoolCommands.Create(terminal));
        root.Add(MaintenanceCommands.Create(terminal));
        root.Add(RolloutCommands.Create(terminal));
        root.Add(ReleaseCommands.Create(terminal));
        root.Add(ProviderCommands.Create(terminal));
        root.Add(ActivityCommands.Create(terminal));
        root.Add(PrincipalCommands.Create(terminal));
        root.Add(RoleCommands.Create(terminal));
        root.Add(ApplyCommand.Create(terminal));
        root.Add(AgentGroup.Create(terminal));
        root.WithExamples(
            "# a node OS upgrade to watch, in two minutes",
            "imago demo",
            "# what an upgrade would do to a cluster of yours",
            "imago forecast --cluster cluster.json");
        Examples.Enable(root, terminal);
        return root;
    }

    private static async Task<int> MisusedAsync(ParseResult result, IEnumerable<string> complaints, Terminal terminal)
    {
        foreach (var complaint in complaints)
        {
            await terminal.Error.WriteLineAsync($"imago: {complaint}");
        }

        await terminal.Error.WriteLineAsync($"Try '{CommandPath.Of(result.CommandResult)} --help'.");
        return ExitCode.Usage;
    }

    // System.CommandLine knows what a mistyped word may have been, but says it between its own messages and the whole help.
    private static async Task<IEnumerable<string>> Suggestions(ParseResult result)
    {
        if (result.Action is not ParseErrorAction action)
        {
            return [];
        }

        action.ShowHelp = false;
        await using var said = new StringWriter();
        await result.InvokeAsync(new InvocationConfiguration { Output = said, Error = TextWriter.Null });
        return said.ToString().ReplaceLineEndings("\n").Replace("?\n", "? ", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static async Task<int> SayAsync(Terminal terminal, string message, int exitCode)
    {
        try
        {
            await terminal.Error.WriteLineAsync($"imago: {message}");
        }
        catch (IOException)
        {
            // Nobody reads it any more; the exit code is what is left to say.
        }

        return exitCode;
    }
}
