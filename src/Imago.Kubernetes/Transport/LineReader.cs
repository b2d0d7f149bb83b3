using System.Buffers;

namespace Imago.Kubernetes.Transport;

/// <summary>Reads lines as they come, however they are cut into packets.</summary>
internal sealed class LineReader(Stream body, long longest) : IDisposable
{
    private const int AtFirst = 16 << 10;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(AtFirst);
    private int _start;
    private int _end;

    /// <summary>The line, without its end; valid until the next one is asked for.</summary>
    public ReadOnlyMemory<byte> Current { get; private set; }

    /// <inheritdoc />
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    /// <summary>Goes to the next line that is not empty. False: the end.</summary>
    /// <exception cref="IOException">The end came in the middle of a line.</exception>
    public async ValueTask<bool> MoveNextAsync(CancellationToken cancellation)
    {
        for (var searched = 0; ;)
        {
            if (_buffer.AsSpan((_start + searched)..(_end)).IndexOf((byte)'\n') is >= 0 and var at)
            {
                Current = _buffer.AsMemory(_start, searched + at);
                _start += searched + at + 1;
                searched = 0;
                if (!Current.Span.Trim(" \r"u8).IsEmpty)
                {
                    return true;
                }

                continue;
            }

            searched = _end - _start;
            MakeRoom();
            var read = await body.ReadAsync(_buffer.AsMemory(_end), cancellation);
            if (read == 0)
            {
                return searched == 0 ? false : throw new IOException("it ended in the middle of a line");
            }

            _end += read;
        }
    }

    private void MakeRoom()
    {
        if (_end < _buffer.Length && _start < _buffer.Length / 2)
        {
            return;
        }

        var length = _end - _start;
        if (length >= longest)
        {
            throw new InvalidDataException($"a line is longer than {longest / (1 << 20)} MiB");
        }

        // One big object must not keep a big buffer for the rest of a watch.
        var target = length * 2 < AtFirst ? AtFirst : length * 2;
        var next = ArrayPool<byte>.Shared.Rent(target);
        _buffer.AsSpan(_start, length).CopyTo(next);
        ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _start, _end) = (next, 0, length);
    }
}
