using System.Text.Json.Nodes;
using Imago.Api.Pipeline;
using Imago.Application.NodeOs;
using Imago.Domain.Clusters;
using Imago.Domain.NodeOs;

namespace Imago.Api.Extensions;

/// <summary>A node's order and what its agent says of it, of clusters that are patched in place.</summary>
/// <remarks>Rules: NM-30.</remarks>
internal static class AgentDocument
{
    /// <summary>The document; null: nothing is ordered and no agent reports.</summary>
    public static JsonObject? Of(Node node)
    {
        if (node is { Agent: null, Order: null, Updater: null })
        {
            return null;
        }

        var (order, agent) = (node.Order, node.Agent);
        return new JsonObject
        {
            ["order"] = order is null ? null : new JsonObject
            {
                ["id"] = order.Id,
                ["mode"] = NodeOsWords.Of(order.Mode),
                ["content"] = NodeOsWords.Of(order.Content),
                ["level"] = order.Level?.ToString(),
                ["givenAt"] = WireText.Of(order.GivenAt),

                // An agent that has not read its order yet speaks of another one.
                ["taken"] = agent is not null && string.Equals(agent.OrderId, order.Id, StringComparison.Ordinal),
            },
            ["phase"] = agent?.Phase.ToString(),
            ["reached"] = agent?.Reached?.ToString(),
            ["reason"] = agent?.Reason,
            ["message"] = agent?.Message,
            ["attempts"] = agent?.Attempts,
            ["nextAttemptAt"] = WireText.Of(agent?.NextAttemptAt),
            ["verdict"] = agent is null ? null : NodeOsWords.Of(agent.Verdict),
            ["planned"] = agent?.Planned is { } planned ? Planned(planned) : null,
            ["held"] = new JsonArray([.. (agent?.Held ?? []).Select(Held)]),
            ["updater"] = agent?.Updater is { } updater ? NodeOsWords.Of(updater) : null,
            ["system"] = agent?.System,
            ["version"] = agent?.Agent,
            ["inventory"] = agent?.Inventory,
            ["reportedAt"] = WireText.Of(agent?.At),
        };
    }

    private static JsonObject Planned(PlannedChange planned) => new()
    {
        ["level"] = planned.Level.ToString(),
        ["content"] = NodeOsWords.Of(planned.Content),
        ["verdict"] = NodeOsWords.Of(planned.Verdict),
        ["packages"] = planned.Packages,
        ["downloadBytes"] = planned.DownloadBytes,
    };

    private static JsonNode Held(HeldPackage held) => new JsonObject
    {
        ["package"] = held.Package,
        ["installed"] = held.Installed,
        ["available"] = held.Available,
        ["why"] = held.Why,
    };
}
