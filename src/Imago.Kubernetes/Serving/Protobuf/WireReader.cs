using System.Buffers.Binary;
using System.Text;

namespace Imago.Kubernetes.Serving.Protobuf;

/// <summary>The fields of one message, one after the other, as they are in bytes.</summary>
/// <param name="message">The message's bytes.</param>
internal ref struct WireReader(ReadOnlySpan<byte> message)
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Delimited = 2;
    private const int Fixed32 = 5;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _left = message;

    /// <summary>Number of the field that was read last.</summary>
    public int Number { get; private set; }

    /// <summary>Its value, if it is a number.</summary>
    public long Value { get; private set; }

    /// <summary>Its value, if it is of some length.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Whether its value is of some length.</summary>
    public bool IsDelimited { get; private set; }

    /// <summary>Reads the next field; false: there is none any more.</summary>
    /// <exception cref="FormatException">The bytes are no message.</exception>
    public bool TryNext()
    {
        if (!HasMore)
        {
            return false;
        }

        var tag = NextVarint();
        if (tag >> 3 is < 1 or > 0x1fff_ffff)
        {
            throw new FormatException("a message is broken: a field has no number");
        }

        Number = (int)(tag >> 3);
        Value = 0;
        Bytes = default;
        IsDelimited = (tag & 7) is Delimited;
        switch (tag & 7)
        {
            case Varint:
                Value = (long)NextVarint();
                break;
            case Fixed64:
                Value = BinaryPrimitives.ReadInt64LittleEndian(Take(8));
                break;
            case Fixed32:
                Value = BinaryPrimitives.ReadInt32LittleEndian(Take(4));
                break;
            case Delimited:
                Bytes = Take(NextVarint());
                break;
            case var type:
                throw new FormatException($"a message is broken: field {Number} is of type {type}, which there is not");
        }

        return true;
    }

    /// <summary>Whether something is left to be read.</summary>
    public readonly bool HasMore => !_left.IsEmpty;

    /// <summary>Reads a number that stands by itself, as in a list of them.</summary>
    public long NextNumber() => (long)NextVarint();

    /// <summary>Bytes that are a text.</summary>
    public static string TextOf(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException problem)
        {
            throw new FormatException("a text is not UTF-8", problem);
        }
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_left.Length)
        {
            throw new FormatException("a message is cut short");
        }

        var taken = _left[..(int)length];
        _left = _left[(int)length..];
        return taken;
    }

    private ulong NextVarint()
    {
        ulong value = 0;
        for (var i = 0; i < _left.Length && i < 10; i++)
        {
            value |= (ulong)(_left[i] & 0x7f) << (7 * i);
            if (_left[i] < 0x80)
            {
                _left = _left[(i + 1)..];
                return value;
            }
        }

        throw new FormatException("a message is cut short");
    }
}
