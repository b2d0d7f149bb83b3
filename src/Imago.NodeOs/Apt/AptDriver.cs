using System.Collections.Immutable;
using Imago.NodeOs.Machine;
using Imago.NodeOs.Verdicts;

namespace Imago.NodeOs.Apt;

/// <summary>Brings machines with Debian's package system to a level.</summary>
/// <remarks>Rules: NM-31, NM-34, NM-40…NM-49, NM-55…NM-59, NM-61. One at a time: the steps share a folder on the machine.</remarks>
public sealed class AptDriver : INodeOsDriver
{
    private static readonly TimeSpan Quick = TimeSpan.FromMinutes(2);

    private readonly OsRelease _system;
    private readonly MachineRoot _root;
    private readonly ICommands _commands;
    private readonly MachineSettings _settings;
    private readonly AptFolder _folder;
    private readonly AptRepair _repair;
    private readonly AptIndexes _indexes;
    private readonly MirrorPatience _patience;
    private readonly AutoMarks _marks;
    private readonly VerdictReader _verdict;

    /// <summary>The driver of one machine.</summary>
    /// <param name="system">Its operating system.</param>
    /// <param name="root">Its file system.</param>
    /// <param name="commands">Runs programs on it.</param>
    /// <param name="settings">What is set on it.</param>
    /// <param name="time">Clock of the waits between attempts.</param>
    public AptDriver(OsRelease system, MachineRoot root, ICommands commands, MachineSettings settings, TimeProvider time)
    {
        (_system, _root, _commands, _settings) = (system, root, commands, settings);
        _folder = new AptFolder(root, settings);
        _repair = new AptRepair(_folder, root, commands, settings);
        _patience = new MirrorPatience(time);
        _indexes = new AptIndexes(_folder, root, commands, settings, _patience);
        _marks = new AutoMarks(_folder, commands);
        _verdict = new VerdictReader(root, commands, settings);
    }

    /// <inheritdoc />
    public string Name => "apt";

    /// <inheritdoc />
    public async ValueTask<MachineProbe> ProbeAsync(CancellationToken cancellation)
    {
        var installed = await AptInstaller.ReadAsync(_commands, cancellation);
        var boot = BootFacts.Of(_root);
        _verdict.Remember(boot, installed.Packages);
        return new MachineProbe(_system.Id, _system.Version, _system.Codename, await ArchitectureAsync(cancellation))
        {
            Packages = installed.Packages,
            Holds = installed.Holds,
            Kernel = boot.Kernel,
            BootId = boot.BootId,
            Inventory = installed.Inventory(),
        };
    }

    /// <inheritdoc />
    public async ValueTask<PatchPlan> PlanAsync(PatchGoal goal, IPatchProgress progress, CancellationToken cancellation)
    {
        if (goal.Content == Domain.NodeOs.OrderContent.Reboot)
        {
            throw new NodeOsException(NodeOsReason.NotSupported, "An order for a mere reboot has no packages to plan. Order content 'security' or 'everything'.");
        }

        var installed = await AptInstaller.ReadAsync(_commands, cancellation);
        var sources = AptSources.For(goal, _system, _settings, OwnSources.Of(_root), new MachineKeys(_root));
        var kept = Kept(goal, installed);
        _folder.Write(sources, kept);
        progress.Report($"Reading the indexes of {sources.Length} suites");
        var indexes = await _indexes.UpdateAsync(sources, goal.Level, cancellation);
        progress.Report("Working out what would change");
        return await (await PlannerAsync(cancellation)).PlanAsync(goal, indexes, installed, kept.Keys.ToArray(), cancellation);
    }

    /// <inheritdoc />
    public async ValueTask StageAsync(PatchPlan plan, IPatchProgress progress, CancellationToken cancellation)
    {
        var installed = await AptInstaller.ReadAsync(_commands, cancellation);
        var remaining = AptInstaller.Remaining(plan, installed);
        if (remaining.IsEmpty)
        {
            return;
        }

        // NM-46: apt refuses to download as well while dpkg was interrupted. Applying repairs that first and then downloads by itself.
        if (await _repair.ComplaintAsync(cancellation) is not null)
        {
            progress.Report("Nothing is downloaded: packages are half installed, which is repaired when the plan is applied");
            return;
        }

        var (planner, indexes) = await PrepareAsync(plan, installed, progress, cancellation);
        await RoomAsync(planner, indexes, remaining, installed, cancellation);
        progress.Report($"Downloading {remaining.Length} packages");
        await Installer(planner).DownloadAsync(remaining, cancellation);
    }

    /// <inheritdoc />
    public async ValueTask ApplyAsync(PatchPlan plan, IPatchProgress progress, CancellationToken cancellation)
    {
        var installed = await AptInstaller.ReadAsync(_commands, cancellation);
        _verdict.Remember(BootFacts.Of(_root), installed.Packages);

        // Before anything else, repairs included: what they change is part of what happened since.
        BeforeRun.Keep(_folder, plan, installed);
        var (planner, indexes) = await PrepareAsync(plan, installed, progress, cancellation);
        progress.Report("Waiting for others who work with packages");
        await _repair.AwaitLockAsync(cancellation);
        await _repair.RepairAsync(plan, progress, cancellation);
        installed = await AptInstaller.ReadAsync(_commands, cancellation);
        var remaining = AptInstaller.Remaining(plan, installed);
        if (!remaining.IsEmpty)
        {
            var installer = Installer(planner);
            await installer.RehearseAsync(plan, remaining, cancellation);
            if (await RoomAsync(planner, indexes, remaining, installed, cancellation) > 0)
            {
                // Before the transaction, which then asks no archive: what does not answer is asked again without anything having begun.
                progress.Report($"Downloading {remaining.Length} packages");
                await installer.DownloadAsync(remaining, cancellation);
            }

            await _marks.KeepAsync(plan, cancellation);
            progress.Report($"Installing {remaining.Length} packages");
            installed = await installer.InstallAsync(plan, remaining, cancellation);
        }

        await _marks.RestoreAsync(installed, cancellation);

        // The downloads are of no more use; they would fill the disk level by level. If that fails, the next run succeeds.
        await _commands.RunAsync(_folder.Apt("apt-get", Quick, "clean"), cancellation);
    }

