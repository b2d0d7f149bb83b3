using System.Text;

namespace Imago.Kubernetes.Tests.Serving.Kit;

/// <summary>Messages put together by hand, field by field.</summary>
internal sealed class ProtobufWriter
{
    private readonly MemoryStream _bytes = new();

    public byte[] Bytes => _bytes.ToArray();

    public ProtobufWriter Text(int number, string text) => Delimited(number, Encoding.UTF8.GetBytes(text));

    public ProtobufWriter Message(int number, ProtobufWriter message) => Delimited(number, message.Bytes);

    public ProtobufWriter Number(int number, long value)
    {
        Varint((ulong)(number << 3));
        Varint((ulong)value);
        return this;
    }

    /// <summary>An entry of a map of texts.</summary>
    public ProtobufWriter Entry(int number, string key, string value) => Message(number, new ProtobufWriter().Text(1, key).Text(2, value));

    public ProtobufWriter Delimited(int number, byte[] bytes)
    {
        Varint((ulong)((number << 3) | 2));
        Varint((ulong)bytes.Length);
        _bytes.Write(bytes);
        return this;
    }

    /// <summary>What a client sends: this, in an envelope that says what it is.</summary>
    public byte[] Sent(string apiVersion, string kind) =>
    [
        .. "k8s\0"u8,
        .. new ProtobufWriter().Message(1, new ProtobufWriter().Text(1, apiVersion).Text(2, kind)).Delimited(2, Bytes).Text(3, "").Text(4, "").Bytes,
    ];

    /// <summary>Metadata as clients send them: fields that nobody has filled are there, too.</summary>
    public static ProtobufWriter Metadata(string name, string space = "") =>
        new ProtobufWriter().Text(1, name).Text(2, "").Text(3, space).Text(4, "").Text(5, "").Text(6, "").Number(7, 0).Message(8, new ProtobufWriter());

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            _bytes.WriteByte((byte)(value | 0x80));
            value >>= 7;
        }

        _bytes.WriteByte((byte)value);
    }
}
