using System.CommandLine;
using System.Text.Json.Nodes;
using Imago.Cli.Help;
using Imago.Cli.Options;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Rollouts;

/// <summary><c>imago rollout list</c> and <c>show</c>.</summary>
internal static class RolloutReading
{
    public static Command List(Terminal terminal)
    {
        var cluster = RemoteOptions.Cluster();
        return new RemoteCommand(terminal, "list", "List the rollouts of a cluster, newest first.").Takes(cluster)
            .Does(async (session, parsed) => await session.ListAsync(
                RolloutText.PathOf(session, parsed.GetValue(cluster)!),
                "The cluster has had no rollout. 'imago explain' says what its nodes wait for.",
                rollouts =>
                {
                    var table = new TextTable(new("started (UTC)"), new("ended", IsOptional: true), new("pool"), new("phase"), new("nodes"), new("trigger", IsOptional: true), new("rollout"));
                    foreach (var rollout in rollouts.OrderByDescending(r => r.Moment("properties.startedAt")))
                    {
                        table.Add(
                            TimeText.ToMinute(rollout.Moment("properties.startedAt")), TimeText.ToMinute(rollout.Moment("properties.endedAt")), rollout.Text("properties.pool") ?? "",
                            rollout.Text("properties.phase") ?? "", RolloutText.Progress(rollout), rollout.Text("properties.trigger") ?? "", RolloutText.IdOf(rollout));
                    }

                    return table;
                }))
            .WithExamples("imago rollout list --cluster shop -g rg-shop", "imago rollout list --cluster shop -g rg-shop --output json");
    }

    public static Command Show(Terminal terminal)
    {
        var (id, cluster) = (RolloutArgument.Create(), RemoteOptions.Cluster());
        var decisions = new Option<bool>("--decisions") { Description = "With every decision of it and the reasons." };
        return new RemoteCommand(terminal, "show", "Show a rollout, with --decisions everything that was decided in it.").Takes(id, cluster, decisions)
            .Does(async (session, parsed) =>
            {
                var path = $"{Paths.Extension(session.ClusterPath(parsed.GetValue(cluster)!))}/rollouts/{Uri.EscapeDataString(parsed.GetValue(id)!)}";
                if (parsed.GetValue(decisions) && session.Output == OutputFormat.Json)
                {
                    await session.AnswerAsync(await session.Client.ListAsync($"{path}/decisions".With(ApiVersions.Imago), session.Cancellation), _ => { });
                    return;
                }

                await session.AnswerAsync((await session.Client.GetAsync(path.With(ApiVersions.Imago), session.Cancellation)).Body, rollout => RolloutText.Write(terminal, rollout));
                if (parsed.GetValue(decisions))
                {
                    terminal.Out.WriteLine();
                    Tell(terminal, await session.Client.ListAsync($"{path}/decisions".With(ApiVersions.Imago), session.Cancellation));
                }
            })
            .WithExamples(
                "imago rollout show 0f0f0f0f-0000-4000-8000-000000000001 --cluster shop -g rg-shop",
                "imago rollout show 0f0f0f0f-0000-4000-8000-000000000001 --cluster shop -g rg-shop --decisions");
    }

    private static void Tell(Terminal terminal, JsonObject decisions)
    {
        foreach (var decision in decisions.Objects("value"))
        {
            terminal.Out.WriteLine($"{decision.Text("number")}  {(decision.Moment("at") is { } at ? TimeText.ToSecond(at) : decision.Text("at"))}");
            foreach (var (lead, said) in Parts(decision))
            {
                terminal.WriteProse(said, lead);
            }
        }
    }

    private static IEnumerable<(string Lead, string Said)> Parts(JsonObject decision)
    {
        if (decision.Text("start") is { } pool)
        {
            yield return ("    notes  ", $"The rollout of pool '{pool}' begins.");
        }
        else if (decision.Text("record.phase") is { } phase)
        {
            yield return ("    notes  ", $"It is {phase} now.");
        }

        foreach (var action in decision.Objects("actions"))
        {
            yield return ("    does   ", action.Text("says") ?? action.ToJsonString());
        }

        foreach (var hold in decision.Objects("holds"))
        {
            yield return ("    waits  ", $"{hold.Text("code")}: {hold.Text("message")}");
        }

        // Something was found to be as it was to become: no step is due, but the next one may be taken later.
        if (decision.Text("start") is null && decision.Text("record.phase") is null && !decision.Objects("actions").Any() && !decision.Objects("holds").Any())
        {
            yield return ("    notes  ", "A step has ended; nothing is to be done now.");
        }
    }
}
