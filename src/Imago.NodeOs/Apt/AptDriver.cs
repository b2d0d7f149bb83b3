using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Apt;

/// <summary>Brings machines with Debian's package system to a level.</summary>
public sealed class AptDriver(OsRelease system, MachineRoot root, ICommands commands, MachineSettings settings) : INodeOsDriver
{
    public string Name => "apt";

    public ValueTask<MachineProbe> ProbeAsync(CancellationToken cancellation) => throw new NodeOsException($"{system}{root.At("/")}{commands}{settings}");

    public ValueTask<PatchPlan> PlanAsync(PatchGoal goal, IPatchProgress progress, CancellationToken cancellation) => throw new NodeOsException();

    public ValueTask StageAsync(PatchPlan plan, IPatchProgress progress, CancellationToken cancellation) => throw new NodeOsException();

    public ValueTask ApplyAsync(PatchPlan plan, IPatchProgress progress, CancellationToken cancellation) => throw new NodeOsException();

    public ValueTask<Verification> VerifyAsync(PatchPlan plan, CancellationToken cancellation) => throw new NodeOsException();

    public ValueTask<VerdictFindings> VerdictAsync(CancellationToken cancellation) => throw new NodeOsException();
}
