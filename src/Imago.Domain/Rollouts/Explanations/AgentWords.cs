using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Machines;

namespace Imago.Domain.Rollouts.Explanations;

/// <summary>What the agents of nodes report, in the words of explanations.</summary>
internal static class AgentWords
{
    /// <summary>What the agent says while it works on its order, as the end of a sentence; empty: nothing.</summary>
    public static string Of(Node node) => AgentAnswers.ToOrderOf(node) switch
    {
        null when node.Order is not null => "; it has not taken the order yet",
        { Phase: AgentPhase.Retrying } report => $"; {report.Attempts} attempts failed, the last with {MachineJudge.Said(report)}",
        { Phase: AgentPhase.Staging } => "; it plans and downloads",
        { Phase: AgentPhase.Applying, Planned.Packages: > 0 and var packages } => $"; it installs {packages} packages",
        _ => "",
    };

    /// <summary>That what a waiting node needs is planned and downloaded; null: it is not.</summary>
    /// <remarks>Rules: CH-33.</remarks>
    public static Reason? Staged(Node node, PatchLevel? level) =>
        node.Agent is { Phase: AgentPhase.Staged or AgentPhase.RebootNeeded, Planned: { } plan } && plan.Level == level
            ? new Reason(ReasonCode.Staged, plan.Verdict == RebootVerdict.Reboot
                ? $"Its agent has staged level {plan.Level}: {plan.Packages} packages, after which it has to restart; so it is drained."
                : $"Its agent has staged level {plan.Level}: {plan.Packages} packages, without a restart; so it goes on serving.")
            : null;

    /// <summary>Where a node stands that is not taken to its target.</summary>
    public static NodeStatus StatusOf(ReasonCode why) => why switch
    {
        ReasonCode.NewerThanTarget => NodeStatus.Current,

        // Somebody has to act on the machine.
        ReasonCode.AgentMissing or ReasonCode.AgentSilent or ReasonCode.AgentRefused or ReasonCode.FixesHeld => NodeStatus.Blocked,
        ReasonCode.AgentFailing or ReasonCode.NotPatchedYet => NodeStatus.Pending,
        _ => NodeStatus.NotSupported,
    };
}
