using System.CommandLine;
using System.Text.Json.Nodes;
using Imago.Cli.Help;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Clusters;

/// <summary><c>imago cluster update</c>: what is named changes, everything else stays.</summary>
internal static class ClusterUpdate
{
    public static Command Create(Terminal terminal)
    {
        var name = RemoteOptions.Name("cluster");
        var channels = new ChannelOptions();
        var force = new Option<bool?>("--force-upgrade") { Description = "Upgrade even where disruption budgets forbid it, for a while (--upgrade-override-until).", HelpName = "true|false" };
        var until = RemoteOptions.Text("--upgrade-override-until", "Until when upgrades are forced; RFC 3339.", "INSTANT");
        var noWait = RemoteOptions.NoWait();
        return new RemoteCommand(terminal, "update", "Change a cluster.").Takes([name, .. channels.All, force, until, noWait])
            .Does(async (session, parsed) =>
            {
                var cluster = parsed.GetValue(name)!;
                if (channels.All.Append(force).Append(until).All(o => parsed.GetResult(o) is null or { Implicit: true }))
                {
                    throw new UsageException("Nothing to change is named. Name for example --channel.");
                }

                var path = session.ClusterPath(cluster).With(ApiVersions.ContainerService);
                var answer = await Revision.PutAsync(session, path, body =>
                {
                    channels.Apply(parsed, body);
                    Override(body, parsed.GetValue(force), parsed.GetValue(until));
                });
                var updated = await new LongOperation(session, $"Updating cluster '{cluster}'", $"imago cluster show {cluster} -g {session.Group}").EndAsync(answer, path, parsed.GetValue(noWait));
                await session.AnswerAsync(updated, document => ClusterFacts.Write(terminal, document));
            })
            .WithExamples(
                "imago cluster update shop -g rg-shop --channel SecurityPatch",
                "# drain against disruption budgets until tomorrow",
                "imago cluster update shop -g rg-shop --force-upgrade true --upgrade-override-until 2026-08-09T00:00:00Z");
    }

    private static void Override(JsonObject cluster, bool? force, string? until)
    {
        if (force is null && until is null)
        {
            return;
        }

        var settings = cluster.Child("properties").Child("upgradeSettings").Child("overrideSettings");
        if (force is { } forced)
        {
            settings["forceUpgrade"] = forced;
        }

        if (until is not null)
        {
            settings["until"] = until;
        }
    }
}
