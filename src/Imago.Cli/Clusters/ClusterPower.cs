using System.CommandLine;
using Imago.Cli.Help;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Clusters;

/// <summary><c>imago cluster start</c> and <c>stop</c>.</summary>
internal static class ClusterPower
{
    public static Command Create(Terminal terminal, string verb, string doing)
    {
        var name = RemoteOptions.Name("cluster");
        var noWait = RemoteOptions.NoWait();
        return new RemoteCommand(terminal, verb, $"{char.ToUpperInvariant(verb[0])}{verb[1..]} a cluster.").Takes(name, noWait)
            .Does(async (session, parsed) =>
            {
                var cluster = parsed.GetValue(name)!;
                var path = session.ClusterPath(cluster);
                var answer = await session.Client.SendAsync(HttpMethod.Post, $"{path}/{verb}".With(ApiVersions.ContainerService), null, session.Cancellation);
                var document = await new LongOperation(session, $"{doing} cluster '{cluster}'", $"imago cluster show {cluster} -g {session.Group}")
                    .EndAsync(answer, path.With(ApiVersions.ContainerService), parsed.GetValue(noWait));
                await session.AnswerAsync(document, d => ClusterFacts.Write(terminal, d));
            })
            .WithExamples($"imago cluster {verb} shop -g rg-shop");
    }
}
