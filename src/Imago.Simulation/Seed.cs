using System.Runtime.InteropServices;

namespace Imago.Simulation;

/// <summary>
/// A seed as a value: everything drawn from it follows from its one number, on every machine and in every version (SplitMix64).
/// Drawing does not change the seed: <c>seed.Below(6)</c> is the same number each time. Move on with <see cref="Next"/>, or, better,
/// give each subject a seed of its own with <see cref="Fork(string)"/>: then what one subject draws does not depend on how often another drew.
/// </summary>
/// <param name="State">The number.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Seed(ulong State)
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    /// <summary>The seed that follows in the sequence.</summary>
    public Seed Next => new(unchecked(State + Step));

    /// <summary>64 well-mixed bits.</summary>
    public ulong Bits => Mix(unchecked(State + Step));

    /// <summary>A number from 0 up to but not including <paramref name="n"/>.</summary>
    /// <param name="n">Upper end, exclusive; ≥ 1.</param>
    public int Below(int n)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        // The high half of a 64 × 64 product: no modulo, and a bias below 2⁻³² that no test of ours can see.
        return (int)Math.BigMul(Bits, (ulong)n, out _);
    }

    /// <summary>Whether something of this probability happens.</summary>
    /// <param name="probability">0 (never) to 1 (always).</param>
    public bool Chance(double probability) => Fraction < probability;

    /// <summary>A number in [0, 1).</summary>
    public double Fraction => (Bits >> 11) * (1.0 / (1UL << 53));

    /// <summary>The seed of a subject of its own, independent of this sequence.</summary>
    public Seed Fork(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        // FNV-1a over UTF-16 code units: string.GetHashCode differs from process to process.
        var hash = 0xCBF29CE484222325;
        foreach (var c in name)
        {
            hash = unchecked((hash ^ c) * 0x100000001B3);
        }

        return new(Mix(Mix(State) ^ hash));
    }

    /// <summary>The seed of a numbered subject, such as the third pod.</summary>
    public Seed Fork(long number) => new(Mix(Mix(State) ^ Mix(unchecked((ulong)number + Step))));

    /// <summary>As people write it in a bug report.</summary>
    public override string ToString() => State.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static ulong Mix(ulong z)
    {
        unchecked
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
