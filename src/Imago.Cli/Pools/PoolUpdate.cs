using System.CommandLine;
using Imago.Cli.Help;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Pools;

/// <summary><c>imago nodepool update</c>: what is named changes, everything else stays.</summary>
internal static class PoolUpdate
{
    public static Command Create(Terminal terminal)
    {
        var (name, cluster) = (RemoteOptions.Name("pool"), RemoteOptions.Cluster());
        var options = new PoolOptions();
        var noWait = RemoteOptions.NoWait();
        return new RemoteCommand(terminal, "update", "Change a pool: its size, or how it is upgraded.").Takes([name, cluster, .. options.All, noWait])
            .Does(async (session, parsed) =>
            {
                if (!options.Apply(parsed, []))
                {
                    throw new UsageException("Nothing to change is named. Name for example --max-surge.");
                }

                var pool = parsed.GetValue(name)!;
                var path = Paths.Pool(session.ClusterPath(parsed.GetValue(cluster)!), pool).With(ApiVersions.ContainerService);
                var answer = await Revision.PutAsync(session, path, body => options.Apply(parsed, body.Child("properties")));
                var updated = await new LongOperation(session, $"Updating pool '{pool}'", $"imago nodepool show {pool} --cluster {parsed.GetValue(cluster)} -g {session.Group}")
                    .EndAsync(answer, path, parsed.GetValue(noWait));
                await session.AnswerAsync(updated, document => PoolFacts.Write(terminal, document));
            })
            .WithExamples("imago nodepool update apps --cluster shop -g rg-shop --max-surge 33% --drain-timeout 40", "imago nodepool update apps --cluster shop -g rg-shop --undrainable-node-behavior Cordon");
    }
}
