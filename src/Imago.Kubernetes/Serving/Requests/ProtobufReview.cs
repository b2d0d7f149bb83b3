using System.Text;
using System.Text.Json.Nodes;

namespace Imago.Kubernetes.Serving.Requests;

/// <summary>
/// The reviews of <c>kubectl auth</c>: newer ones send these few small messages as protobuf, and only so. Nothing else is read as protobuf.
/// </summary>
internal static class ProtobufReview
{
    private static readonly byte[] Magic = "k8s\0"u8.ToArray();

    /// <summary>The document; null: it is none of these messages.</summary>
    public static JsonObject? Read(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith(Magic) || Fields(body[Magic.Length..]) is not { } envelope)
        {
            return null;
        }

        // Unknown { TypeMeta typeMeta = 1; bytes raw = 2; }
        var type = Fields(envelope.GetValueOrDefault(1, [])) ?? [];
        var kind = Text(type, 2);
        var message = Fields(envelope.GetValueOrDefault(2, []));

        // All of them: ObjectMeta metadata = 1; spec = 2.
        var spec = message is null ? null : Fields(message.GetValueOrDefault(2, []));
        return spec is null
            ? null
            : kind switch
            {
                "SelfSubjectReview" => Document(type, []),
                "SelfSubjectRulesReview" => Document(type, new JsonObject { ["namespace"] = Text(spec, 1) }),
                "SelfSubjectAccessReview" => Document(type, AccessSpec(spec)),
                _ => null,
            };
    }

    private static JsonObject Document(Dictionary<int, byte[]> type, JsonObject spec) =>
        new() { ["kind"] = Text(type, 2), ["apiVersion"] = Text(type, 1), ["metadata"] = new JsonObject(), ["spec"] = spec };

    private static JsonObject AccessSpec(Dictionary<int, byte[]> spec)
    {
        if (spec.TryGetValue(1, out var resource) && Fields(resource) is { } attributes)
        {
            return new JsonObject { ["resourceAttributes"] = Named(attributes, "namespace", "verb", "group", "version", "resource", "subresource", "name") };
        }

        return spec.TryGetValue(2, out var other) && Fields(other) is { } path ? new JsonObject { ["nonResourceAttributes"] = Named(path, "path", "verb") } : [];
    }

    // Empty texts are sent, too, and mean the same as none.
    private static JsonObject Named(Dictionary<int, byte[]> fields, params ReadOnlySpan<string> names)
    {
        var json = new JsonObject();
        for (var i = 0; i < names.Length; i++)
        {
            if (Text(fields, i + 1) is { Length: > 0 } text)
            {
                json[names[i]] = text;
            }
        }

        return json;
    }

    private static string Text(Dictionary<int, byte[]> fields, int number) => fields.TryGetValue(number, out var bytes) ? Encoding.UTF8.GetString(bytes) : "";

    // The fields that hold bytes, by number; the last one of each. Null: it is no message.
    private static Dictionary<int, byte[]>? Fields(ReadOnlySpan<byte> message)
    {
        var fields = new Dictionary<int, byte[]>();
        while (message.Length > 0)
        {
            if (!TryVarint(ref message, out var tag))
            {
                return null;
            }

            switch (tag & 7)
            {
                case 0 when TryVarint(ref message, out _):
                    break;
                case 1 when message.Length >= 8:
                    message = message[8..];
                    break;
                case 2 when TryVarint(ref message, out var length) && length <= (ulong)message.Length:
                    fields[(int)(tag >> 3)] = message[..(int)length].ToArray();
                    message = message[(int)length..];
                    break;
                case 5 when message.Length >= 4:
                    message = message[4..];
                    break;
                default:
                    return null;
            }
        }

        return fields;
    }

    private static bool TryVarint(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (var i = 0; i < bytes.Length && i < 10; i++)
        {
            value |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
