using NodaTime;

namespace Imago.Domain.Maintenance;

/// <summary>A window as scheduled, before blocked time is taken away from it.</summary>
/// <param name="Start">Opening instant; inclusive.</param>
/// <param name="End">Closing instant; exclusive (MW-42).</param>
public readonly record struct Occurrence(Instant Start, Instant End);
