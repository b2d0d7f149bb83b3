using System.CommandLine;
using System.Text.Json.Nodes;
using Imago.Cli.Help;
using Imago.Cli.Json;
using Imago.Cli.Options;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Rollouts;

/// <summary><c>imago rollout watch</c>: rollouts as they go on, until they have ended.</summary>
internal static class RolloutWatch
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static Command Create(Terminal terminal)
    {
        var id = new Argument<string?>("ROLLOUT") { Description = "Id of one rollout [default: all that are under way].", Arity = ArgumentArity.ZeroOrOne };
        var cluster = RemoteOptions.Cluster();
        var wait = new Option<bool>("--wait") { Description = "Wait for one to begin if none is under way." };
        return new RemoteCommand(terminal, "watch", "Watch rollouts until they have ended. Exit code 1 if one of them failed.").Takes(id, cluster, wait)
            .Does(async (session, parsed) =>
            {
                var watched = await FirstAsync(session, parsed.GetValue(cluster)!, parsed.GetValue(id), parsed.GetValue(wait));
                if (watched.Count == 0)
                {
                    await session.SayAsync($"No rollout of '{parsed.GetValue(cluster)}' is under way. Wait for one with --wait; 'imago explain {parsed.GetValue(cluster)} -g {session.Group}' says what its nodes wait for.");
                    return;
                }

                var ended = await WatchAsync(session, parsed.GetValue(cluster)!, watched);
                if (ended.Find(r => !IsGood(r)) is { } failed)
                {
                    throw new ArmException($"Rollout '{RolloutText.IdOf(failed)}' of pool '{failed.Text("properties.pool")}' ended as {failed.Text("properties.phase")}{(RolloutText.Fault(failed) is { } why ? $": {why}" : ".")}");
                }
            })
            .WithExamples(
                "imago rollout watch --cluster shop -g rg-shop",
                "# from before the window opens",
                "imago rollout watch --cluster shop -g rg-shop --wait");
    }

    private static async Task<List<JsonNode>> FirstAsync(Session session, string cluster, string? id, bool wait)
    {
        if (id is not null)
        {
            return [(await session.Client.GetAsync(RolloutText.PathOf(session, cluster, id), session.Cancellation)).Body!];
        }

        while (true)
        {
            var underWay = (await session.Client.ListAsync(RolloutText.PathOf(session, cluster), session.Cancellation)).Objects("value").Where(r => !RolloutText.HasEnded(r)).ToList<JsonNode>();
            if (underWay.Count > 0 || !wait)
            {
                return underWay;
            }

            await Task.Delay(Pause, session.Terminal.Clock, session.Cancellation);
        }
    }

    private static async Task<List<JsonNode>> WatchAsync(Session session, string cluster, List<JsonNode> rollouts)
    {
        var ids = rollouts.ConvertAll(RolloutText.IdOf);
        if (session.Output == OutputFormat.Table && session.Terminal.IsInteractive)
        {
            return await RolloutPicture.ShowAsync(session, cluster, rollouts, () => ReadAsync(session, cluster, ids), Pause);
        }

        var told = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            foreach (var rollout in rollouts)
            {
                // One line for each change, whether a person reads it or a program.
                var line = session.Output == OutputFormat.Json
                    ? AnswerJson.Line(json => rollout.WriteTo(json))
                    : $"{rollout.Text("properties.pool")}: {rollout.Text("properties.phase")}, {RolloutText.Progress(rollout)}";
                if (told.Add($"{RolloutText.IdOf(rollout)} {line}"))
                {
                    await session.Terminal.Out.WriteLineAsync(line);
                }
            }

            if (rollouts.TrueForAll(RolloutText.HasEnded))
            {
                return rollouts;
            }

            await Task.Delay(Pause, session.Terminal.Clock, session.Cancellation);
            rollouts = await ReadAsync(session, cluster, ids);
        }
    }

    private static async Task<List<JsonNode>> ReadAsync(Session session, string cluster, List<string> ids)
    {
        var read = new List<JsonNode>(ids.Count);
        foreach (var id in ids)
        {
            read.Add((await session.Client.GetAsync(RolloutText.PathOf(session, cluster, id), session.Cancellation)).Body!);
        }

        return read;
    }

    private static bool IsGood(JsonNode rollout) =>
        RolloutText.Fault(rollout) is null && !string.Equals(rollout.Text("properties.phase"), "Failed", StringComparison.OrdinalIgnoreCase);
}
