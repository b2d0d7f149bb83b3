using System.Text.Json.Nodes;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Attachments;

/// <summary>Attached clusters, each with how it is reached: a request for each cluster of the list, and so only when it is asked for.</summary>
internal static class AttachedList
{
    public static async Task WriteAsync(Session session, string path)
    {
        var clusters = await session.Client.ListAsync(path, session.Cancellation);
        var table = new TextTable(
            new("cluster"), new("group"), new("kubernetes", IsOptional: true), new("node OS channel"), new("nodes", IsNumber: true), new("context", IsOptional: true), new("server"), new("provider", IsOptional: true), new("reachable"));
        var documents = new JsonArray();
        foreach (var cluster in clusters.Objects("value"))
        {
            if (cluster.Text("id") is not { } id || await session.Client.FindAsync(Paths.Attachment(id).With(ApiVersions.Imago), session.Cancellation) is not { Body: { } attachment })
            {
                continue;
            }

            documents.Add((JsonNode)new JsonObject { ["cluster"] = cluster.DeepClone(), ["attachment"] = attachment.DeepClone() });
            table.Add(
                cluster.Text("name") ?? "",
                ResourceName.In(id, "resourceGroups") ?? "",
                attachment.Text("properties.kubernetesVersion") ?? "",
                cluster.Text("properties.autoUpgradeProfile.nodeOSUpgradeChannel") ?? "",
                $"{cluster.Objects("properties.agentPoolProfiles").Sum(p => p.Number("count") ?? 0)}",
                attachment.Text("properties.context") ?? "",
                attachment.Text("properties.server") ?? "",
                AttachmentFacts.Provider(attachment),
                AttachmentFacts.Reachability(attachment));
        }

        await session.AnswerAsync(new JsonObject { ["value"] = documents }, _ =>
        {
            if (documents.Count == 0)
            {
                session.Terminal.WriteProse("No cluster is attached. Attach one: imago cluster attach NAME -g GROUP --kubeconfig FILE.");
            }
            else
            {
                table.Write(session.Terminal);
            }
        });
    }
}
