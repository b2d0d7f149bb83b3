using Imago.Cli.Nodes;
using Imago.Cli.Terminals;
using Imago.Domain.Rollouts.Explanations;
using NodaTime;

namespace Imago.Cli.Demo;

/// <summary>What the demo has shown, in numbers, and where every node stands at its end.</summary>
internal static class DemoSummary
{
    public static void Write(Terminal terminal, DemoRun run)
    {
        var nodes = run.Explanations.Values.ToList();
        terminal.Out.WriteLine();
        if (run.Story.Acts)
        {
            terminal.WriteProse(
                $"{CountText.Of(run.NodesDone, "node upgrade")} with {CountText.Of(run.Evictions, "eviction")}, of which {run.Forced} against a disruption budget; {CountText.Of(run.NodesStartedOutsideWindows, "node")} started outside a window.");
            foreach (var budget in run.Budgets)
            {
                terminal.WriteProse(
                    $"Disruption budget {budget.Key} held evictions back for {TimeText.Of(Duration.FromSeconds(budget.BlockedSeconds))}, on {string.Join(" and ", budget.Nodes)}.");
            }
        }

        terminal.WriteProse($"In the end: {NodeReport.Counts([.. nodes.Select(n => n.Status)])}.");
        terminal.Out.WriteLine();
        NodeReport.Write(
            terminal,
            nodes.Where(n => n.Status is not (NodeStatus.Current or NodeStatus.Upgraded)).Select(n => new ReportedNode(n.Node, n.Pool, n.Image, n.Target, n.Status, ReportedReason.Of(n.Reasons))));
        terminal.WriteProse("Next: `imago forecast --cluster cluster.json` tells the same of your own cluster; `imago forecast --help` says how to take its picture.");
    }
}
