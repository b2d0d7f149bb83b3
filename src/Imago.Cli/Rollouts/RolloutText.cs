using System.Text.Json.Nodes;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Rollouts;

/// <summary>Rollouts for people.</summary>
internal static class RolloutText
{
    public static string PathOf(Session session, string cluster, string? id = null) =>
        $"{Paths.Extension(session.ClusterPath(cluster))}/rollouts{(id is null ? "" : $"/{Uri.EscapeDataString(id)}")}".With(ApiVersions.Imago);

    public static bool HasEnded(JsonNode rollout) => rollout.Moment("properties.endedAt") is not null;

    public static string IdOf(JsonNode rollout) => rollout.Text("name") ?? rollout.Text("id")?.Split('/')[^1] ?? "";

    /// <summary>How far it is: <c>3 of 8 nodes, 1 under way, 1 failed</c>.</summary>
    public static string Progress(JsonNode rollout)
    {
        var nodes = rollout.At("properties.nodes");
        var text = $"{nodes.Number("done") ?? 0} of {CountText.Of(nodes.Number("total") ?? 0, "node")}";
        foreach (var (member, words) in new[] { ("underWay", "under way"), ("failed", "failed") })
        {
            if (nodes.Number(member) is > 0 and var number)
            {
                text += $", {number} {words}";
            }
        }

        return text;
    }

    /// <summary>What went wrong; null when nothing did. The server says it as text or as an error.</summary>
    public static string? Fault(JsonNode rollout) =>
        rollout.Text("properties.fault") ?? (rollout.At("properties.fault") is JsonObject fault ? ArmError.Read(new JsonObject { ["error"] = fault.DeepClone() })?.Text() : null);

    public static void Write(Terminal terminal, JsonNode rollout) => new FactList()
        .Add("rollout", IdOf(rollout))
        .Add("pool", rollout.Text("properties.pool"))
        .Add("target", rollout.Text("properties.target"))
        .Add("trigger", rollout.Text("properties.trigger"))
        .Add("phase", rollout.Text("properties.phase"))
        .Add("nodes", Progress(rollout))
        .Add("started", rollout.Moment("properties.startedAt") is { } started ? $"{TimeText.ToSecond(started)} UTC" : null)
        .Add("ended", rollout.Moment("properties.endedAt") is { } ended ? $"{TimeText.ToSecond(ended)} UTC" : null)
        .Add("operation", rollout.Text("properties.operationId"))
        .Add("fault", Fault(rollout))
        .Write(terminal);
}
