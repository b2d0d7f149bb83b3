using Imago.Domain.Clusters;
using Imago.Domain.NodeOs;
using NodaTime;

namespace Imago.Domain.Rollouts.Machines;

/// <summary>What a node's agent has made of the order that is on the node.</summary>
internal static class AgentAnswers
{
    /// <summary>The report, if it is about the order that is on the node now.</summary>
    public static AgentReport? ToOrderOf(Node node) =>
        node is { Order: { } order, Agent: { } report } && string.Equals(report.OrderId, order.Id, StringComparison.Ordinal) ? report : null;

    /// <summary>Whether the agent is done with the order on the node, or there is none.</summary>
    public static bool IsFree(Node node) => node.Order is not { } order || ToOrderOf(node) is { } answer && (answer.Settled || (order.Mode == OrderMode.Stage && answer.Phase == AgentPhase.Staged)
        || (answer.Phase == AgentPhase.Idle && answer.Reached is { } reached && reached >= order.Level));

    /// <summary>Whether an order has waited for longer than an agent may take to take it.</summary>
    public static bool IsSilent(Node node, Instant now) =>
        node.Order is { GivenAt: { } given } && ToOrderOf(node) is null && now >= given + InPlaceOperations.Patience;
}
