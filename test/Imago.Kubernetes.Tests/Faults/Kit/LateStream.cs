using System.Diagnostics;
using System.Threading.Channels;

namespace Imago.Kubernetes.Tests.Faults.Kit;

/// <summary>Passes on what is written to it, in order and some time later. Whoever writes does not notice.</summary>
internal sealed class LateStream : Stream
{
    private readonly Stream _inner;
    private readonly TimeSpan _by;
    private readonly Channel<(long At, byte[] Bytes)> _waiting = Channel.CreateUnbounded<(long, byte[])>();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _passing;

    public LateStream(Stream inner, TimeSpan by)
    {
        (_inner, _by) = (inner, by);
        _passing = PassAsync();
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    // The head of the answer goes at once; what follows it is what is late.
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Write(byte[] buffer, int offset, int count) => _waiting.Writer.TryWrite((Stopwatch.GetTimestamp(), buffer.AsSpan(offset, count).ToArray()));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _waiting.Writer.TryWrite((Stopwatch.GetTimestamp(), buffer.ToArray()));
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // What is still late when the answer ends is never told: a watch that breaks off.
    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _passing;
        _stop.Dispose();
        await base.DisposeAsync();
    }

    private async Task PassAsync()
    {
        try
        {
            await foreach (var (at, bytes) in _waiting.Reader.ReadAllAsync(_stop.Token))
            {
                if (_by - Stopwatch.GetElapsedTime(at) is { Ticks: > 0 } left)
                {
                    await Task.Delay(left, _stop.Token);
                }

                await _inner.WriteAsync(bytes, _stop.Token);
                await _inner.FlushAsync(_stop.Token);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or IOException)
        {
            // Nobody listens any more.
        }
    }
}
