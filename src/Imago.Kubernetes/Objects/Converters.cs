using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using NodaTime;
using NodaTime.Text;

namespace Imago.Kubernetes.Objects;

/// <summary>Text that many objects share.</summary>
internal sealed class PooledTextConverter : JsonConverter<string?>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ReadText(ref reader);

    public override void Write(Utf8JsonWriter writer, string? value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    internal static string? ReadText(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.String or JsonTokenType.PropertyName when !reader.ValueIsEscaped && !reader.HasValueSequence => TextPool.Of(reader.ValueSpan),
        JsonTokenType.String or JsonTokenType.PropertyName => reader.GetString(),
        _ => throw new JsonException($"A text was expected, not {reader.TokenType}."),
    };
}

/// <summary>Labels: keys and values are pooled, and so are whole sets.</summary>
internal sealed class LabelsConverter : JsonConverter<ImmutableDictionary<string, string>?>
{
    public override ImmutableDictionary<string, string>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TextMaps.Read(ref reader, pooledValues: true) is { } read ? LabelSetPool.Of(read) : null;

    public override void Write(Utf8JsonWriter writer, ImmutableDictionary<string, string>? value, JsonSerializerOptions options) => TextMaps.Write(writer, value);
}

/// <summary>Annotations and data: only the keys are pooled, values are long and differ.</summary>
internal sealed class AnnotationsConverter : JsonConverter<ImmutableDictionary<string, string>?>
{
    public override ImmutableDictionary<string, string>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TextMaps.Read(ref reader, pooledValues: false)?.ToImmutableDictionary();

    public override void Write(Utf8JsonWriter writer, ImmutableDictionary<string, string>? value, JsonSerializerOptions options) => TextMaps.Write(writer, value);
}

/// <summary>Maps of text to text on the wire.</summary>
internal static class TextMaps
{
    public static List<KeyValuePair<string, string>>? Read(ref Utf8JsonReader reader, bool pooledValues)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException($"A map of texts was expected, not {reader.TokenType}.");
        }

        List<KeyValuePair<string, string>> pairs = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = PooledTextConverter.ReadText(ref reader)!;
            reader.Read();
            pairs.Add(new(key, (pooledValues ? PooledTextConverter.ReadText(ref reader) : reader.GetString()) ?? ""));
        }

        return pairs;
    }

    public static void Write(Utf8JsonWriter writer, ImmutableDictionary<string, string>? value)
    {
        if (value is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        foreach (var (key, text) in value.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            writer.WriteString(key, text);
        }

        writer.WriteEndObject();
    }
}

/// <summary>A number or a text, kept as text.</summary>
internal sealed class IntOrTextConverter : JsonConverter<string?>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number ? reader.GetInt64().ToString(CultureInfo.InvariantCulture) : PooledTextConverter.ReadText(ref reader);

    public override void Write(Utf8JsonWriter writer, string? value, JsonSerializerOptions options)
    {
        if (int.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number))
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteStringValue(value);
        }
    }
}

/// <summary>Times to the second, as most of the API has them.</summary>
internal sealed class SecondsConverter() : InstantConverter(InstantPattern.General);

/// <summary>Times to the microsecond: leases and <c>eventTime</c>, where the API insists on all six digits.</summary>
internal sealed class MicrosecondsConverter() : InstantConverter(InstantPattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss'.'ffffff'Z'"));

/// <summary>Times in UTC.</summary>
internal abstract class InstantConverter(InstantPattern pattern) : JsonConverter<Instant?>
{
    public override Instant? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? null : Instant.FromDateTimeOffset(reader.GetDateTimeOffset());

    public override void Write(Utf8JsonWriter writer, Instant? value, JsonSerializerOptions options)
    {
        if (value is { } at)
        {
            writer.WriteStringValue(pattern.Format(at));
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
