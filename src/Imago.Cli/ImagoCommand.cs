using System.CommandLine;
using Imago.Application.Ports;
using Imago.Cli.Demo;
using Imago.Cli.Explain;
using Imago.Cli.Forecasts;
using Imago.Cli.Help;
using Imago.Cli.Images;
using Imago.Cli.Terminals;
using Imago.Cli.Windows;

namespace Imago.Cli;

/// <summary>The <c>imago</c> command line: its commands, and how errors become messages and exit codes.</summary>
public static class ImagoCommand
{
    public static async Task<int> RunAsync(string[] args, Terminal terminal)
    {
        var result = Create(terminal).Parse(args);
        if (result.Errors.Count > 0)
        {
            foreach (var error in result.Errors)
            {
                await terminal.Error.WriteLineAsync($"imago: {error.Message}");
            }

            await terminal.Error.WriteLineAsync($"Try '{CommandPath.Of(result.CommandResult)} --help'.");
            return ExitCode.Usage;
        }

        try
        {
            return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = terminal.Out, Error = terminal.Error });
        }
        catch (InputException problem)
        {
            await terminal.Error.WriteLineAsync($"imago: {problem.Message}");
            return ExitCode.Failed;
        }
        catch (ConnectionException problem)
        {
            await terminal.Error.WriteLineAsync($"imago: {problem.Message}");
            return ExitCode.Failed;
        }
        catch (IOException problem)
        {
            await terminal.Error.WriteLineAsync($"imago: {problem.Message}");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Canceled;
        }
    }

    private static RootCommand Create(Terminal terminal)
    {
        var root = new RootCommand(
            "Imago keeps the operating systems of Kubernetes nodes patched: one surge at a time, never outside the maintenance window, never against a disruption budget.");
        root.Add(DemoCommand.Create(terminal));
        root.Add(ForecastCommand.Create(terminal));
        root.Add(ExplainCommand.Create(terminal));
        root.Add(WindowsCommand.Create(terminal));
        root.Add(ImagesCommand.Create(terminal));
        Examples.Enable(root, terminal);
        return root;
    }
}
