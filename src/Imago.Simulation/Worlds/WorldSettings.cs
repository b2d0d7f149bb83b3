using System.Collections.Immutable;

namespace Imago.Simulation.Worlds;

/// <summary>What the simulated world is like, apart from the cluster in it.</summary>
public sealed record WorldSettings
{
    public TimingModel Timing { get; init; } = new();

    /// <summary>Images on which nodes never become Ready.</summary>
    public ImmutableHashSet<string> BadImages { get; init; } = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Most extra nodes the infrastructure has room for; null: enough.</summary>
    public int? SpareNodes { get; init; }

    /// <summary>Error code when there is no more room.</summary>
    public string CapacityCode { get; init; } = "AllocationFailed";

    /// <summary>
    /// Whether a reimage removes the node object and registers it anew under its name, as AKS does (UP-133). Otherwise the object stays, with its cordon and
    /// annotations.
    /// </summary>
    public bool ReimageReplacesNode { get; init; } = true;

    /// <summary>Whether identities of new objects look like those of Kubernetes and differ between worlds of different seeds; short ones read better in traces.</summary>
    public bool LongUids { get; init; }
}
