namespace Imago.Simulation.Serving.Pools;

/// <summary>A machine of a pool, whether its node object is there or not: while it is reimaged, and before it has joined, there is none.</summary>
/// <param name="Number">Its number in the scale set; never used twice.</param>
/// <param name="Name">Name of the node.</param>
/// <param name="Zone">Full name of its zone; null where the pool has none.</param>
internal sealed record Machine(int Number, string Name, string? Zone)
{
    /// <summary>Whether it has been asked for and has not joined yet.</summary>
    public bool Coming { get; set; }
}
