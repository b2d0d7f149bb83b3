using System.Text.Json;
using Imago.Kubernetes.Objects;

namespace Imago.Kubernetes.Transport;

/// <summary>Reads one line of a watch: <c>{"type":"ADDED","object":{…}}</c>. The object is read as what the type says it is.</summary>
internal static class WatchLine
{
    /// <summary>An event, or the error that the line tells.</summary>
    public static (WatchEvent<T>? Event, Status? Error) Read<T>(ReadOnlySpan<byte> line, ResourceType<T> type)
        where T : KubernetesObject
    {
        var name = Split(line, out var item);
        if (name == "ERROR")
        {
            return (null, JsonSerializer.Deserialize(item, KubernetesJson.Default.Status) ?? new Status());
        }

        WatchEventType happened = name switch
        {
            "ADDED" => WatchEventType.Added,
            "MODIFIED" => WatchEventType.Modified,
            "DELETED" => WatchEventType.Deleted,
            "BOOKMARK" => WatchEventType.Bookmark,
            _ => throw new JsonException($"'{name}' is no type of a watch event."),
        };
        var told = JsonSerializer.Deserialize(item, type.Json) ?? throw new JsonException("A watch event has no object.");
        return (new WatchEvent<T>(happened, told, told.Metadata.ResourceVersion ?? throw new JsonException("A watch event's object has no resource version.")), null);
    }

    // The type comes first, but nothing in JSON promises that it does.
    private static string Split(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> item)
    {
        item = default;
        var reader = new Utf8JsonReader(line);
        string? type = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("A watch event is no object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isObject = reader.ValueTextEquals("object"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            if (isType)
            {
                type = PooledTextConverter.ReadText(ref reader);
            }

            reader.Skip();
            if (isObject)
            {
                item = line[start..(int)reader.BytesConsumed];
            }
        }

        return type is not null && !item.IsEmpty ? type : throw new JsonException("A watch event needs a type and an object.");
    }
}
