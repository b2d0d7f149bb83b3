using Imago.Cli.Terminals;
using Imago.Simulation.Forecasts;
using NodaTime;

namespace Imago.Cli.Forecasts;

/// <summary>A line per pool that shows how many of its nodes are under way when. One picture for each window that is used, so that the days between take no room.</summary>
internal static class TimeLines
{
    private const int Longest = 60;

    // Both ends of the line are named above it.
    private const int Shortest = 34;

    public static void Write(Terminal terminal, Forecast forecast)
    {
        var moved = forecast.Nodes.Where(n => n is { StartedAt: not null, FinishedAt: not null }).ToList();
        if (moved.Count == 0)
        {
            return;
        }

        var names = moved.Max(n => n.Pool.Length);
        var length = Math.Clamp(terminal.Width - names - 4, Shortest, Longest);
        terminal.Out.WriteLine("Nodes under way (9: nine or more):");
        foreach (var run in moved.GroupBy(n => n.Window).OrderBy(g => g.Key ?? Instant.MinValue))
        {
            var (first, last) = (run.Min(n => n.StartedAt!.Value), run.Max(n => n.FinishedAt!.Value));
            terminal.Out.WriteLine($"  {new string(' ', names)}  {TimeText.ToMinute(first)}{TimeText.ToMinute(last).PadLeft(length - 16)}");
            foreach (var pool in run.GroupBy(n => n.Pool, StringComparer.Ordinal).OrderBy(g => g.Min(n => n.StartedAt)).ThenBy(g => g.Key, StringComparer.Ordinal))
            {
                terminal.Out.WriteLine($"  {pool.Key.PadRight(names)}  {Line([.. pool], first, last, length)}");
            }

            terminal.Out.WriteLine();
        }
    }

    // One character for each slice of time: the most nodes of the pool that are under way at one instant of it.
    private static string Line(List<ForecastNode> nodes, Instant first, Instant last, int length)
    {
        var slice = (last - first) / length;
        var changes = nodes.SelectMany(n => new[] { (At: n.StartedAt!.Value, By: 1), (At: n.FinishedAt!.Value, By: -1) }).OrderBy(c => c.At).ThenBy(c => c.By).ToList();
        var (line, busy, next) = (new char[length], 0, 0);
        for (var i = 0; i < length; i++)
        {
            var most = busy;
            for (; next < changes.Count && (changes[next].At < first + (slice * (i + 1)) || i == length - 1); next++)
            {
                busy += changes[next].By;
                most = Math.Max(most, busy);
            }

            line[i] = most == 0 ? '.' : (char)('0' + Math.Min(9, most));
        }

        return new string(line);
    }
}
