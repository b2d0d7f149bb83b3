using Imago.Cli.Terminals;
using Imago.Domain.Rollouts.Explanations;

namespace Imago.Cli.Nodes;

/// <summary>Nodes with their reasons, for people. Nodes of a pool that are held by the very same thing are named together, so that a thousand of them fill no thousand paragraphs.</summary>
internal static class NodeReport
{
    // All of them are in the JSON.
    private const int NamesShown = 12;

    // What needs somebody comes first.
    private static readonly NodeStatus[] Order =
        [NodeStatus.Failed, NodeStatus.Blocked, NodeStatus.Pending, NodeStatus.NotSupported, NodeStatus.Upgraded, NodeStatus.Current];

    private static readonly (NodeStatus Status, string Words)[] Words =
    [
        (NodeStatus.Upgraded, "upgraded"), (NodeStatus.Current, "already current"), (NodeStatus.Pending, "pending"), (NodeStatus.Blocked, "blocked"),
        (NodeStatus.Failed, "failed"), (NodeStatus.NotSupported, "not touched"),
    ];

    /// <summary>How many nodes stand where: <c>23 upgraded, 1 blocked</c>.</summary>
    public static string Counts(IReadOnlyCollection<NodeStatus> statuses) =>
        string.Join(", ", Words.Select(w => (Count: statuses.Count(s => s == w.Status), w.Words)).Where(w => w.Count > 0).Select(w => $"{w.Count} {w.Words}"));

    public static void Write(Terminal terminal, IEnumerable<ReportedNode> nodes)
    {
        var groups = nodes.GroupBy(n => (n.Status, n.Pool, n.Runs, n.Target, n.Agent, Why: string.Join('\n', n.Reasons.Select(r => Why(n.Name, r)))))
            .OrderBy(g => Array.IndexOf(Order, g.Key.Status)).ThenBy(g => g.Key.Pool, StringComparer.Ordinal).ThenBy(g => g.First().Name, StringComparer.Ordinal);
        foreach (var group in groups)
        {
            var names = group.Select(n => n.Name).ToList();
            terminal.Out.WriteLine(names is [var only]
                ? $"{group.Key.Status}: {only} of pool {group.Key.Pool}"
                : $"{group.Key.Status}: {names.Count} nodes of pool {group.Key.Pool}");
            if (names.Count > 1)
            {
                terminal.WriteProse($"{string.Join(", ", names.Take(NamesShown))}{(names.Count > NamesShown ? $" and {names.Count - NamesShown} more" : "")}", "  nodes   ");
            }

            terminal.WriteProse(group.Key.Runs.Length == 0 ? "unknown" : group.Key.Runs, "  runs    ");
            if (group.Key.Target is { } target && target != group.Key.Runs)
            {
                terminal.WriteProse(target, "  target  ");
            }

            if (group.Key.Agent is { } agent)
            {
                terminal.WriteProse(agent, "  agent   ");
            }

            var lead = "  why     ";
            foreach (var reason in group.First().Reasons)
            {
                terminal.WriteProse(Why(group.First().Name, reason), lead);
                lead = "          ";
            }

            terminal.Out.WriteLine();
        }
    }

    // The heading names the node; messages that name it again could not be told of several.
    private static string Why(string node, ReportedReason reason)
    {
        var message = reason.Message.Replace($"Node '{node}'", "It", StringComparison.Ordinal);
        return $"{reason.Code}: {message}{(reason is { Until: null, Event: { } ends } ? $" [until {ends}]" : "")}";
    }
}
