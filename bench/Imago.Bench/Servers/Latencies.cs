namespace Imago.Bench.Servers;

/// <summary>Durations, in milliseconds, and what of them is worth printing.</summary>
internal sealed class Latencies
{
    private readonly double[] _sorted;

    public Latencies(IEnumerable<double> milliseconds)
    {
        _sorted = [.. milliseconds];
        Array.Sort(_sorted);
    }

    public int Count => _sorted.Length;

    public double Most => _sorted.Length == 0 ? double.NaN : _sorted[^1];

    /// <summary>The least duration that so large a part of them does not exceed.</summary>
    public double At(double part) => _sorted.Length == 0 ? double.NaN : _sorted[Math.Clamp((int)Math.Ceiling(part * _sorted.Length) - 1, 0, _sorted.Length - 1)];
}
