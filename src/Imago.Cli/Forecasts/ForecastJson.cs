using System.Text.Json;
using Imago.Cli.Json;
using Imago.Simulation.Forecasts;

namespace Imago.Cli.Forecasts;

/// <summary>A forecast as JSON. Names are stable: they are an interface, described in docs/commands/forecast.md.</summary>
internal static class ForecastJson
{
    public static string Write(Forecast forecast) => AnswerJson.Document(json =>
    {
        json.WriteStartObject();
        Summary(json, forecast.Summary);
        json.WriteObjects("windows", forecast.Windows, Window);
        json.WriteObjects("nodes", forecast.Nodes, Node);
        json.WriteObjects("budgets", forecast.Budgets, Budget);
        json.WriteArray("assumptions", forecast.Assumptions, (writer, assumption) => writer.WriteStringValue(assumption));
        json.WriteEndObject();
    });

    private static void Summary(Utf8JsonWriter json, ForecastSummary summary)
    {
        json.WriteStartObject("summary");
        json.WriteNumber("nodes", summary.Nodes);
        json.WriteNumber("upgraded", summary.Upgraded);
        json.WriteNumber("current", summary.Current);
        json.WriteNumber("pending", summary.Pending);
        json.WriteNumber("blocked", summary.Blocked);
        json.WriteNumber("failed", summary.Failed);
        json.WriteNumber("notSupported", summary.NotSupported);
        json.WriteInstant("finishedAt", summary.FinishedAt);
        json.WriteNumber("evictions", summary.Evictions);
        json.WriteNumber("evictionsPerPod", summary.EvictionsPerPod);
        json.WriteNumber("peakNodes", summary.PeakNodes);
        json.WriteNumber("maxUnavailableSeen", summary.MaxUnavailableSeen);
        json.WriteNumber("makespanSeconds", summary.MakespanSeconds);
        json.WriteNumber("lowerBoundSeconds", summary.LowerBoundSeconds);
        json.WriteNumber("windowsUsed", summary.WindowsUsed);
        json.WriteEndObject();
    }

    private static void Window(Utf8JsonWriter json, ForecastWindow window)
    {
        json.WriteInstant("start", window.Start);
        json.WriteInstant("end", window.End);
        json.WriteNumber("nodesUpgraded", window.NodesUpgraded);
    }

    private static void Node(Utf8JsonWriter json, ForecastNode node)
    {
        json.WriteString("name", node.Name);
        json.WriteString("pool", node.Pool);
        json.WriteString("zone", node.Zone);
        json.WriteString("from", node.From);
        json.WriteString("to", node.To);
        json.WriteString("status", node.Status.ToString());
        json.WriteInstant("startedAt", node.StartedAt);
        json.WriteInstant("finishedAt", node.FinishedAt);
        json.WriteInstant("window", node.Window);
        json.WriteNumber("evictions", node.Evictions);
        json.WriteReasons(node.Reasons);
    }

    private static void Budget(Utf8JsonWriter json, ForecastBudget budget)
    {
        json.WriteString("namespace", budget.Key.Namespace);
        json.WriteString("name", budget.Key.Name);
        json.WriteNumber("blockedSeconds", budget.BlockedSeconds);
        json.WriteArray("nodes", budget.Nodes, (writer, node) => writer.WriteStringValue(node));
    }
}
