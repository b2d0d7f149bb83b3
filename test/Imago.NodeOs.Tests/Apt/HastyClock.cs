using Imago.NodeOs.Rig.Machines;

namespace Imago.NodeOs.Tests.Apt;

/// <summary>A clock on which every wait is over at once, and which remembers how long it was.</summary>
internal sealed class HastyClock : TimeProvider
{
    public List<TimeSpan> Waits { get; } = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Waits.Add(dueTime);
        return HostClock.Instance.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
