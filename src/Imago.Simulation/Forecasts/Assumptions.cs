using System.Collections.Immutable;

namespace Imago.Simulation.Forecasts;

/// <summary>What a forecast takes for granted: what the source says and the world does not model, and what the world simplifies.</summary>
internal static class Assumptions
{
    private static readonly string[] Standing =
    [
        "Durations are those of the timing model, not measured on this cluster.",
        "Labels, taints and sizes of nodes are taken to be their pool's own: surge nodes and reimaged nodes have them, too.",
        "Nobody else changes the cluster: no deployments, autoscaling, failures or other updaters.",
        "Pods become Ready after the timing model's start time wherever they are placed; jobs run on; StatefulSets bring back each pod by itself.",
        "The scheduler does not preempt pods, and scores only what docs/concepts/simulated-cluster.md names.",
        "Releases after the start of the forecast are unknown.",
    ];

    public static ImmutableArray<string> Of(ForecastRequest request) => [.. request.Blueprint.Assumptions, .. Standing];
}
