using System.Text.Encodings.Web;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;

namespace Imago.Simulation.Tracing;

/// <summary>Writes a trace as one JSON object per line; docs/trace.md describes it. Not thread safe.</summary>
public sealed class TraceWriter : ITraceSink, IDisposable
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Stream _stream;
    private readonly Utf8JsonWriter _json;

    /// <summary>Writes to a stream, and closes it at the end.</summary>
    public TraceWriter(Stream stream)
    {
        _stream = stream;
        _json = new Utf8JsonWriter(stream, Options);
    }

    public void Write(TraceEvent happened)
    {
        _json.WriteStartObject();
        _json.WriteString("time", InstantPattern.ExtendedIso.Format(happened.At));
        _json.WriteString("kind", happened.Kind.ToString());
        Text("pool", happened.Pool);
        Text("rollout", happened.Rollout);
        Time("window", happened.Window);
        Time("windowEnd", happened.WindowEnd);
        Text("target", happened.Target);
        Number("size", happened.Size);
        Number("maxSurge", happened.MaxSurge);
        Number("maxUnavailable", happened.MaxUnavailable);
        Text("phase", happened.Phase?.ToString());
        Text("state", happened.State?.ToString());
        Text("work", happened.Work?.ToString());
        if (happened.Canary is { } canary)
        {
            _json.WriteBoolean("canary", canary);
        }

        Text("result", happened.Result?.ToString());
        if (happened.Node is { } node)
        {
            _json.WriteString("node", node.Name);
            Text("zone", node.Zone);
            _json.WriteString("image", node.Image);
            _json.WriteBoolean("schedulable", node.Schedulable);
            _json.WriteBoolean("ready", node.Ready);
            _json.WriteBoolean("surge", node.Surge);
            _json.WriteBoolean("steered", node.Steered);
            _json.WriteBoolean("quarantined", node.Quarantined);
        }

        Write(happened.Pod);
        Write(happened.Budget);
        Text("detail", happened.Detail);
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _stream.WriteByte((byte)'\n');
    }

    public void Dispose()
    {
        _json.Dispose();
        _stream.Dispose();
    }

    private void Write(TracePod? pod)
    {
        if (pod is null)
        {
            return;
        }

        _json.WriteStartObject("pod");
        _json.WriteString("namespace", pod.Key.Namespace);
        _json.WriteString("name", pod.Key.Name);
        Text("owner", pod.Owner?.ToString());
        _json.WriteBoolean("ready", pod.Ready);
        _json.WriteBoolean("terminating", pod.Terminating);
        _json.WriteStartArray("budgets");
        foreach (var budget in pod.Budgets)
        {
            _json.WriteStringValue(budget.ToString());
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    private void Write(TraceBudget? budget)
    {
        if (budget is null)
        {
            return;
        }

        _json.WriteStartObject("budget");
        _json.WriteString("namespace", budget.Key.Namespace);
        _json.WriteString("name", budget.Key.Name);
        _json.WriteNumber("allowedBefore", budget.AllowedBefore);
        _json.WriteNumber("allowedAfter", budget.AllowedAfter);
        _json.WriteNumber("currentHealthy", budget.CurrentHealthy);
        _json.WriteNumber("desiredHealthy", budget.DesiredHealthy);
        _json.WriteEndObject();
    }

    private void Time(string name, Instant? value)
    {
        if (value is { } instant)
        {
            _json.WriteString(name, InstantPattern.ExtendedIso.Format(instant));
        }
    }

    private void Number(string name, int? value)
    {
        if (value is { } number)
        {
            _json.WriteNumber(name, number);
        }
    }

    private void Text(string name, string? value)
    {
        if (value is not null)
        {
            _json.WriteString(name, value);
        }
    }
}
