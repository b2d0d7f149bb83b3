using System.Text.Json.Nodes;

namespace Imago.Kubernetes.Serving.Protobuf;

/// <summary>Makes JSON of a message, as the API's own JSON of it would be. No message holds itself, so that depth needs no limit but that of JSON within.</summary>
/// <param name="book">The messages that are understood.</param>
/// <param name="deepest">Deepest nesting of JSON within a message.</param>
internal sealed class MessageReader(MessageBook book, int deepest)
{
    /// <summary>Reads a message's fields into an object.</summary>
    /// <exception cref="FormatException">The bytes are no such message, or something in it is not known.</exception>
    public void ReadInto(JsonObject json, MessageSchema message, ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes);
        while (reader.TryNext())
        {
            if (!message.Fields.TryGetValue(reader.Number, out var field))
            {
                throw new FormatException($"field {reader.Number} of message {message.Name} is not known: send the object as application/json");
            }

            if (field.IsList && reader.IsDelimited && field.Value is FieldValue.Whole)
            {
                AddNumbers(ListOf(json, field), reader.Bytes);
                continue;
            }

            if (reader.IsDelimited == (field.Value is FieldValue.Whole or FieldValue.Flag))
            {
                throw new FormatException($"field {field.Number} ({field.Name}) of message {message.Name} is not of the type that it should be");
            }

            if (field.IsMap)
            {
                AddEntry(MapOf(json, field), field, reader.Bytes);
            }
            else if (field.IsList)
            {
                ListOf(json, field).Add(ValueOf(field, reader));
            }
            else if (field.Name.Length == 0)
            {
                ReadInto(json, book.Of(field.Type), reader.Bytes);
            }
            else if (ValueOf(field, reader) is { } value && (field.MayBeEmpty || !IsEmpty(value)))
            {
                json[field.Name] = value;
            }
        }
    }

    private JsonNode? ValueOf(MessageField field, WireReader reader) => field.Value switch
    {
        FieldValue.Text => WireReader.TextOf(reader.Bytes),
        FieldValue.Whole => reader.Value,
        FieldValue.Flag => reader.Value != 0,
        FieldValue.Message => MessageOf(field, reader.Bytes),
        _ => SmallMessages.Read(field.Value, reader.Bytes, deepest),
    };

    private JsonObject MessageOf(MessageField field, ReadOnlySpan<byte> bytes)
    {
        var json = new JsonObject();
        ReadInto(json, book.Of(field.Type), bytes);
        return json;
    }

    private void AddEntry(JsonObject map, MessageField field, ReadOnlySpan<byte> bytes)
    {
        var key = "";
        JsonNode? value = field.Value is FieldValue.Text ? "" : SmallMessages.Read(field.Value, [], deepest);
        var entry = new WireReader(bytes);
        while (entry.TryNext())
        {
            (key, value) = entry switch
            {
                { IsDelimited: true, Number: 1 } => (WireReader.TextOf(entry.Bytes), value),
                { IsDelimited: true, Number: 2 } => (key, ValueOf(field, entry)),
                _ => throw new FormatException($"an entry of '{field.Name}' is broken: it has a field {entry.Number}"),
            };
        }

        map[key] = value;
    }

    private static void AddNumbers(JsonArray list, ReadOnlySpan<byte> bytes)
    {
        var numbers = new WireReader(bytes);
        while (numbers.HasMore)
        {
            list.Add(numbers.NextNumber());
        }
    }

    private static JsonArray ListOf(JsonObject json, MessageField field)
    {
        if (json[field.Name] is not JsonArray list)
        {
            json[field.Name] = list = [];
        }

        return list;
    }

    private static JsonObject MapOf(JsonObject json, MessageField field)
    {
        if (json[field.Name] is not JsonObject map)
        {
            json[field.Name] = map = [];
        }

        return map;
    }

    private static bool IsEmpty(JsonNode value) => value switch
    {
        JsonObject fields => fields.Count == 0,
        JsonValue plain when plain.TryGetValue<string>(out var text) => text.Length == 0,
        JsonValue plain when plain.TryGetValue<long>(out var number) => number == 0,
        JsonValue plain when plain.TryGetValue<bool>(out var flag) => !flag,
        _ => false,
    };
}
