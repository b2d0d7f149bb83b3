using System.Globalization;
using System.Text.Json.Nodes;
using Imago.Kubernetes.Serving.Requests;

namespace Imago.Kubernetes.Serving.Protobuf;

/// <summary>Messages that are one value in JSON.</summary>
internal static class SmallMessages
{
    /// <summary>The value; null: there is none.</summary>
    public static JsonNode? Read(FieldValue value, ReadOnlySpan<byte> bytes, int deepest) => value switch
    {
        FieldValue.Bytes => Convert.ToBase64String(bytes),
        FieldValue.Time => Instant(bytes, "yyyy-MM-dd'T'HH:mm:ss'Z'"),
        FieldValue.MicroTime => Instant(bytes, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'"),
        FieldValue.Quantity => First(bytes) is { Length: > 0 } text ? text : "0",
        FieldValue.WholeOrText => WholeOrText(bytes),
        FieldValue.Json => First(bytes) is { Length: > 0 } text ? JsonText.Parse(text, deepest) : null,
        FieldValue.Texts => Texts(bytes),
        _ => throw new InvalidOperationException($"'{value}' is no message of one value."),
    };

    // { int64 seconds = 1; int32 nanos = 2; }
    private static JsonNode? Instant(ReadOnlySpan<byte> bytes, string form)
    {
        if (bytes.IsEmpty)
        {
            return null;
        }

        var (seconds, nanoseconds) = (0L, 0L);
        var reader = new WireReader(bytes);
        while (reader.TryNext())
        {
            (seconds, nanoseconds) = reader.Number == 1 ? (reader.Value, nanoseconds) : (seconds, reader.Value);
        }

        try
        {
            return DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanoseconds / 100).ToString(form, CultureInfo.InvariantCulture);
        }
        catch (ArgumentOutOfRangeException problem)
        {
            throw new FormatException($"an instant of {seconds} s since 1970 is beyond the calendar", problem);
        }
    }

    // { int64 type = 1; int32 intVal = 2; string strVal = 3; }
    private static JsonNode WholeOrText(ReadOnlySpan<byte> bytes)
    {
        var (isText, number, text) = (false, 0L, "");
        var reader = new WireReader(bytes);
        while (reader.TryNext())
        {
            switch (reader.Number)
            {
                case 1:
                    isText = reader.Value == 1;
                    break;
                case 2:
                    number = reader.Value;
                    break;
                case 3:
                    text = WireReader.TextOf(reader.Bytes);
                    break;
            }
        }

        return isText ? text : number;
    }

    // { string or bytes = 1; }
    private static string First(ReadOnlySpan<byte> bytes)
    {
        var text = "";
        var reader = new WireReader(bytes);
        while (reader.TryNext())
        {
            text = reader.Number == 1 ? WireReader.TextOf(reader.Bytes) : text;
        }

        return text;
    }

    // { repeated string items = 1; }
    private static JsonArray Texts(ReadOnlySpan<byte> bytes)
    {
        var texts = new JsonArray();
        var reader = new WireReader(bytes);
        while (reader.TryNext())
        {
            texts.Add(WireReader.TextOf(reader.Bytes));
        }

        return texts;
    }
}
