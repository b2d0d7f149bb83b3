using System.Text.Json.Nodes;
using Imago.Application.Attachments;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Attachments;

/// <summary>How an attached cluster is reached, for people.</summary>
internal static class AttachmentFacts
{
    public static void Write(Terminal terminal, JsonNode attachment) => new FactList()
        .Add("server", attachment.Text("properties.server"))
        .Add("context", attachment.Text("properties.context"))
        .Add("namespace", attachment.Text("properties.namespace"))
        .Add("reachable", Reachability(attachment))
        .Add("provider", Provider(attachment))
        .Add("chosen pools", string.Join(", ", attachment.Objects("properties.pools").Select(p => $"{p.Text("name")} ({p.Text("selector")})")))
        .Write(terminal);

    public static string Provider(JsonNode? attachment) => attachment.Text("properties.provider.kind") switch
    {
        null => "none",

        // Agents on the nodes have no address.
        ProviderKinds.InPlace => $"{ProviderKinds.InPlace}, agents on the nodes",
        var kind => $"{kind}, {attachment.Text("properties.provider.endpoint")}",
    };

    public static string Reachability(JsonNode? attachment) =>
        attachment.Text("properties.unreachable.since") is { } since ? $"not since {since}: {attachment.Text("properties.unreachable.error")}" : "yes";
}
