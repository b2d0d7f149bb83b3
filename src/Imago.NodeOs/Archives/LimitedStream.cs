using Imago.Application.Catalog.Archives;

namespace Imago.NodeOs.Archives;

/// <summary>A stream that refuses to go on after a number of bytes.</summary>
internal sealed class LimitedStream(Stream inner, long most, string what) : Stream
{
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, count);
        _read += read;
        return _read <= most ? read : throw new ArchiveException(ArchiveProblem.TooLarge, $"{what} unpacks to more than {most >> 20} MiB.");
    }

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
