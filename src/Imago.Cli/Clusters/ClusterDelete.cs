using System.CommandLine;
using Imago.Cli.Help;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Clusters;

/// <summary><c>imago cluster delete</c>.</summary>
internal static class ClusterDelete
{
    public static Command Create(Terminal terminal)
    {
        var name = RemoteOptions.Name("cluster");
        var (yes, noWait) = (RemoteOptions.Yes(), RemoteOptions.NoWait());
        return new RemoteCommand(terminal, "delete", "Delete a cluster with its pools and maintenance configurations.").Takes(name, yes, noWait)
            .Does(async (session, parsed) =>
            {
                var cluster = parsed.GetValue(name)!;
                await Confirmation.AskAsync(terminal, $"Delete cluster '{cluster}' of group '{session.Group}'?", parsed.GetValue(yes), session.Cancellation);
                var answer = await session.Client.SendAsync(HttpMethod.Delete, session.ClusterPath(cluster).With(ApiVersions.ContainerService), null, session.Cancellation);
                await new LongOperation(session, $"Deleting cluster '{cluster}'", $"imago cluster show {cluster} -g {session.Group}").EndAsync(answer, null, parsed.GetValue(noWait));
                if (!parsed.GetValue(noWait))
                {
                    await session.SayAsync($"Cluster '{cluster}' is deleted.");
                }
            })
            .WithExamples("imago cluster delete shop -g rg-shop --yes");
    }
}
