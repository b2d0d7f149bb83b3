using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using NodaTime.Text;

namespace Imago.Cli.Windows;

/// <summary>An answer as one line of JSON.</summary>
internal static class WindowsJson
{
    // Quotes and umlauts are for reading; the output goes to files and programs, not into HTML.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Line(WindowsAnswer answer)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("file", answer.File);
            if (answer.Configuration is null)
            {
                WriteErrors(json, answer);
            }
            else
            {
                WriteWindows(json, answer);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteWindows(Utf8JsonWriter json, WindowsAnswer answer)
    {
        json.WriteStartArray("windows");
        foreach (var window in answer.Windows)
        {
            json.WriteStartObject();
            json.WriteString("start", InstantPattern.ExtendedIso.Format(window.Start));
            json.WriteString("end", InstantPattern.ExtendedIso.Format(window.End));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteErrors(Utf8JsonWriter json, WindowsAnswer answer)
    {
        json.WriteStartArray("errors");
        foreach (var problem in answer.Problems)
        {
            json.WriteStartObject();
            json.WriteString("path", problem.Path);
            json.WriteString("message", problem.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
