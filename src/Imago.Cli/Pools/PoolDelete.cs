using System.CommandLine;
using Imago.Cli.Help;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Pools;

/// <summary><c>imago nodepool delete</c>.</summary>
internal static class PoolDelete
{
    public static Command Create(Terminal terminal)
    {
        var (name, cluster) = (RemoteOptions.Name("pool"), RemoteOptions.Cluster());
        var (yes, noWait) = (RemoteOptions.Yes(), RemoteOptions.NoWait());
        return new RemoteCommand(terminal, "delete", "Delete a pool with its nodes.").Takes(name, cluster, yes, noWait)
            .Does(async (session, parsed) =>
            {
                var pool = parsed.GetValue(name)!;
                await Confirmation.AskAsync(terminal, $"Delete pool '{pool}' of cluster '{parsed.GetValue(cluster)}' with its nodes?", parsed.GetValue(yes), session.Cancellation);
                var path = Paths.Pool(session.ClusterPath(parsed.GetValue(cluster)!), pool).With(ApiVersions.ContainerService);
                var answer = await session.Client.SendAsync(HttpMethod.Delete, path, null, session.Cancellation);
                await new LongOperation(session, $"Deleting pool '{pool}'", $"imago nodepool show {pool} --cluster {parsed.GetValue(cluster)} -g {session.Group}").EndAsync(answer, null, parsed.GetValue(noWait));
                if (!parsed.GetValue(noWait))
                {
                    await session.SayAsync($"Pool '{pool}' is deleted.");
                }
            })
            .WithExamples("imago nodepool delete batch --cluster shop -g rg-shop --yes");
    }
}
