namespace Imago.ReferenceProvider;

/// <summary>The clock of the machine, for a provider that runs by itself.</summary>
internal sealed class MachineClock : TimeProvider;
