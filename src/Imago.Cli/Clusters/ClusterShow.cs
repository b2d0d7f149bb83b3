using System.CommandLine;
using Imago.Cli.Help;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Clusters;

/// <summary><c>imago cluster show</c>.</summary>
internal static class ClusterShow
{
    public static Command Create(Terminal terminal)
    {
        var name = RemoteOptions.Name("cluster");
        return new RemoteCommand(terminal, "show", "Show a cluster with its pools.").Takes(name)
            .Does(async (session, parsed) => await session.AnswerAsync(
                (await session.Client.GetAsync(session.ClusterPath(parsed.GetValue(name)!).With(ApiVersions.ContainerService), session.Cancellation)).Body,
                cluster => ClusterFacts.Write(terminal, cluster)))
            .WithExamples("imago cluster show shop -g rg-shop", "imago cluster show shop -g rg-shop --output json");
    }
}
