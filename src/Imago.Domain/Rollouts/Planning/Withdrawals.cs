using Imago.Domain.Clusters;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Machines;
using Imago.Domain.Rollouts.Records;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>
/// Takes an order back from the agent of a drained machine that has got nowhere with it, and sends the machine back to work. Its mirror may have moved past the level for good:
/// then no waiting helps, and the node would be kept from work for ever.
/// </summary>
/// <remarks>Rules: NM-31, NM-33, CH-32.</remarks>
internal static class Withdrawals
{
    /// <summary>The fault of a node whose agent failed without having changed anything; null: its agent did something, or nobody knows.</summary>
    public static RolloutFault? FaultOf(RolloutPass pass, string name, ProviderOperation operation)
    {
        var answer = pass.View.Nodes.TryGetValue(name, out var node) && MachineJudge.IsMachine(node, pass.Pool) && string.Equals(node.Order?.Id, operation.Id, StringComparison.Ordinal)
            ? AgentAnswers.ToOrderOf(node)
            : null;
        return answer is not null && node!.Order!.Content != OrderContent.Reboot && InPlaceOperations.HasChangedNothing(answer)
            ? new RolloutFault(
                nameof(ReasonCode.AgentFailing),
                $"Node '{name}' was drained, and its agent could not even plan what to install: {operation.Code}: {operation.Message} Nothing was changed, and the node goes back to work.", name, pass.Now)
            : null;
    }

    /// <summary>What is said of a node whose agent did not begin before the window closed; null: that is not why its operation failed.</summary>
    /// <remarks>Rules: MW-53. Neither the level nor the agent is at fault: the rollout goes on, and the node is worked on in a later window.</remarks>
    public static RolloutFault? LatenessOf(RolloutPass pass, string name, ProviderOperation operation) =>
        string.Equals(operation.Code, InPlaceOperations.WindowClosed, StringComparison.Ordinal) && pass.View.Nodes.TryGetValue(name, out var node) && MachineJudge.IsMachine(node, pass.Pool)
            ? new RolloutFault(
                nameof(ReasonCode.WindowClosed),
                $"Node '{name}' was drained, and its agent did not begin before the maintenance window closed. Nothing was changed; the node goes back to work until a later window.", name, pass.Now)
            : null;

    /// <summary>Whether the agent of a machine that was drained may still install something or restart it: its order stands, or it does not know yet that it was taken back.</summary>
    /// <remarks>Rules: CH-31.</remarks>
    public static bool MayStillAct(Node node) =>
        (node.Order is { Mode: OrderMode.Drained } && !AgentAnswers.IsFree(node)) || (MachineOrders.IsTakenBack(node.Order) && AgentAnswers.ToOrderOf(node) is null);

    /// <summary>Whether the agent knows that its order was taken back.</summary>
    public static bool IsKnown(Node node) => MachineOrders.IsTakenBack(node.Order) && AgentAnswers.ToOrderOf(node) is not null;

    /// <summary>Takes the order of a machine back that is not under way any more and whose agent goes on failing without having changed anything.</summary>
    public static void Offer(RolloutPass pass, Node node)
    {
        if (node.Order is { Mode: OrderMode.Drained } order && AgentAnswers.ToOrderOf(node) is { Phase: AgentPhase.Retrying } answer
            && (InPlaceOperations.IsTooLate(answer) ? pass.Now >= order.NotAfter : order.Content != OrderContent.Reboot && InPlaceOperations.HasChangedNothing(answer)))
        {
            pass.Update(node, new NodeUpdate { Order = MachineOrders.TakenBack(pass.Input, node) });
        }
    }

    /// <summary>Whether the order is taken back and the agent knows; until then the node stays empty, because the agent may begin after all.</summary>
    public static bool IsDone(RolloutPass pass, string name, Node node, NodeProgress progress)
    {
        if (progress.Fault?.Code is not (nameof(ReasonCode.AgentFailing) or nameof(ReasonCode.WindowClosed)))
        {
            return true;
        }

        var given = RolloutPass.OperationId(pass.Record.Id, name, Reboots.VerbOf(pass.Record.Target));
        var instead = MachineOrders.TakenBackId(given);
        if (!string.Equals(node.Order?.Id, instead, StringComparison.Ordinal))
        {
            if (string.Equals(node.Order?.Id, given, StringComparison.Ordinal))
            {
                pass.Update(node, new NodeUpdate { Order = MachineOrders.TakenBack(pass.Input, node) });
            }

            // Any other order is somebody else's; what the agent was told last is not ours any more.
            return node.Order is { } other && !string.Equals(other.Id, given, StringComparison.Ordinal);
        }

        if (AgentAnswers.ToOrderOf(node) is not null && NodeHealth.Complaint(pass.View, node) is null)
        {
            return true;
        }

        var deadline = progress.Since + InPlaceOperations.Patience;
        if (pass.Now < deadline)
        {
            pass.Wake(deadline);
            return false;
        }

        Aftermath.Lost(pass, name, NodeResult.ProviderFailed, progress.Fault with
        {
            Code = "ProviderFailed", Message = $"{progress.Fault.Message} Its agent does not take note of it, so that the node stays drained. Look at the agent on the node.",
        });
        return false;
    }
}
