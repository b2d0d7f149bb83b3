using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;

namespace Imago.Simulation.Forecasts;

/// <summary>A forecast as JSON, the same from the command line and from a server. Names are stable: they are an interface, described in docs/commands/forecast.md.</summary>
public static class ForecastText
{
    // Quotes and umlauts are for reading; the output goes to files and programs, not into HTML.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

    public static string Write(Forecast forecast)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            Summary(json, forecast.Summary);
            Objects(json, "windows", forecast.Windows, Window);
            Objects(json, "nodes", forecast.Nodes, Node);
            Objects(json, "budgets", forecast.Budgets, Budget);
            Texts(json, "assumptions", forecast.Assumptions);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

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
        Time(json, "finishedAt", summary.FinishedAt);
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
        Time(json, "start", window.Start);
        Time(json, "end", window.End);
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
        Time(json, "startedAt", node.StartedAt);
        Time(json, "finishedAt", node.FinishedAt);
        Time(json, "window", node.Window);
        json.WriteNumber("evictions", node.Evictions);
        Objects(json, "reasons", node.Reasons, (writer, reason) =>
        {
            writer.WriteString("code", reason.Code.ToString());
            writer.WriteString("message", reason.Message);
            Time(writer, "until", reason.Until);
            writer.WriteString("event", reason.Event);
        });
    }

    private static void Budget(Utf8JsonWriter json, ForecastBudget budget)
    {
        json.WriteString("namespace", budget.Key.Namespace);
        json.WriteString("name", budget.Key.Name);
        json.WriteNumber("blockedSeconds", budget.BlockedSeconds);
        Texts(json, "nodes", budget.Nodes);
    }

    private static void Time(Utf8JsonWriter json, string name, Instant? instant)
    {
        if (instant is { } at)
        {
            json.WriteString(name, InstantPattern.ExtendedIso.Format(at));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStringValue(item);
        }

        json.WriteEndArray();
    }

    private static void Objects<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> writeMembers)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            writeMembers(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
