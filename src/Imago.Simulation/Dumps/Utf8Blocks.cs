using System.Text;
using System.Text.Unicode;

namespace Imago.Simulation.Dumps;

/// <summary>The text of a stream in blocks, checked to be UTF-8: what has not been read yet stays in memory, up to a limit for one value.</summary>
/// <param name="stream">Where the text comes from.</param>
/// <param name="limit">Most bytes one value may have.</param>
/// <param name="items">How many whole items have been read, for messages.</param>
internal sealed class Utf8Blocks(Stream stream, int limit, Func<int> items)
{
    private const int Block = 1 << 16;

    private byte[] _buffer = new byte[Block];
    private int _start;
    private int _end;
    private int _validated;
    private long _offset;

    /// <summary>What is in memory and has not been consumed.</summary>
    public ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Place of the first unread byte in the stream.</summary>
    public long Offset => _offset;

    /// <summary>A part of what is unread or has just been consumed, counted from the first byte that was unread; valid until the next <see cref="Fill"/>.</summary>
    public ReadOnlyMemory<byte> Part(int first, int length) => _buffer.AsMemory(_start + first, length);

    /// <summary>Passes over bytes that have been dealt with.</summary>
    public void Consume(int bytes)
    {
        _start += bytes;
        _offset += bytes;
    }

    /// <summary>Moves what is unread to the front and reads on. False when nothing came: the text has ended.</summary>
    public bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _validated -= _start;
            _start = 0;
        }
        else if (_end == _buffer.Length)
        {
            Grow();
        }

        // A pipe hands out small pieces; filling the block keeps the cost of looking at an unfinished item again small.
        var before = _end;
        while (_end < _buffer.Length)
        {
            var read = stream.Read(_buffer, _end, _buffer.Length - _end);
            if (read == 0)
            {
                break;
            }

            _end += read;
        }

        if (_end > before)
        {
            Validate(last: _end < _buffer.Length);
        }

        return _end > before;
    }

    /// <summary>Names the encodings that people meet by accident, and passes over a byte order mark.</summary>
    public void RefuseOtherEncodings()
    {
        var head = _buffer.AsSpan(0, _end);
        if (head.StartsWith<byte>([0xFF, 0xFE]) || head.StartsWith<byte>([0xFE, 0xFF]))
        {
            throw DumpException.Of(
                "The dump is UTF-16 text, which '>' of Windows PowerShell writes; save it as UTF-8 ('| Out-File -Encoding utf8 dump.json').");
        }

        if (head.StartsWith<byte>([0x1F, 0x8B]))
        {
            throw new DumpException("The dump is compressed with gzip. Unpack it first: gunzip dump.json.gz");
        }

        if (head.StartsWith<byte>([0xEF, 0xBB, 0xBF]))
        {
            _start = 3;
            _offset = 3;
        }

        if (head[_start..].IndexOfAnyExcept(" \t\r\n"u8) < 0 && _end < _buffer.Length)
        {
            throw DumpException.Of("The dump is empty.");
        }
    }

    /// <summary>What a terminal can show of the first bytes.</summary>
    public static string Printable(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 40)]);
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        return PlainText.Of(end < 0 ? text : text[..end], 40);
    }

    private void Grow()
    {
        if (_buffer.Length >= limit)
        {
            throw DumpException.Of(
                $"One value of the dump, after item {items()}, at byte {_offset}, is larger than {limit} bytes. No Kubernetes object is that large.");
        }

        Array.Resize(ref _buffer, (int)Math.Min(limit, _buffer.Length * 2L));
    }

    private void Validate(bool last)
    {
        var fresh = _buffer.AsSpan(_validated, _end - _validated);
        if (_offset == 0 && (fresh.StartsWith<byte>([0xFF, 0xFE]) || fresh.StartsWith<byte>([0xFE, 0xFF]) || fresh.StartsWith<byte>([0x1F, 0x8B])))
        {
            // Named better by RefuseOtherEncodings.
            return;
        }

        var whole = fresh.Length;
        // A character that the block cuts in two is judged with the next block.
        for (var back = 1; !last && back <= Math.Min(3, fresh.Length); back++)
        {
            var b = fresh[^back];
            if (b >= 0xC0)
            {
                whole = Rune.DecodeFromUtf8(fresh[^back..], out _, out _) == System.Buffers.OperationStatus.NeedMoreData ? fresh.Length - back : whole;
                break;
            }

            if (b < 0x80)
            {
                break;
            }
        }

        if (!Utf8.IsValid(fresh[..whole]))
        {
            throw DumpException.Of($"The dump is not UTF-8 text: the byte at offset {_offset + _validated - _start + FirstInvalid(fresh)} starts no character.");
        }

        _validated += whole;
    }

    private static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length && Rune.DecodeFromUtf8(bytes[at..], out _, out var length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        return at;
    }
}
