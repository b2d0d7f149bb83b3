using System.Globalization;
using System.Text;

namespace Imago.Server.Telemetry;

/// <summary>Writes metrics in Prometheus' text format, version 0.0.4.</summary>
internal sealed class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();

    /// <summary>Heads a metric: before its samples, once.</summary>
    public void Head(string name, string type, string help)
    {
        if (help.Length > 0)
        {
            _text.Append("# HELP ").Append(name).Append(' ').Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        }

        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    /// <summary>One sample.</summary>
    public void Sample(string name, IEnumerable<KeyValuePair<string, string>> labels, double value)
    {
        _text.Append(name);
        var first = true;
        foreach (var (key, text) in labels)
        {
            _text.Append(first ? '{' : ',').Append(key).Append("=\"");
            Escape(text);
            _text.Append('"');
            first = false;
        }

        _text.Append(first ? " " : "} ").Append(Number(value)).Append('\n');
    }

    public override string ToString() => _text.ToString();

    /// <summary>A name as Prometheus allows it: letters, digits and underscores, no digit first.</summary>
    public static string NameOf(string name)
    {
        var safe = string.Create(name.Length, name, (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsAsciiLetterOrDigit(source[i]) || source[i] == '_' ? source[i] : '_';
            }
        });
        return safe.Length > 0 && char.IsAsciiDigit(safe[0]) ? "_" + safe : safe;
    }

    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private void Escape(string text)
    {
        foreach (var c in text)
        {
            _ = c switch
            {
                '\\' => _text.Append("\\\\"),
                '"' => _text.Append("\\\""),
                '\n' => _text.Append("\\n"),
                _ => _text.Append(c),
            };
        }
    }
}
