using System.CommandLine;
using Imago.Cli.Attachments;
using Imago.Cli.Help;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Clusters;

/// <summary><c>imago cluster list</c>.</summary>
internal static class ClusterList
{
    public static Command Create(Terminal terminal)
    {
        var all = new Option<bool>("--all") { Description = "Of all groups, even if the login has a default one." };
        var attached = new Option<bool>("--attached") { Description = "Only attached clusters, and how they are reached." };
        return new RemoteCommand(terminal, "list", "List clusters of a group, or of all groups.").Takes(all, attached)
            .Does(async (session, parsed) => await (parsed.GetValue(attached) ? AttachedList.WriteAsync(session, All(session, parsed)) : session.ListAsync(
                All(session, parsed),
                "There is no cluster. Make one: imago cluster create NAME -g GROUP.",
                clusters =>
                {
                    var table = new TextTable(
                        new("cluster"), new("group"), new("location", IsOptional: true), new("kubernetes"), new("node OS channel"), new("nodes", IsNumber: true), new("state"));
                    foreach (var cluster in clusters)
                    {
                        table.Add(
                            cluster.Text("name") ?? "",
                            ResourceName.In(cluster.Text("id"), "resourceGroups") ?? "",
                            cluster.Text("location") ?? "",
                            cluster.Text("properties.currentKubernetesVersion") ?? cluster.Text("properties.kubernetesVersion") ?? "",
                            cluster.Text("properties.autoUpgradeProfile.nodeOSUpgradeChannel") ?? "",
                            $"{cluster.Objects("properties.agentPoolProfiles").Sum(p => p.Number("count") ?? 0)}",
                            cluster.Text("properties.provisioningState") ?? "");
                    }

                    return table;
                })))
            .WithExamples("imago cluster list", "imago cluster list -g rg-shop --output json", "imago cluster list --all --attached");

        string All(Session session, ParseResult parsed) =>
            Paths.Clusters(session.Subscription, parsed.GetValue(all) ? null : session.GroupOrAll).With(ApiVersions.ContainerService);
    }
}
