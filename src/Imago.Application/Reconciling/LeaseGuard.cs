using Imago.Application.Ports;

namespace Imago.Application.Reconciling;

/// <summary>
/// Whether we may still write. The end of the lease is measured on the monotonic clock, from before it was asked for: a wall clock that is set back, or an
/// answer that took long, must not lengthen it.
/// </summary>
internal sealed class LeaseGuard
{
    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly TimeSpan _usable;

    private LeaseGuard(TimeProvider clock, long start, TimeSpan usable, long epoch)
    {
        _clock = clock;
        _start = start;
        _usable = usable;
        Epoch = epoch;
    }

    public long Epoch { get; }

    public bool MayWrite => _clock.GetElapsedTime(_start) < _usable;

    public static async ValueTask<LeaseGuard?> TakeAsync(IClusterConnection cluster, TimeProvider clock, ReconcilerOptions options, CancellationToken cancellation)
    {
        var start = clock.GetTimestamp();
        return await cluster.HoldLeaseAsync(options.Holder, options.LeaseLength, cancellation) is { } lease
            ? new LeaseGuard(clock, start, (options.LeaseLength - options.LeaseMargin).ToTimeSpan(), lease.Epoch)
            : null;
    }
}
