using Imago.Domain.Clusters;
using Imago.Domain.NodeOs;
using NodaTime;

namespace Imago.Application.Attachments.Checks;

/// <summary>Whether the agents on the nodes can do what they are there for, by what they report. Of clusters that are patched in place only.</summary>
/// <remarks>Rules: NM-18, NM-30, CH-37.</remarks>
internal static class AgentChecks
{
    // The word by which an agent says that it has no driver for its machine.
    private const string NotSupported = "NotSupported";

    public static IEnumerable<Finding> Of(ClusterFacts cluster)
    {
        if (!cluster.InPlace)
        {
            return [];
        }

        var nodes = cluster.Nodes.Where(n => n.Facts.Membership is { Managed: true, AutoProvisioned: false }).ToList();
        return [.. Present(nodes), .. Unsupported(nodes), .. Silent(nodes, cluster.Now), .. Unreadable(nodes), .. TwoUpdaters(nodes), .. Newcomers(nodes)];
    }

    private static IEnumerable<Finding> Present(List<SeenNode> nodes)
    {
        var without = nodes.Where(n => n.Node.Agent is null).ToList();
        if (without.Count > 0)
        {
            yield return new Finding(
                FindingCodes.AgentMissing, without.Count == nodes.Count ? FindingLevel.Problem : FindingLevel.Warning, Subject(without),
                $"No agent reports on {ClusterChecks.Count(without.Count, "node")} of {nodes.Count}, and nobody else could patch {(without.Count == 1 ? "it" : "them")}.",
                "Install the agent there (docs/agent/install.md). If it is installed: journalctl -u imago-agent, on the node.");
        }
        else if (nodes.Count > 0)
        {
            yield return ClusterChecks.Good(FindingCodes.AgentsReport, "agents", $"An agent reports on each of {ClusterChecks.Count(nodes.Count, "node")}.");
        }
    }

    private static IEnumerable<Finding> Unsupported(List<SeenNode> nodes)
    {
        var unsupported = nodes.Where(n => n.Node.Agent is { Reason: NotSupported }).ToList();
        if (unsupported.Count > 0)
        {
            yield return new Finding(
                FindingCodes.AgentSystemUnsupported, FindingLevel.Warning, Subject(unsupported),
                $"The agent cannot patch the operating system of {ClusterChecks.Count(unsupported.Count, "node")} ({ClusterChecks.Names(unsupported.Select(n => n.Node.Agent!.System))}).",
                "Leave such nodes out with selectors (--pool), or give them a pool with channel None or Unmanaged in a cluster of its own. What is supported: docs/concepts/in-place.md.");
        }
    }

    // An agent at rest says nothing, so that only one that was asked can be silent.
    private static IEnumerable<Finding> Silent(List<SeenNode> nodes, Instant now)
    {
        var silent = nodes.Where(n => n.Node is { Agent: { } agent, Order: { } order } && IsSilent(agent, order, now)).ToList();
        if (silent.Count > 0)
        {
            yield return new Finding(
                FindingCodes.AgentSilent, FindingLevel.Warning, Subject(silent),
                $"The agent of {ClusterChecks.Count(silent.Count, "node")} has an order and has said nothing about it for more than {InPlaceOperations.Patience.TotalMinutes:0} minutes.",
                "On the node: systemctl status imago-agent; journalctl -u imago-agent. Its address of the API, its token or its clock may be wrong.");
        }
    }

    private static bool IsSilent(AgentReport agent, NodeOrder order, Instant now)
    {
        var answers = string.Equals(agent.OrderId, order.Id, StringComparison.Ordinal);
        if (answers && (agent.Settled || agent.Phase is AgentPhase.Idle or AgentPhase.Staged))
        {
            return false;
        }

        // One that waits to try again is silent until then.
        var last = !answers ? order.GivenAt : agent.NextAttemptAt is { } next && next > agent.At ? next : agent.At;
        return last is { } since && now - since > InPlaceOperations.Patience;
    }

    private static IEnumerable<Finding> Unreadable(List<SeenNode> nodes)
    {
        var orders = nodes.Where(n => n.Node.Order is null && n.Annotations.ContainsKey(NodeAnnotations.Order)).ToList();
        if (orders.Count > 0)
        {
            yield return new Finding(
                FindingCodes.OrderUnreadable, FindingLevel.Warning, Subject(orders),
                $"The order on {ClusterChecks.Count(orders.Count, "node")} (annotation {NodeAnnotations.Order}) cannot be read, so that the agent does nothing by it.",
                "Nothing: the next order is written over it. See who else writes the annotation.");
        }

        var reports = nodes.Where(n => n.Node.Agent is null && n.Annotations.ContainsKey(NodeAnnotations.AgentReport)).ToList();
        if (reports.Count > 0)
        {
            yield return new Finding(
                FindingCodes.ReportUnreadable, FindingLevel.Warning, Subject(reports),
                $"What the agent reports on {ClusterChecks.Count(reports.Count, "node")} (annotation {NodeAnnotations.AgentReport}) cannot be read; it counts as not said.",
                "See whether the agent is newer than this server, and whether somebody else writes the annotation.");
        }
    }

    private static IEnumerable<Finding> TwoUpdaters(List<SeenNode> nodes)
    {
        // NM-18: the agent looks at what is really switched on.
        var both = nodes.Where(n => n.Node is { Updater: OsUpdater.Imago, Agent.Updater: OsUpdater.Distribution }).ToList();
        if (both.Count > 0)
        {
            yield return new Finding(
                FindingCodes.DistributionUpdaterOn, FindingLevel.Warning, Subject(both),
                $"The distribution's own updater is on, on {ClusterChecks.Count(both.Count, "node")} that Imago patches: packages change outside windows, and levels do not say what is installed.",
                "The agent switches it off by itself within minutes. If this stays, something switches it on again, for example configuration management: look at apt-daily-upgrade.timer and /etc/apt/apt.conf.d on the node.");
        }
    }

    private static IEnumerable<Finding> Newcomers(List<SeenNode> nodes)
    {
        // CH-37: a node that has reached no level, and may take work.
        var unpatched = nodes.Where(n => n.Node is { Agent.Reached: null, ReachedLevel: null, NotPatchedYet: false, Updater: OsUpdater.Imago, Unschedulable: false }).ToList();
        if (unpatched.Count > 0)
        {
            yield return new Finding(
                FindingCodes.NewcomerTaintMissing, FindingLevel.Note, Subject(unpatched),
                $"{ClusterChecks.Count(unpatched.Count, "node")} that {(unpatched.Count == 1 ? "has" : "have")} not reached any level yet {(unpatched.Count == 1 ? "takes" : "take")} work.",
                $"To have new machines patched before they take work, let kubelets register with the taint: --register-with-taints={NodeLabels.NotPatchedTaint}=:NoSchedule. Imago takes it off.");
        }
    }

    private static string Subject(IEnumerable<SeenNode> nodes) => $"node {ClusterChecks.Names(nodes.Select(n => n.Name))}";
}
