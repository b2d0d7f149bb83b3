using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Imago.Domain.Rollouts.Explanations;
using Imago.Simulation.Forecasts;
using NodaTime;
using NodaTime.Text;

namespace Imago.Cli.Forecasts;

/// <summary>A forecast as JSON. Names are stable: they are an interface.</summary>
internal static class ForecastJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

    public static string Write(Forecast forecast)
    {
        var buffer = new ArrayBufferWriter<byte>(1 << 16);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            Summary(json, forecast.Summary);
            Windows(json, forecast.Windows);
            Nodes(json, forecast.Nodes);
            Budgets(json, forecast.Budgets);
            json.WriteStartArray("assumptions");
            foreach (var assumption in forecast.Assumptions)
            {
                json.WriteStringValue(assumption);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reasons of a node, as in every answer that has them.</summary>
    public static void Reasons(Utf8JsonWriter json, ImmutableArray<Reason> reasons)
    {
        json.WriteStartArray("reasons");
        foreach (var reason in reasons)
        {
            json.WriteStartObject();
            json.WriteString("code", reason.Code.ToString());
            json.WriteString("message", reason.Message);
            Moment(json, "until", reason.Until);
            json.WriteString("event", reason.Event);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void Moment(Utf8JsonWriter json, string name, Instant? instant)
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
        Moment(json, "finishedAt", summary.FinishedAt);
        json.WriteNumber("evictions", summary.Evictions);
        json.WriteNumber("evictionsPerPod", summary.EvictionsPerPod);
        json.WriteNumber("peakNodes", summary.PeakNodes);
        json.WriteNumber("maxUnavailableSeen", summary.MaxUnavailableSeen);
        json.WriteNumber("makespanSeconds", summary.MakespanSeconds);
        json.WriteNumber("lowerBoundSeconds", summary.LowerBoundSeconds);
        json.WriteNumber("windowsUsed", summary.WindowsUsed);
        json.WriteEndObject();
    }

    private static void Windows(Utf8JsonWriter json, ImmutableArray<ForecastWindow> windows)
    {
        json.WriteStartArray("windows");
        foreach (var window in windows)
        {
            json.WriteStartObject();
            Moment(json, "start", window.Start);
            Moment(json, "end", window.End);
            json.WriteNumber("nodesUpgraded", window.NodesUpgraded);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Nodes(Utf8JsonWriter json, ImmutableArray<ForecastNode> nodes)
    {
        json.WriteStartArray("nodes");
        foreach (var node in nodes)
        {
            json.WriteStartObject();
            json.WriteString("name", node.Name);
            json.WriteString("pool", node.Pool);
            json.WriteString("zone", node.Zone);
            json.WriteString("from", node.From);
            json.WriteString("to", node.To);
            json.WriteString("status", node.Status.ToString());
            Moment(json, "startedAt", node.StartedAt);
            Moment(json, "finishedAt", node.FinishedAt);
            Moment(json, "window", node.Window);
            json.WriteNumber("evictions", node.Evictions);
            Reasons(json, node.Reasons);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Budgets(Utf8JsonWriter json, ImmutableArray<ForecastBudget> budgets)
    {
        json.WriteStartArray("budgets");
        foreach (var budget in budgets)
        {
            json.WriteStartObject();
            json.WriteString("namespace", budget.Key.Namespace);
            json.WriteString("name", budget.Key.Name);
            json.WriteNumber("blockedSeconds", budget.BlockedSeconds);
            json.WriteStartArray("nodes");
            foreach (var node in budget.Nodes)
            {
                json.WriteStringValue(node);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
