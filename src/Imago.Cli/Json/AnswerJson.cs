using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;

namespace Imago.Cli.Json;

/// <summary>How every command writes JSON: camel case, instants in UTC, and text as it is.</summary>
internal static class AnswerJson
{
    // Quotes and umlauts are for reading; the output goes to files and programs, not into HTML.
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>One document, indented for eyes that look at it after all.</summary>
    public static string Document(Action<Utf8JsonWriter> write) => Text(write, new JsonWriterOptions { Encoder = Encoder, Indented = true });

    /// <summary>One line of a stream of answers.</summary>
    public static string Line(Action<Utf8JsonWriter> write) => Text(write, new JsonWriterOptions { Encoder = Encoder });

    /// <summary>An instant as RFC 3339 in UTC, or null.</summary>
    public static void WriteInstant(this Utf8JsonWriter json, string name, Instant? instant)
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

    /// <summary>An array with an element for each item.</summary>
    public static void WriteArray<T>(this Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            write(json, item);
        }

        json.WriteEndArray();
    }

    /// <summary>An array with an object for each item.</summary>
    public static void WriteObjects<T>(this Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> writeMembers) =>
        json.WriteArray(name, items, (writer, item) =>
        {
            writer.WriteStartObject();
            writeMembers(writer, item);
            writer.WriteEndObject();
        });

    private static string Text(Action<Utf8JsonWriter> write, JsonWriterOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
