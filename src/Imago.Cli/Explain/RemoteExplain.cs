using System.Text.Json.Nodes;
using Imago.Cli.Nodes;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;
using Imago.Domain.Rollouts.Explanations;

namespace Imago.Cli.Explain;

/// <summary>Explains the nodes of a cluster of the server: what its engine says of them now.</summary>
internal static class RemoteExplain
{
    public static async Task RunAsync(Session session, string cluster, string[] names)
    {
        var path = session.ClusterPath(cluster);
        var document = (await session.Client.GetAsync(path.With(ApiVersions.ContainerService), session.Cancellation)).Body;
        var all = await session.Client.ListAsync($"{Paths.Extension(path)}/nodes".With(ApiVersions.Imago), session.Cancellation);
        var nodes = Chosen(all, names, cluster);
        await session.AnswerAsync(names.Length == 0 ? all : new JsonObject { ["value"] = new JsonArray([.. nodes.Select(n => n.DeepClone())]) }, _ =>
        {
            var reported = nodes.ConvertAll(Reported);
            session.Terminal.WriteProse($"Cluster '{cluster}', channel {document.Text("properties.autoUpgradeProfile.nodeOSUpgradeChannel") ?? "unknown"}.");
            session.Terminal.WriteProse(reported.Count == 0 ? "It has no node." : $"{NodeReport.Counts([.. reported.Select(n => n.Status)])}.");
            session.Terminal.Out.WriteLine();
            NodeReport.Write(session.Terminal, reported);
        });
    }

    private static List<JsonObject> Chosen(JsonObject all, string[] names, string cluster)
    {
        var nodes = all.Objects("value").ToList();
        if (names.FirstOrDefault(n => !nodes.Exists(o => o.Text("name") == n)) is { } unknown)
        {
            throw new InputException($"Node '{unknown}' is not a node of cluster '{cluster}', which has {nodes.Count}: {string.Join(", ", nodes.Take(5).Select(n => n.Text("name")))}{(nodes.Count > 5 ? ", …" : "")}.");
        }

        return names.Length == 0 ? nodes : [.. names.Distinct(StringComparer.Ordinal).Select(name => nodes.Find(n => n.Text("name") == name)!)];
    }

    private static ReportedNode Reported(JsonObject node) => new(
        node.Text("name") ?? "",
        node.Text("pool") ?? "",
        node.Text("patchLevel") is { } level ? $"{node.Text("image")}, patched to {level}" : node.Text("image") ?? "",
        node.Text("targetImage"),
        StatusOf(node),
        [.. node.Objects("reasons").Select(r => new ReportedReason(r.Text("code") ?? "", r.Text("message") ?? "", r.Moment("until"), r.Text("event")))])
    {
        Agent = AgentWords.Of(node),
    };

    // A node in the middle of an upgrade says which step it is in; for a person it is one of those that are not finished.
    private static NodeStatus StatusOf(JsonObject node) => Enum.TryParse<NodeStatus>(node.Text("state"), ignoreCase: true, out var status) ? status : NodeStatus.Pending;
}
