using System.Text.Json.Nodes;
using Imago.Domain.Clusters;
using NodaTime.Text;

namespace Imago.Simulation.Serving.Twins.Rendering;

/// <summary>UP-155: our mark on a node as the JSON of its annotation.</summary>
internal static class CordonText
{
    public static string Write(CordonMark mark) => new JsonObject
    {
        ["rollout"] = mark.Rollout,
        ["reason"] = mark.Reason,
        ["since"] = InstantPattern.ExtendedIso.Format(mark.Since),
        ["wasUnschedulable"] = mark.WasUnschedulable,
    }.ToJsonString();

    /// <summary>The mark; null where the text is none: then it is somebody's annotation like any other.</summary>
    public static CordonMark? Read(string? text)
    {
        try
        {
            var mark = text is null ? null : JsonNode.Parse(text) as JsonObject;
            return mark.Text("rollout") is { } rollout && mark.Text("since") is { } since && InstantPattern.ExtendedIso.Parse(since) is { Success: true } at
                ? new CordonMark(rollout, mark.Text("reason") ?? "", at.Value, mark?["wasUnschedulable"]?.GetValueKind() == System.Text.Json.JsonValueKind.True)
                : null;
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
