namespace Imago.NodeOs;

/// <summary>
/// What a kind of operating system does to bring a machine to a level. The steps are called in this order, each may be called again after a crash, and none believes that an
/// earlier one went well: what counts is read from the machine.
/// </summary>
/// <remarks>NM-61: <c>probe → plan(level) → apply(plan) → verify(plan) → verdict</c>. Every step throws <see cref="NodeOsException"/> with a reason when it cannot be done.</remarks>
public interface INodeOsDriver
{
    /// <summary>Name of the driver, for example <c>apt</c>.</summary>
    string Name { get; }

    /// <summary>What the machine is and has.</summary>
    ValueTask<MachineProbe> ProbeAsync(CancellationToken cancellation);

    /// <summary>Works out what going to the level would change. Reads indexes; changes no package.</summary>
    ValueTask<PatchPlan> PlanAsync(PatchGoal goal, IPatchProgress progress, CancellationToken cancellation);

    /// <summary>Downloads what the plan needs, and installs nothing.</summary>
    ValueTask StageAsync(PatchPlan plan, IPatchProgress progress, CancellationToken cancellation);

    /// <summary>NM-43: installs the plan in one transaction, after repairing what an earlier one left (NM-46).</summary>
    ValueTask ApplyAsync(PatchPlan plan, IPatchProgress progress, CancellationToken cancellation);

    /// <summary>NM-34, NM-47: reads the installed versions again and compares them with the plan.</summary>
    ValueTask<Verification> VerifyAsync(PatchPlan plan, CancellationToken cancellation);

    /// <summary>NM-55: what has to happen for what is installed to be in use.</summary>
    ValueTask<VerdictFindings> VerdictAsync(CancellationToken cancellation);
}

/// <summary>Told how far a long step is, for people. Nothing is decided by it.</summary>
public interface IPatchProgress
{
    /// <summary>A step has begun, or is going on.</summary>
    /// <param name="text">What is being done.</param>
    void Report(string text);
}

/// <summary>Hears nothing.</summary>
public sealed class SilentProgress : IPatchProgress
{
    /// <summary>The one instance.</summary>
    public static SilentProgress Instance { get; } = new();

    /// <inheritdoc />
    public void Report(string text)
    {
    }
}
