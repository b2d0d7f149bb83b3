using System.CommandLine;
using Imago.Cli.Help;
using Imago.Cli.Options;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;
using NodaTime;

namespace Imago.Cli.Apply;

/// <summary><c>imago apply</c>: brings the server to where a file wants it, and does nothing where it is there already.</summary>
internal static class ApplyCommand
{
    public static Command Create(Terminal terminal)
    {
        var files = new Option<string[]>("--file", "-f")
        {
            Description = "ARM documents in YAML or JSON, one or several: a file, a folder of them, or '-' for standard input.", HelpName = "FILE", Required = true, Arity = ArgumentArity.OneOrMore,
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what differs and write nothing." };
        return new RemoteCommand(terminal, "apply", "Bring groups, clusters, pools and maintenance configurations to where files want them.").Takes(files, dryRun)
            .Does(async (session, parsed) =>
            {
                var documents = await DesiredFile.ReadAsync(parsed.GetValue(files)!, terminal, session.Cancellation);
                var reader = new DesiredReader(session.SubscriptionOrNone, session.GroupOrAll, Instant.FromDateTimeOffset(terminal.Clock.GetUtcNow()));
                var resources = reader.Read(documents);
                RefuseIf(reader.Problems, resources.Count);

                var run = new ApplyRun(session);
                var (plan, problems) = await run.PlanAsync(resources);
                RefuseIf(problems, resources.Count);
                await CarryOutAsync(session, run, plan, parsed.GetValue(dryRun));
            })
            .WithExamples(
                "# what would change",
                "imago apply -f shop.yaml --dry-run",
                "# change it; a second time nothing is to be done",
                "imago apply -f shop.yaml",
                "# everything in a folder, for a pipeline",
                "imago apply -f clusters --output json");
    }

    private static async Task CarryOutAsync(Session session, ApplyRun run, List<PlannedChange> plan, bool dryRun)
    {
        if (session.Output == OutputFormat.Table)
        {
            ApplyReport.Plan(session.Terminal, plan);
        }

        var done = dryRun ? plan : await run.WriteAsync(plan);
        if (session.Output == OutputFormat.Json)
        {
            await session.Terminal.Out.WriteLineAsync(ApplyReport.Json(done, dryRun));
        }
        else if (!dryRun)
        {
            await ApplyReport.EndAsync(session.Terminal, done);
        }

        if (done.Exists(d => d.Outcome is Outcome.Failed or Outcome.Skipped))
        {
            throw new ArmException($"{CountText.Of(done.Count(d => d.Outcome == Outcome.Failed), "resource")} could not be applied.");
        }
    }

    // All at once, and before anything is written.
    private static void RefuseIf(List<string> problems, int resources)
    {
        if (problems.Count > 0)
        {
            throw new InputException($"Nothing was written. {CountText.Of(problems.Count, "problem")}:{string.Concat(problems.Select(p => $"{Environment.NewLine}  {p}"))}");
        }

        if (resources == 0)
        {
            throw new InputException("There is no document in what was given.");
        }
    }
}
