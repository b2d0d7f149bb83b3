using System.Collections.Immutable;
using Imago.Cli.Terminals;
using Imago.Domain.Rollouts.Explanations;
using Imago.Simulation.Dumps;
using Imago.Simulation.Forecasts;
using NodaTime;
using NodaTime.Text;
using Spectre.Console;

namespace Imago.Cli.Forecasts;

/// <summary>A forecast for people: the outcome in a sentence, a time line per pool, windows, and what is in the way with what to do.</summary>
internal static class ForecastTables
{
    private const int LineWidth = 60;

    private static readonly InstantPattern Minute = InstantPattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm");

    public static void Write(Terminal terminal, ForecastRequest request, ImmutableArray<DiscoveredPool> pools, Forecast forecast)
    {
        var summary = forecast.Summary;
        terminal.Out.WriteLine($"Cluster '{request.Blueprint.Name}': {summary.Nodes} nodes in {pools.Length} pools, channel {request.Spec.Channel}, from {Minute.Format(request.From)} UTC over {request.Horizon.TotalDays:0.##} days.");
        terminal.Out.WriteLine(Outcome(summary));
        terminal.Out.WriteLine();
        Pools(terminal, pools, forecast);
        Windows(terminal, forecast);
        Troubles(terminal, forecast);
        Budgets(terminal, forecast);
        Numbers(terminal, summary);
        terminal.Out.WriteLine("Taken for granted:");
        foreach (var assumption in forecast.Assumptions)
        {
            terminal.Out.WriteLine($"  - {assumption}");
        }
    }

    private static string Outcome(ForecastSummary summary)
    {
        var parts = new (int Count, string Text)[]
        {
            (summary.Upgraded, "upgraded"), (summary.Current, "already current"), (summary.Pending, "still pending"), (summary.Blocked, "blocked"),
            (summary.Failed, "failed"), (summary.NotSupported, "not touched by the channel"),
        };
        var text = string.Join(", ", parts.Where(p => p.Count > 0).Select(p => $"{p.Count} {p.Text}"));
        return summary.FinishedAt is { } finished ? $"{text}; the last one at {Minute.Format(finished)} UTC." : $"{text}.";
    }

    private static void Pools(Terminal terminal, ImmutableArray<DiscoveredPool> pools, Forecast forecast)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("pool", "found by", "nodes", "to", "upgraded", "started", "finished");
        foreach (var pool in pools)
        {
            var nodes = forecast.Nodes.Where(n => string.Equals(n.Pool, pool.Spec.Name, StringComparison.Ordinal)).ToList();
            var moved = nodes.Where(n => n.FinishedAt is not null).ToList();
            table.AddRow(
                Markup.Escape(pool.Spec.Name),
                Markup.Escape(pool.FoundBy),
                nodes.Count.ToString(),
                Markup.Escape(nodes.Select(n => n.To).FirstOrDefault(t => t is not null) ?? "-"),
                nodes.Count(n => n.Status == NodeStatus.Upgraded).ToString(),
                moved.Count == 0 ? "-" : Minute.Format(moved.Min(n => n.StartedAt!.Value)),
                moved.Count == 0 ? "-" : Minute.Format(moved.Max(n => n.FinishedAt!.Value)));
        }

        terminal.Console.Write(table);
        TimeLines(terminal, pools, forecast);
    }

    // One line per window in which something was done, so that the days between them take no room.
    private static void TimeLines(Terminal terminal, ImmutableArray<DiscoveredPool> pools, Forecast forecast)
    {
        var width = Math.Max(4, pools.Max(p => p.Spec.Name.Length));
        foreach (var run in forecast.Nodes.Where(n => n.FinishedAt is not null).GroupBy(n => n.Window).OrderBy(g => g.Key ?? Instant.MinValue))
        {
            var (first, last) = (run.Min(n => n.StartedAt!.Value), run.Max(n => n.FinishedAt!.Value));
            terminal.Out.WriteLine($"  {"pool".PadRight(width)}  {Minute.Format(first)} {new string(' ', LineWidth - 34)} {Minute.Format(last)}");
            foreach (var pool in pools)
            {
                var nodes = run.Where(n => string.Equals(n.Pool, pool.Spec.Name, StringComparison.Ordinal)).ToList();
                if (nodes.Count > 0)
                {
                    terminal.Out.WriteLine($"  {pool.Spec.Name.PadRight(width)}  {TimeLine(nodes, first, last)}");
                }
            }

            terminal.Out.WriteLine();
        }
    }

    // One character per slice of time: how many nodes of the pool are under way, 9 for more than that.
    private static string TimeLine(List<ForecastNode> nodes, Instant first, Instant last)
    {
        var slice = (last - first) / LineWidth;
        return string.Concat(Enumerable.Range(0, LineWidth).Select(i =>
        {
            var (start, end) = (first + (slice * i), first + (slice * (i + 1)));
            var busy = nodes.Count(n => n.StartedAt < end && n.FinishedAt > start);
            return busy == 0 ? '.' : (char)('0' + Math.Min(9, busy));
        }));
    }

    private static void Windows(Terminal terminal, Forecast forecast)
    {
        if (forecast.Windows.IsEmpty)
        {
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("window opens (UTC)", "closes", "nodes upgraded");
        foreach (var window in forecast.Windows)
        {
            table.AddRow(Minute.Format(window.Start), Minute.Format(window.End), window.NodesUpgraded.ToString());
        }

        terminal.Console.Write(table);
    }

    private static void Troubles(Terminal terminal, Forecast forecast)
    {
        var troubled = forecast.Nodes.Where(n => n.Status is not (NodeStatus.Upgraded or NodeStatus.Current)).ToList();
        if (troubled.Count == 0)
        {
            return;
        }

        // Nodes that are held by the very same thing are named together.
        foreach (var group in troubled.GroupBy(n => (n.Status, Text: string.Join(Environment.NewLine, n.Reasons.Select(r => $"      {r.Code}: {r.Message}")))))
        {
            var names = group.Select(n => n.Name).ToList();
            terminal.Out.WriteLine($"{group.Key.Status}: {string.Join(", ", names.Take(6))}{(names.Count > 6 ? $" and {names.Count - 6} more" : "")}");
            terminal.Out.WriteLine(group.Key.Text);
        }

        terminal.Out.WriteLine();
    }

    private static void Budgets(Terminal terminal, Forecast forecast)
    {
        if (forecast.Budgets.IsEmpty)
        {
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("disruption budget", "held evictions back for", "on nodes");
        foreach (var budget in forecast.Budgets)
        {
            table.AddRow(Markup.Escape(budget.Key.ToString()), $"{Duration.FromSeconds(budget.BlockedSeconds).TotalMinutes:0.#} min", budget.Nodes.Length.ToString());
        }

        terminal.Console.Write(table);
    }

    private static void Numbers(Terminal terminal, ForecastSummary summary)
    {
        terminal.Out.WriteLine(
            $"{summary.Evictions} evictions ({summary.EvictionsPerPod:0.00} per pod), at most {summary.PeakNodes} nodes at a time, at most {summary.MaxUnavailableSeen} fewer in use than before.");
        terminal.Out.WriteLine(
            $"{Duration.FromSeconds(summary.MakespanSeconds).TotalMinutes:0.#} minutes of work in {summary.WindowsUsed} windows; no plan needs less than {Duration.FromSeconds(summary.LowerBoundSeconds).TotalMinutes:0.#}.");
        terminal.Out.WriteLine();
    }
}
