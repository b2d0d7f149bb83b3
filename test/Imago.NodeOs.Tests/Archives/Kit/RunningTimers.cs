namespace Imago.NodeOs.Tests.Archives.Kit;

/// <summary>Timers that really run out: a server that hangs is left after a real while.</summary>
internal sealed class RunningTimers : TimeProvider;
