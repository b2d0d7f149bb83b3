using System.CommandLine;
using Imago.Cli.Attachments;
using Imago.Cli.Help;
using Imago.Cli.Terminals;

namespace Imago.Cli.Clusters;

/// <summary><c>imago cluster</c>: managed clusters.</summary>
internal static class ClusterCommands
{
    public static Command Create(Terminal terminal) => new Command("cluster", "Clusters: their channels, their state, how to reach them.")
    {
        ClusterList.Create(terminal),
        ClusterShow.Create(terminal),
        ClusterCreate.Create(terminal),
        ClusterUpdate.Create(terminal),
        ClusterDelete.Create(terminal),
        ClusterPower.Create(terminal, "start", "Starting"),
        ClusterPower.Create(terminal, "stop", "Stopping"),
        ClusterCredentials.Create(terminal),
        ClusterAttach.Create(terminal),
        ClusterCheck.Create(terminal),
        ClusterDetach.Create(terminal),
        ClusterRbac.Create(terminal),
    }.WithExamples(
        "imago cluster list",
        "# a cluster whose nodes get security patches",
        "imago cluster create shop -g rg-shop --channel SecurityPatch --node-count 3",
        "# one that is there already",
        "imago cluster attach shop -g rg-shop --kubeconfig imago.kubeconfig");
}
