using Imago.Simulation;
using NodaTime;

namespace Imago.Faults.Tests.Generating;

/// <summary>Draws one thing after another from a seed. Everything drawn follows from the seed; each subject has dice of its own, so that adding a draw to one leaves the others alone.</summary>
internal sealed class Dice(Seed seed)
{
    private Seed _seed = seed;

    public Dice(Seed seed, string subject)
        : this(seed.Fork(subject))
    {
    }

    /// <summary>0 up to but not including <paramref name="n"/>.</summary>
    public int Below(int n)
    {
        var drawn = _seed.Below(n);
        _seed = _seed.Next;
        return drawn;
    }

    /// <summary>Both ends included.</summary>
    public int Between(int low, int high) => low + Below(high - low + 1);

    public bool Chance(double probability)
    {
        var drawn = _seed.Chance(probability);
        _seed = _seed.Next;
        return drawn;
    }

    public double Fraction()
    {
        var drawn = _seed.Fraction;
        _seed = _seed.Next;
        return drawn;
    }

    public T Pick<T>(params ReadOnlySpan<T> of) => of[Below(of.Length)];

    public T PickFrom<T>(IReadOnlyList<T> of) => of[Below(of.Count)];

    public Duration Seconds(double low, double high) => Duration.FromMilliseconds((long)(1000 * (low + ((high - low) * Fraction()))));

    public Duration Minutes(int low, int high) => Duration.FromMinutes(Between(low, high));
}
