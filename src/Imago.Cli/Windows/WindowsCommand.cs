using System.CommandLine;
using Imago.Cli.Help;
using Imago.Cli.Inputs;
using Imago.Cli.Options;
using Imago.Cli.Terminals;
using NodaTime;

namespace Imago.Cli.Windows;

/// <summary><c>imago windows</c>: the next windows of maintenance configurations.</summary>
internal static class WindowsCommand
{
    public static Command Create(Terminal terminal)
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Maintenance configurations in ARM JSON: the whole resource, its 'properties', or its 'maintenanceWindow'. '-' reads standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        var from = InstantOption.Create("--from", "List windows that end after this instant [default: now].");
        var count = WholeNumberOption.Create("--count", "How many windows of each file", 5, 1, 1000);
        var output = OutputOption.Create();
        var command = new Command("windows", "List the next windows of maintenance configurations, less their blocked dates.") { files, from, count, output };
        command.SetInterruptibleAction((arguments, cancellation) => RunAsync(
            terminal,
            arguments.GetValue(files)!,
            arguments.GetValue(from) ?? Instant.FromDateTimeOffset(terminal.Clock.GetUtcNow()),
            arguments.GetValue(count),
            arguments.GetValue(output),
            cancellation));
        return command.WithExamples(
            "# the next five windows of one configuration",
            "imago windows maintenance.json",
            "# of all clusters, for a program, from New Year on",
            "imago windows clusters/*.json --from 2027-01-01 --count 10 --output json",
            "# of what is configured in Azure now",
            "az aks maintenanceconfiguration show -g group --cluster-name prod -n aksManagedNodeOSUpgradeSchedule | imago windows -");
    }

    private static async Task<int> RunAsync(Terminal terminal, string[] files, Instant from, int count, OutputFormat output, CancellationToken cancellation)
    {
        var exitCode = ExitCode.Ok;
        foreach (var file in files)
        {
            var (configuration, problems) = await MaintenanceFile.ReadAsync(file, terminal, from, cancellation);
            var answer = new WindowsAnswer(file, configuration, configuration is null ? [] : [.. configuration.Times.EndingAfter(from).Take(count)], problems);
            if (configuration is null)
            {
                exitCode = ExitCode.Failed;
            }

            if (output == OutputFormat.Json)
            {
                await terminal.Out.WriteLineAsync(WindowsJson.Line(answer));
            }
            else
            {
                WindowsTable.Write(terminal, answer, from);
            }
        }

        return exitCode;
    }
}
