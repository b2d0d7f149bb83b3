using Imago.Simulation.Tracing;
using NodaTime;

namespace Imago.Cli.Demo;

/// <summary>Shows the demo as it goes.</summary>
internal interface INarrator
{
    /// <summary>Something happened.</summary>
    void Tell(TraceEvent happened);

    /// <summary>Something to explain, at an instant.</summary>
    void Explain(Instant at, string text);

    /// <summary>The virtual time has moved.</summary>
    Task TimeMovedAsync(Instant from, Instant to, CancellationToken cancellation);
}
