using Imago.Agent.Working;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using Imago.NodeOs;

namespace Imago.Agent.Tests.Kit;

/// <summary>The process is killed here. Nothing of the agent may catch it, as nothing catches SIGKILL.</summary>
internal static class Killed
{
    public static OperationCanceledException Now() => new("The process was killed.");
}

/// <summary>A machine made of memory, with one package that every level replaces. It can be killed in, fail in, or do any of its steps.</summary>
internal sealed class StoryMachine : IMachine, INodeOsDriver
{
    private int _calls;
    private string _rebootedFor = "";

    /// <summary>Version of the one package.</summary>
    public string Installed { get; private set; } = "0";

    /// <summary>Whether it is half installed.</summary>
    public bool IsHalf { get; private set; }

    /// <summary>Levels, by their text, that contain a kernel.</summary>
    public HashSet<string> KernelLevels { get; } = [];

    /// <summary>Whether a fix is held back.</summary>
    public bool Holds { get; set; }

    /// <summary>Everything that was done to the machine, in order.</summary>
    public List<string> Done { get; } = [];

    /// <summary>What becomes of a call, by its number: <c>kill</c>, a reason, or nothing.</summary>
    public Func<int, string?> Fate { get; set; } = _ => null;

    /// <summary>The edition that the mirror is at; null: any that is asked for.</summary>
    public ArchiveState? Edition { get; set; }

    /// <summary>Whether the machine obeys when it is told to restart.</summary>
    public bool Restarts { get; set; } = true;

    /// <summary>What reading the machine fails with; null: it does not.</summary>
    public Exception? ProbeFails { get; set; }

    /// <summary>Problem that switching the updater meets; null: none.</summary>
    public string? UpdaterProblem { get; set; }

    public OsUpdater? Updater { get; private set; }

    public string BootId { get; private set; } = "boot-1";

    public INodeOsDriver Driver => this;

    public string Name => "story";

    private RebootVerdict Verdict => KernelLevels.Contains(Installed) && _rebootedFor != Installed ? RebootVerdict.Reboot : RebootVerdict.None;

    public ValueTask<MachineProbe> ProbeAsync(CancellationToken cancellation) => ProbeFails is { } failure
        ? ValueTask.FromException<MachineProbe>(failure)
        : ValueTask.FromResult(new MachineProbe("debian", "12", "bookworm", "amd64") { Kernel = "6.1", BootId = BootId, Inventory = $"inventory-{Installed}" });

    public ValueTask<PatchPlan> PlanAsync(PatchGoal goal, IPatchProgress progress, CancellationToken cancellation)
    {
        Meet();
        if (Edition is not null && goal.Archive != Edition)
        {
            throw new NodeOsException(NodeOsReason.MirrorAhead, "The mirror is at a newer edition.");
        }

        var to = goal.Level.ToString();
        return ValueTask.FromResult(new PatchPlan
        {
            Goal = goal,
            Archive = new ArchiveState([]),
            Changes = Installed == to && !IsHalf ? [] : [new PackageChange("story", "amd64", Installed, to, ArchivePocket.Security)],
            Held = Holds ? [new HeldPackage("held", "1", "2", "apt-mark hold")] : [],
            DownloadBytes = 1000,
            Verdict = KernelLevels.Contains(to) && _rebootedFor != to ? RebootVerdict.Reboot : RebootVerdict.None,
        });
    }

    public ValueTask StageAsync(PatchPlan plan, IPatchProgress progress, CancellationToken cancellation)
    {
        Meet();
        Done.Add($"download {plan.Goal.Level}");
        return ValueTask.CompletedTask;
    }

    public ValueTask ApplyAsync(PatchPlan plan, IPatchProgress progress, CancellationToken cancellation)
    {
        IsHalf = true;
        Done.Add($"install {plan.Goal.Level}");
        Meet();
        (Installed, IsHalf) = (plan.Changes.IsEmpty ? Installed : plan.Changes[0].To, false);
        Meet();
        return ValueTask.CompletedTask;
    }

    public ValueTask<Verification> VerifyAsync(PatchPlan plan, CancellationToken cancellation)
    {
        Meet();
        return ValueTask.FromResult(new Verification
        {
            Missing = IsHalf || (!plan.IsEmpty && Installed != plan.Changes[0].To) ? [$"story is at {Installed}"] : [],
            Held = plan.Held,
            Inventory = $"inventory-{Installed}",
        });
    }

    public ValueTask<VerdictFindings> VerdictAsync(CancellationToken cancellation) =>
        ValueTask.FromResult(new VerdictFindings(Verdict, Verdict == RebootVerdict.Reboot ? ["a new kernel is installed"] : [], []));

    public ValueTask RestartAsync(CancellationToken cancellation)
    {
        Done.Add("restart");
        if (Restarts)
        {
            Boot();
            throw Killed.Now();
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<string?> RestartServiceAsync(string service, CancellationToken cancellation)
    {
        Done.Add($"restart {service}");
        return ValueTask.FromResult<string?>(null);
    }

    public ValueTask<string?> SwitchUpdaterAsync(OsUpdater? to, CancellationToken cancellation)
    {
        Meet();
        Done.Add($"updater {to?.ToString() ?? "as found"}");
        Updater = UpdaterProblem is null ? to : Updater;
        return ValueTask.FromResult(UpdaterProblem);
    }

    /// <summary>The machine goes down and comes up.</summary>
    public void Boot()
    {
        BootId = $"boot-{int.Parse(BootId[5..], System.Globalization.CultureInfo.InvariantCulture) + 1}";
        _rebootedFor = Installed;
    }

    private void Meet()
    {
        switch (Fate(_calls++))
        {
            case null:
                return;
            case "disk":
                throw new IOException("No space left on device");
            case "kill":
                throw Killed.Now();
            case var reason:
                throw new NodeOsException(Enum.Parse<NodeOsReason>(reason), "It was fated.");
        }
    }
}
