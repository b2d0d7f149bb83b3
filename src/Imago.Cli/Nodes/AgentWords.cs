using System.Globalization;
using System.Text.Json.Nodes;
using Imago.Cli.Remote;

namespace Imago.Cli.Nodes;

/// <summary>What the agent of a node of a server does, as one sentence for people: level, order, phase, what is held back, whether a reboot is due.</summary>
internal static class AgentWords
{
    // More of them are in the JSON.
    private const int PackagesShown = 5;

    /// <summary>The sentence; null: the node has no agent and no order.</summary>
    public static string? Of(JsonObject node)
    {
        if (node["agent"] is not JsonObject agent)
        {
            return null;
        }

        List<string> parts = [agent.Text("phase") is { } phase ? Phase(phase, agent) : "no agent reports"];
        if (agent["order"] is JsonObject order)
        {
            var taken = order["taken"]?.GetValue<bool>() == true ? "" : ", not taken yet";
            parts.Add($"ordered {order.Text("content")}{(order.Text("level") is { } level ? $" {level}" : "")} ({order.Text("mode")}{taken})");
        }

        if (agent["planned"] is JsonObject planned && Number(planned, "packages") is > 0 and var packages)
        {
            parts.Add($"{packages} packages planned{(planned.Text("verdict") == "reboot" ? ", with a reboot" : "")}");
        }

        if (agent.Objects("held").Select(h => h.Text("package") ?? "").ToList() is { Count: > 0 } held)
        {
            parts.Add($"held back: {string.Join(", ", held.Take(PackagesShown))}{(held.Count > PackagesShown ? $" and {held.Count - PackagesShown} more" : "")}");
        }

        if (node["rebootPending"]?.GetValue<bool>() == true || agent.Text("verdict") == "reboot")
        {
            parts.Add("reboot pending");
        }

        return string.Join("; ", parts);
    }

    private static string Phase(string phase, JsonObject agent) => agent.Text("reason") is { } reason
        ? $"{phase}, {reason}{(Number(agent, "attempts") is > 1 and var attempts ? $" after {attempts} attempts" : "")}{(agent.Text("message") is { } message ? $" ({message.TrimEnd('.')})" : "")}"
        : phase;

    private static long Number(JsonObject from, string name) =>
        from[name] is JsonValue value && long.TryParse(value.ToJsonString(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
