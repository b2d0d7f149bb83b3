using Imago.Application.Ports;
using Imago.Faults.Tests.Generating;
using Imago.Simulation;
using Imago.Simulation.Time;

namespace Imago.Faults.Tests.Injecting;

/// <summary>The call at which a process ends, and whether the call still takes effect.</summary>
internal readonly record struct CrashPoint(int Call, bool AfterEffect);

/// <summary>What goes wrong with the calls of one process, and when it ends.</summary>
internal sealed class CallFaults(VirtualTime time, FaultSet faults, Seed seed, CrashPoint? crash, Action died)
{
    private readonly Dice _dice = new(seed);
    private int _calls;
    private bool _dead;

    /// <summary>Calls made.</summary>
    public int Calls => _calls;

    /// <summary>No more faults from now on.</summary>
    public bool Healed { get; set; }

    public async ValueTask<T> Through<T>(Func<ValueTask<T>> call)
    {
        if (_dead)
        {
            return await Never<T>();
        }

        _calls++;
        if (_calls == crash?.Call)
        {
            return await Die(call, crash.Value.AfterEffect);
        }

        if (Healed)
        {
            return await call();
        }

        var fate = _dice.Fraction();
        var late = _dice.Chance(0.5);
        if (Falls(ref fate, faults.Crashes))
        {
            return await Die(call, late);
        }

        if (Falls(ref fate, faults.SlowCalls))
        {
            var wait = faults.SlowestCall * _dice.Fraction();
            if (late)
            {
                var answer = await call();
                await Delay(wait);
                return answer;
            }

            await Delay(wait);
            return await call();
        }

        if (Falls(ref fate, faults.FailedCalls))
        {
            throw new ConnectionException("The request did not get through.");
        }

        if (Falls(ref fate, faults.LostAnswers))
        {
            await call();
            throw new ConnectionException("The answer did not get through.");
        }

        return await call();
    }

    // A process ends before the request has left, or before the answer has come.
    private async ValueTask<T> Die<T>(Func<ValueTask<T>> call, bool afterEffect)
    {
        if (afterEffect)
        {
            await call();
        }

        _dead = true;
        died();
        return await Never<T>();
    }

    private static bool Falls(ref double fate, double share)
    {
        fate -= share;
        return fate < 0 && fate >= -share;
    }

    private Task Delay(NodaTime.Duration wait)
    {
        // Completed by the loop, on the loop's thread: the pass goes on right there.
        var done = new TaskCompletionSource();
        time.After(wait, done.SetResult);
        return done.Task;
    }

    private static Task<T> Never<T>() => new TaskCompletionSource<T>().Task;
}
