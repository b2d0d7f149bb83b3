using System.Text.Json.Nodes;

namespace Imago.Kubernetes.Serving.Protobuf;

/// <summary>
/// Objects in the API's protobuf: four bytes that say so, then an envelope of the kind and of the object. Clients send it for their typed objects
/// (<c>kubectl create deployment</c>, and operators); what is answered is JSON, which all of them accept.
/// </summary>
internal static class ProtobufDocument
{
    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <summary>Reads an object.</summary>
    /// <param name="body">All bytes.</param>
    /// <param name="deepest">Deepest nesting of JSON within it.</param>
    /// <exception cref="FormatException">It is none, or of a kind or with a field that is not known.</exception>
    public static JsonObject Read(ReadOnlySpan<byte> body, int deepest)
    {
        if (!body.StartsWith(Magic))
        {
            throw new FormatException("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
        }

        // { TypeMeta typeMeta = 1; bytes raw = 2; string contentEncoding = 3; string contentType = 4; }
        var (apiVersion, kind) = ("", "");
        ReadOnlySpan<byte> raw = [];
        var envelope = new WireReader(body[Magic.Length..]);
        while (envelope.TryNext())
        {
            switch (envelope.Number)
            {
                case 1:
                    (apiVersion, kind) = TypeOf(envelope.Bytes);
                    break;
                case 2:
                    raw = envelope.Bytes;
                    break;
                case 3 or 4 when envelope.Bytes.IsEmpty:
                    break;
                default:
                    throw new FormatException($"field {envelope.Number} of message Unknown is not known: the object must be neither encoded nor anything else than protobuf");
            }
        }

        var message = MessageBook.Shipped.Find(apiVersion, kind)
            ?? throw new FormatException($"no kind \"{kind}\" is registered for version \"{apiVersion}\": of other kinds, send application/json");
        var document = new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind };
        new MessageReader(MessageBook.Shipped, deepest).ReadInto(document, message, raw);
        return document;
    }

    // { string apiVersion = 1; string kind = 2; }
    private static (string ApiVersion, string Kind) TypeOf(ReadOnlySpan<byte> bytes)
    {
        var (apiVersion, kind) = ("", "");
        var type = new WireReader(bytes);
        while (type.TryNext())
        {
            (apiVersion, kind) = type.Number == 1 ? (WireReader.TextOf(type.Bytes), kind) : (apiVersion, WireReader.TextOf(type.Bytes));
        }

        return (apiVersion, kind);
    }
}
