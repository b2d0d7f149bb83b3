using Imago.Simulation.Worlds;

namespace Imago.Simulation.Serving;

/// <summary>How simulated clusters are served.</summary>
public sealed record ServedClusterOptions
{
    /// <summary>Tag of a cluster that says what runs in it from the beginning: <c>none</c>, <c>sample</c> or <c>shop</c>.</summary>
    public const string WorkloadsTag = "imago-workloads";

    /// <summary>What the simulated infrastructure is like. Clusters that are there take it over when they are worked on next; what is under way keeps its durations.</summary>
    public WorldSettings World { get; init; } = new();

    /// <summary>Simulated work takes one part in so many of its time; ≥ 1 makes it shorter. The clock itself stays real.</summary>
    public double TimeScale { get; init; } = 1;

    /// <summary>What runs in a new cluster that does not say so by its tag.</summary>
    public SampleWorkloads Workloads { get; init; } = SampleWorkloads.Sample;

    /// <summary>The settings as worlds get them.</summary>
    internal WorldSettings Effective => World with { Timing = World.Timing.Times(1 / TimeScale) with { Pace = 1 / TimeScale }, LongUids = true };
}