    /// <inheritdoc />
    public async ValueTask<Verification> VerifyAsync(PatchPlan plan, CancellationToken cancellation)
    {
        var installed = await AptInstaller.ReadAsync(_commands, cancellation);
        await _marks.RestoreAsync(installed, cancellation);
        var (planner, indexes) = await PrepareAsync(plan, installed, SilentProgress.Instance, cancellation);

        // NM-34: what is pending at the same editions now has to be what is kept back, and nothing else.
        var pending = PendingFixes.Of(installed, planner.Offered(indexes, installed.Packages.Select(p => p.Name)), plan.Goal.Content);
        var parts = PlanParts.Of(pending, installed.Holds, Kept(plan.Goal, installed).Keys.ToArray());
        foreach (var held in plan.Held)
        {
            parts = parts.Without(f => f.Name == held.Package, held.Why);
        }

        var planned = plan.Changes.Where(c => !AptInstaller.IsThere(c, installed) && parts.Held.All(h => h.Package != c.Name)).ToArray();
        return new Verification
        {
            Missing =
            [
                .. planned.Select(c => $"{c.Name} {c.To} was planned; the machine has {(installed.Find(c.Name, c.Architecture) is { } p ? p.Version + (p.Complete ? "" : ", half installed") : "none")}"),
                .. parts.Asked.Where(f => planned.All(c => c.Name != f.Name)).Select(f => $"{f.Name} {f.Installed} still has a fix pending: {f.Available}"),
                .. installed.Packages.Where(p => !p.Complete && planned.All(c => c.Name != p.Name)).Select(p => $"{p.Name} {p.Version} is half installed"),
            ],
            Unplanned = BeforeRun.Find(_folder, plan)?.Unplanned(plan, installed) ?? [],
            Held = parts.Held,
            Inventory = installed.Inventory(),
        };
    }

    /// <inheritdoc />
    public async ValueTask<VerdictFindings> VerdictAsync(CancellationToken cancellation) =>
        await _verdict.ReadAsync((await AptInstaller.ReadAsync(_commands, cancellation)).Packages, cancellation);

    // The sources of the plan with their indexes as they were when it was made; downloaded again only if they are not there any more.
    private async ValueTask<(AptPlanner Planner, ImmutableArray<SuiteIndex> Indexes)> PrepareAsync(
        PatchPlan plan, InstalledState installed, IPatchProgress progress, CancellationToken cancellation)
    {
        var sources = AptSources.Of(plan, _system, _settings, OwnSources.Of(_root), new MachineKeys(_root));
        _folder.Write(sources, Kept(plan.Goal, installed));
        if (await _indexes.FindAsync(sources, plan.Goal.Level, cancellation) is not { } indexes)
        {
            progress.Report($"Reading the indexes of {sources.Length} suites");
            indexes = await _indexes.UpdateAsync(sources, plan.Goal.Level, cancellation);
        }

        return (await PlannerAsync(cancellation), indexes);
    }

    private async ValueTask<long> RoomAsync(
        AptPlanner planner, ImmutableArray<SuiteIndex> indexes, ImmutableArray<PackageChange> changes, InstalledState installed, CancellationToken cancellation)
    {
        var unpacked = DiskSpace.Unpacked(changes, planner.Offered(indexes, changes.Select(c => c.Name)), installed);
        var newKernel = changes.Any(c => PackageNames.Fits(c.Name, _settings.KernelPackages));
        var bytes = await planner.DownloadBytesAsync(changes, cancellation);
        DiskSpace.Verify(_root, _folder.Archives, bytes, unpacked, newKernel);
        return bytes;
    }

    // NM-49: of the names in the settings, those that are installed and that the level does not name.
    private Dictionary<string, string> Kept(PatchGoal goal, InstalledState installed) => installed.Packages
        .Where(p => _settings.Holds.Contains(p.Name, StringComparer.Ordinal) && !goal.Names.Contains(p.Name, StringComparer.Ordinal))
        .GroupBy(p => p.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Version, StringComparer.Ordinal);

    private AptInstaller Installer(AptPlanner planner) => new(_folder, planner, _repair, _root, _commands, _settings, _patience);

    private async ValueTask<AptPlanner> PlannerAsync(CancellationToken cancellation) => new(_folder, _root, _commands, _settings, await ArchitectureAsync(cancellation));

    private async ValueTask<string> ArchitectureAsync(CancellationToken cancellation)
    {
        var result = await _commands.RunAsync(AptFolder.Dpkg(Quick, "--print-architecture"), cancellation);
        return result.Output.Trim() is { Length: > 0 } architecture
            ? architecture
            : throw new NodeOsException(NodeOsReason.NotSupported, $"dpkg does not say the machine's architecture; exit code {result.ExitCode}. {result.Error.Trim()}");
    }
}
