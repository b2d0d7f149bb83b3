using System.Runtime.ExceptionServices;
using NodaTime;

namespace Imago.Simulation.Time;

/// <summary>
/// The discrete-event loop: things happen at instants, in order, on one thread. Of things at the same instant the one that was planned first happens first,
/// so that the same run is the same run everywhere.
/// </summary>
public sealed class VirtualTime(Instant start)
{
    private readonly PriorityQueue<Action, (Instant At, long Number)> _due = new();
    private long _planned;
    private ExceptionDispatchInfo? _failure;

    /// <summary>The instant of what is happening now.</summary>
    public Instant Now { get; private set; } = start;

    /// <summary>When the loop began.</summary>
    public Instant Start { get; } = start;

    /// <summary>Number of things that have happened.</summary>
    public long Happened { get; private set; }

    /// <summary>Number of things that are planned.</summary>
    public int Planned => _due.Count;

    /// <summary>When the next thing is due; null when nothing is planned.</summary>
    public Instant? NextAt => _due.TryPeek(out _, out var next) ? next.At : null;

    /// <summary>Plans something. An instant that has passed means: as soon as what happens now is over.</summary>
    public void At(Instant instant, Action happening) =>
        _due.Enqueue(happening, (Instant.Max(instant, Now), _planned++));

    /// <summary>Plans something a while from now.</summary>
    public void After(Duration wait, Action happening) => At(In(wait), happening);

    /// <summary>The instant a while from now; where the calendar ends before, its end, which no run reaches.</summary>
    public Instant In(Duration wait) => wait < Instant.MaxValue - Now ? Now + wait : Instant.MaxValue;

    /// <summary>Something went wrong outside the loop's own calls; the next step throws it.</summary>
    public void Fail(Exception failure) => _failure ??= ExceptionDispatchInfo.Capture(failure);

    /// <summary>Lets everything happen that is due by an instant, which may have passed already.</summary>
    public void StepTo(Instant instant)
    {
        while (Step(instant))
        {
        }
    }

    /// <summary>Lets the next thing happen if it is due by <paramref name="limit"/>; otherwise moves to the limit and answers false.</summary>
    public bool Step(Instant limit)
    {
        _failure?.Throw();
        if (!_due.TryPeek(out _, out var next) || next.At > limit)
        {
            Now = Instant.Max(Now, limit);
            return false;
        }

        var happening = _due.Dequeue();
        Now = next.At;
        Happened++;
        happening();
        return true;
    }
}
