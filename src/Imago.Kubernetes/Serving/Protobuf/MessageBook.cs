using System.Collections.Frozen;

namespace Imago.Kubernetes.Serving.Protobuf;

/// <summary>The messages that are understood, read from one text.</summary>
internal sealed class MessageBook
{
    private const string AnyVersion = "*";

    private readonly FrozenDictionary<string, MessageSchema> _messages;
    private readonly FrozenDictionary<(string ApiVersion, string Kind), MessageSchema> _kinds;

    private MessageBook(IEnumerable<string> lines)
    {
        var read = lines.Select(Read).ToList();
        _messages = read.ToFrozenDictionary(r => r.Message.Name, r => r.Message, StringComparer.Ordinal);
        _kinds = read.Where(r => r.ApiVersion is not null).ToFrozenDictionary(r => (r.ApiVersion!, r.Message.Name), r => r.Message);
    }

    /// <summary>The book that comes with the product.</summary>
    public static MessageBook Shipped { get; } = Load();

    public IEnumerable<MessageSchema> Messages => _messages.Values;

    public IEnumerable<(string ApiVersion, string Kind)> Kinds => _kinds.Keys;

    /// <summary>A message that can be sent by itself; null: it is not understood.</summary>
    public MessageSchema? Find(string apiVersion, string kind) => _kinds.GetValueOrDefault((apiVersion, kind)) ?? _kinds.GetValueOrDefault((AnyVersion, kind));

    /// <summary>A message by its name.</summary>
    public MessageSchema Of(string name) => _messages[name];

    private static MessageBook Load()
    {
        using var stream = typeof(MessageBook).Assembly.GetManifestResourceStream("Imago.Kubernetes.Serving.Protobuf.messages.txt")
            ?? throw new InvalidOperationException("The messages are not in the assembly.");
        using var reader = new StreamReader(stream);
        return new MessageBook(reader.ReadToEnd().Split('\n').Where(l => l.Length > 0 && l[0] != '#'));
    }

    private static (string? ApiVersion, MessageSchema Message) Read(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        var head = line[..colon].Split(' ');
        var fields = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Field).ToFrozenDictionary(f => f.Number);
        return (head.ElementAtOrDefault(1), new MessageSchema(head[0], fields));
    }

    private static MessageField Field(string word)
    {
        var parts = word.Split(':');
        var mayBeEmpty = parts[2].EndsWith('?');
        var type = parts[2].TrimEnd('?');
        var (isList, isMap) = (type.StartsWith("[]", StringComparison.Ordinal), type.StartsWith("map<", StringComparison.Ordinal));
        type = isList ? type[2..] : isMap ? type[4..^1] : type;
        var value = ValueOf(type);
        return new MessageField(
            int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), parts[1] is "*" ? "" : parts[1], value, value is FieldValue.Message ? type : "", isList, isMap, mayBeEmpty);
    }

    private static FieldValue ValueOf(string type) => type switch
    {
        "string" => FieldValue.Text,
        "int" => FieldValue.Whole,
        "bool" => FieldValue.Flag,
        "bytes" => FieldValue.Bytes,
        "time" => FieldValue.Time,
        "microtime" => FieldValue.MicroTime,
        "quantity" => FieldValue.Quantity,
        "intOrString" => FieldValue.WholeOrText,
        "raw" => FieldValue.Json,
        "texts" => FieldValue.Texts,
        _ => FieldValue.Message,
    };
}
