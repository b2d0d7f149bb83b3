using System.CommandLine;
using Imago.Cli.Help;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Pools;

/// <summary><c>imago nodepool upgrade</c>: the newest node image, now. MW-11: what a person asks for waits for no window.</summary>
internal static class PoolUpgrade
{
    public static Command Create(Terminal terminal)
    {
        var (name, cluster) = (RemoteOptions.Name("pool"), RemoteOptions.Cluster());
        var noWait = RemoteOptions.NoWait();
        return new RemoteCommand(terminal, "upgrade", "Upgrade the nodes of a pool to its newest image now, whether or not a window is open.").Takes(name, cluster, noWait)
            .Does(async (session, parsed) =>
            {
                var pool = parsed.GetValue(name)!;
                var path = Paths.Pool(session.ClusterPath(parsed.GetValue(cluster)!), pool);

                // EV-72
                var answer = await session.Client.SendAsync(HttpMethod.Post, $"{path}/upgradeNodeImageVersion".With(ApiVersions.ContainerService), null, session.Cancellation);
                var upgraded = await new LongOperation(session, $"Upgrading pool '{pool}'", $"imago rollout watch --cluster {parsed.GetValue(cluster)} -g {session.Group}")
                    .EndAsync(answer, path.With(ApiVersions.ContainerService), parsed.GetValue(noWait));
                await session.AnswerAsync(upgraded, document => PoolFacts.Write(terminal, document));
            })
            .WithExamples("imago nodepool upgrade apps --cluster shop -g rg-shop", "imago nodepool upgrade apps --cluster shop -g rg-shop --no-wait");
    }
}
