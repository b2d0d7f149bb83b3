using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Machines;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>Patches nodes while they serve: gives the order, and reads what the node's agent makes of it.</summary>
/// <remarks>Rules: CH-30, CH-31, CH-34, CH-35, MW-53, NM-34, NM-59.</remarks>
internal static class LivePatches
{
    /// <summary>
    /// How long a live patch may take before the node counts as not ready: the agent looks every 10 minutes and works for 60 at most (CH-35).
    /// </summary>
    internal static readonly Duration Timeout = InPlaceOperations.Patience;

    public static void Advance(RolloutPass pass, string name, Node node, NodeProgress progress)
    {
        var level = ((RolloutTarget.Patch)pass.Record.Target).Level;
        if (node.ReachedLevel is { } reached && reached >= level)
        {
            NodeSteps.Done(pass, name, progress);
            return;
        }

        if (MachineJudge.IsMachine(node, pass.Pool))
        {
            if (Answered(pass, name, node, progress, level))
            {
                return;
            }
        }
        else if (node.DesiredLevel is not { } desired || desired < level)
        {
            // CH-34: the order is an annotation; the node's agent does the rest and reports the level it reached.
            pass.Update(node, new NodeUpdate { DesiredLevel = level });
        }

        var deadline = progress.Since + Timeout;
        if (pass.Now >= deadline)
        {
            NodeSteps.NotReady(pass, name, $"its agent has not reached patch level {level} in {Timeout.TotalMinutes:0} minutes{Excuse(node)}");
        }
        else
        {
            pass.Wake(deadline);
        }
    }

    /// <summary>Gives a machine its order, or acts on the answer at once; true: it is not waited for any longer.</summary>
    private static bool Answered(RolloutPass pass, string name, Node node, NodeProgress progress, PatchLevel level)
    {
        var order = MachineOrders.Live(pass.Input, pass.Record.Id, node, level, pass.NotAfter);
        if (node.Order is not { } standing || !string.Equals(standing.Id, order.Id, StringComparison.Ordinal) || progress.Since >= standing.NotAfter)
        {
            if (pass.IsBoundToWindow && !pass.Gate.IsOpen)
            {
                // MW-53, MW-63: it closed before the agent was told anything.
                return StandInLine(pass, name);
            }

            // Of the window before: the same order, with the end of this one.
            pass.Update(node, InPlaceOperations.Giving(node, order));
            return false;
        }

        if (InPlaceOperations.Renewed(standing, order, node.Agent) is { } renewed)
        {
            pass.Update(node, new NodeUpdate { Order = renewed });
            return false;
        }

        switch (AgentAnswers.ToOrderOf(node))
        {
            case { Phase: AgentPhase.Applied or AgentPhase.AppliedPartially }:
                NodeSteps.Done(pass, name, progress);
                return true;
            case { Phase: AgentPhase.RebootNeeded }:
                // CH-31, NM-59: nothing was changed. It stands in line again, now to be drained, so that no more nodes are out of work at a time than may be.
                return StandInLine(pass, name);
            case { } late when InPlaceOperations.IsTooLate(late) && pass.Now >= standing.NotAfter:
                // MW-53: nothing was changed, and nothing will be before it is ordered in the next window.
                return StandInLine(pass, name);
            case { Phase: AgentPhase.Refused } refusal:
                pass.Settle(name, NodeResult.Partial, new RolloutFault(
                    nameof(ReasonCode.AgentRefused), $"Node '{name}' was not patched: its agent refuses level {level}: {MachineJudge.Said(refusal)}. The other nodes go on.", name, pass.Now));
                return true;
            default:
                return false;
        }
    }

    private static bool StandInLine(RolloutPass pass, string name)
    {
        pass.Record = pass.Record with { Active = pass.Record.Active.Remove(name) };
        return true;
    }

    private static string Excuse(Node node) => AgentAnswers.ToOrderOf(node) switch
    {
        { Phase: AgentPhase.Retrying } report => $"; after {report.Attempts} attempts it says {MachineJudge.Said(report)}",
        { } report => $"; it last reported phase {report.Phase}",
        null when node.Order is not null => "; it has not taken the order",
        _ => "",
    };
}
