using Imago.Cli.Nodes;
using Imago.Cli.Terminals;
using Imago.Domain.Rollouts.Explanations;
using Imago.Simulation.Forecasts;
using NodaTime;

namespace Imago.Cli.Forecasts;

/// <summary>A forecast for people: the outcome in a sentence, a time line per pool, windows, and what is in the way with what to do.</summary>
internal static class ForecastTables
{
    public static void Write(Terminal terminal, ForecastSubject subject, Forecast forecast)
    {
        Heading(terminal, subject, forecast);
        Pools(terminal, subject, forecast);
        TimeLines.Write(terminal, forecast);
        Windows(terminal, forecast);
        NodeReport.Write(
            terminal,
            forecast.Nodes.Where(n => n.Status is not (NodeStatus.Upgraded or NodeStatus.Current)).Select(n => new ReportedNode(n.Name, n.Pool, n.From, n.To, n.Status, ReportedReason.Of(n.Reasons))));
        Budgets(terminal, forecast);
        Numbers(terminal, forecast.Summary);
        terminal.Out.WriteLine("Taken for granted:");
        foreach (var assumption in forecast.Assumptions)
        {
            terminal.WriteProse(assumption, "  - ");
        }
    }

    private static void Heading(Terminal terminal, ForecastSubject subject, Forecast forecast)
    {
        var summary = forecast.Summary;
        terminal.WriteProse(
            $"Cluster '{subject.Cluster}': {CountText.Of(summary.Nodes, "node")} in {CountText.Of(subject.Pools.Length, "pool")}{(subject.FoundBy is null ? "" : $" (found by {subject.FoundBy})")}, channel {subject.Channel}.");
        terminal.WriteProse($"Forecast from {TimeText.ToMinute(subject.From)} over {TimeText.Of(subject.Horizon)}. All times are UTC.");
        terminal.Out.WriteLine();
        var counts = NodeReport.Counts([.. forecast.Nodes.Select(n => n.Status)]);
        terminal.WriteProse(summary.FinishedAt is { } finished
            ? $"{counts}. The last node is finished at {TimeText.ToMinute(finished)}."
            : $"{counts}.{(summary.Pending > 0 ? " Pending nodes are not finished by the end of the forecast." : "")}");
        terminal.Out.WriteLine();
    }

    private static void Pools(Terminal terminal, ForecastSubject subject, Forecast forecast)
    {
        // One target for all is said once; where they differ, each stands with its pool.
        var summaries = PoolSummary.Of(subject.Pools, forecast).ToList();
        var targets = summaries.SelectMany(p => p.Targets).Distinct(StringComparer.Ordinal).ToList();
        if (targets is [var only])
        {
            terminal.WriteProse(only == "-" ? "No pool has a target." : $"Target: {only}");
            terminal.Out.WriteLine();
        }

        Column[] columns = [new("pool"), new("nodes", IsNumber: true), new("upgraded", IsNumber: true), new("starts"), new("finished")];
        var table = new TextTable(targets.Count == 1 ? columns : [.. columns, new("to")]);
        foreach (var pool in summaries)
        {
            string[] cells = [pool.Name, pool.Nodes.ToString(), pool.Upgraded.ToString(), TimeText.ToMinute(pool.Starts), TimeText.ToMinute(pool.Finished)];
            table.Add(targets.Count == 1 ? cells : [.. cells, string.Join(", ", pool.Targets)]);
        }

        table.Write(terminal);
        terminal.Out.WriteLine();
    }

    private static void Windows(Terminal terminal, Forecast forecast)
    {
        if (forecast.Windows.IsEmpty)
        {
            return;
        }

        var table = new TextTable(new("window opens"), new("closes"), new("nodes upgraded", IsNumber: true));
        foreach (var window in forecast.Windows)
        {
            table.Add(TimeText.ToMinute(window.Start), TimeText.ToMinute(window.End), window.NodesUpgraded.ToString());
        }

        table.Write(terminal);
        terminal.Out.WriteLine();
    }

    private static void Budgets(Terminal terminal, Forecast forecast)
    {
        if (forecast.Budgets.IsEmpty)
        {
            return;
        }

        var table = new TextTable(new("disruption budget"), new("held evictions back for", IsNumber: true), new("on nodes", IsNumber: true));
        foreach (var budget in forecast.Budgets)
        {
            table.Add(budget.Key.ToString(), TimeText.Of(Duration.FromSeconds(budget.BlockedSeconds)), budget.Nodes.Length.ToString());
        }

        table.Write(terminal);
        terminal.Out.WriteLine();
    }

    private static void Numbers(Terminal terminal, ForecastSummary summary)
    {
        if (summary.Upgraded == 0 && summary.Evictions == 0)
        {
            return;
        }

        terminal.WriteProse(
            $"{CountText.Of(summary.Evictions, "eviction")} ({summary.EvictionsPerPod:0.00} per pod); at most {CountText.Of(summary.PeakNodes, "node")} at a time, {Shortfall(summary.MaxUnavailableSeen)}.");
        terminal.WriteProse(
            $"{TimeText.Of(Duration.FromSeconds(summary.MakespanSeconds))} of work{(summary.WindowsUsed > 0 ? $" in {CountText.Of(summary.WindowsUsed, "window")}" : "")}; no plan needs less than {TimeText.Of(Duration.FromSeconds(summary.LowerBoundSeconds))}.");
        terminal.Out.WriteLine();
    }
    private static string Shortfall(int most) => most == 0
        ? "and no pool had fewer nodes in use than before"
        : $"and at most {CountText.Of(most, "node")} fewer in use in a pool than before";
}
