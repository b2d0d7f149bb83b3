using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Simulation.Forecasts;

/// <summary>What happened to one node of the cluster, in its latest attempt.</summary>
internal sealed class NodeHistory
{
    public Instant? StartedAt { get; set; }

    public Instant? FinishedAt { get; set; }

    public Instant? Window { get; set; }

    public NodeResult? Result { get; set; }

    /// <summary>When the provider began to reimage it: the end of drain and soak.</summary>
    public Instant? EmptyAt { get; set; }

    public int Evictions { get; set; }
}
