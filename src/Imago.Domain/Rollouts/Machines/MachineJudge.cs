using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Domain.Rollouts.Machines;

/// <summary>What a machine that is patched in place needs, beyond what its level or image says: whether its agent can do it, and whether live.</summary>
/// <remarks>Rules: CH-30, CH-31, CH-33, CH-37, NM-15, NM-34, NM-59.</remarks>
internal static class MachineJudge
{
    private const int MostNamed = 5;

    /// <summary>Whether the node is such a machine: its pool says so, or the name of its image.</summary>
    public static bool IsMachine(Node node, PoolSpec? pool) => pool is { Provider.InPlace: true } || node.Image.Family is { IsOfMachines: true };

    /// <summary>What is left of work that a machine's level or image asks for.</summary>
    /// <param name="node">The machine.</param>
    /// <param name="work">The work, by what the catalogue says.</param>
    /// <param name="level">The level that the machine has afterwards; null: nobody can say, so that no order can name it.</param>
    /// <param name="mayBeLive">Whether the target lets nodes be patched live.</param>
    /// <param name="now">When it is asked; null: silence is not judged.</param>
    public static NodeNeed Refine(Node node, NodeNeed.Work work, PatchLevel? level, bool mayBeLive, Instant? now)
    {
        if (level is not { } to)
        {
            return new NodeNeed.NotTaken(new Reason(
                ReasonCode.ImageVersionUnknown, $"Target '{work.Image}' carries no version, so that it names no moment of the package archives to which node '{node.Name}' could be patched."));
        }

        if (Obstacle(node, to, now) is { } obstacle)
        {
            return new NodeNeed.NotTaken(obstacle);
        }

        if (node.Agent is { } report && mayBeLive)
        {
            // CH-33: what the node itself has worked out, from what is installed on it, counts over what is published. NM-59: services that have to be restarted are no reboot.
            var planned = report.Planned is { Content: OrderContent.Security } plan && plan.Level == to ? plan : null;
            var reboots = report is { Phase: AgentPhase.RebootNeeded, Level: { } refused } && refused == to || planned?.Verdict == RebootVerdict.Reboot;
            if (reboots || planned is not null)
            {
                return reboots
                    ? work with { Kind = NodeWork.Reimage, Image = node.Image.WithPatch(to.Date).Text }
                    : work with { Kind = NodeWork.LivePatch, Image = node.Image.Text };
            }
        }

        return work;
    }

    /// <summary>Why a machine is not worked on although it is not at a level; null: nothing stands in the way.</summary>
    public static Reason? Obstacle(Node node, PatchLevel level, Instant? now)
    {
        if (node.Agent is not { } report)
        {
            return Absence(node, now);
        }

        if (HeldAt(report, level))
        {
            return new Reason(
                ReasonCode.FixesHeld,
                $"Its agent applied level {level} as far as it may: {HeldText(report)}. Take the holds off on the node; it is asked again once a day, and with the next level.",
                Event: "its agent reports something else");
        }

        if (report.Phase == AgentPhase.Refused && report.Level == level)
        {
            return new Reason(
                ReasonCode.AgentRefused,
                $"Its agent refuses level {level}: {Said(report)}. It is asked again once a day, and with the next level.",
                Event: "its agent reports something else");
        }

        // While it only stages nothing is lost by waiting; begun, the rollout would halt after its patience.
        if (IsFailing(report) && node.Order is { Mode: OrderMode.Stage } && AgentAnswers.ToOrderOf(node) is not null && report.Level == level)
        {
            return new Reason(
                ReasonCode.AgentFailing,
                $"Its agent cannot get ready for level {level}: {Said(report)}. It goes on trying; the node is not started before it can.",
                report.NextAttemptAt, "its agent has staged the level");
        }

        return Absence(node, now);
    }

    /// <summary>Why nobody would carry out what a machine is told; null: its agent can be heard.</summary>
    public static Reason? Absence(Node node, Instant? now)
    {
        if (node.Agent is null)
        {
            // Nobody could patch or restart it: a drain would cost its pods and bring nothing.
            return new Reason(
                ReasonCode.AgentMissing,
                $"Node '{node.Name}' is patched in place, and no agent has ever reported from it. Install the agent on the machine, or look at its service (`systemctl status imago-agent`).",
                Event: "its agent reports");
        }

        return now is { } asked && AgentAnswers.IsSilent(node, asked)
            ? new Reason(
                ReasonCode.AgentSilent,
                $"Its agent has not taken the order given at {NodaTime.Text.InstantPattern.General.Format(node.Order!.GivenAt!.Value)}. Look at the agent on the machine; the node is not started before it answers.",
                Event: "its agent takes the order")
            : null;
    }

    // In the middle of its next attempt it says that it plans, and nothing is known to be better.
    private static bool IsFailing(AgentReport report) => report.Phase == AgentPhase.Retrying || report is { Phase: AgentPhase.Staging, Attempts: > 1 };

    /// <summary>NM-34: whether all that may be installed of a level is installed, and fixes of it are held back.</summary>
    public static bool HeldAt(AgentReport report, PatchLevel level) =>
        (report.Phase == AgentPhase.AppliedPartially && report.Level == level)
        || (report is { Phase: AgentPhase.Staged or AgentPhase.Idle, Held.Length: > 0, Planned: { Packages: 0 } plan } && plan.Level == level);

    private static string HeldText(AgentReport report)
    {
        if (report.Held.IsDefaultOrEmpty)
        {
            return Said(report);
        }

        var named = string.Join(", ", report.Held.Take(MostNamed).Select(h => $"{h.Package} stays at {h.Installed} instead of {h.Available} ({h.Why})"));
        return report.Held.Length > MostNamed ? $"{named} and {report.Held.Length - MostNamed} more" : named;
    }

    /// <summary>What an agent says of what stands in the way, without the full stop.</summary>
    public static string Said(AgentReport report) => (report.Reason, report.Message?.TrimEnd('.', ' ')) switch
    {
        (null or "", null or "") => "it does not say why",
        ({ Length: > 0 } reason, null or "") => reason,
        (null or "", { } message) => message,
        var (reason, message) => $"{reason}: {message}",
    };
}
