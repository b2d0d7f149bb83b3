using System.Collections.Immutable;
using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Apt;

/// <summary>Installs a plan in one transaction, and judges by what the machine has afterwards.</summary>
internal sealed class AptInstaller(AptFolder folder, AptPlanner planner, AptRepair repair, MachineRoot root, ICommands commands, MachineSettings settings, MirrorPatience patience)
{
    private static readonly TimeSpan Quick = TimeSpan.FromMinutes(2);

    /// <summary>What of a plan is still to be done. A package that is at a higher version by now is left alone: nothing is downgraded (NM-32).</summary>
    public static ImmutableArray<PackageChange> Remaining(PatchPlan plan, InstalledState installed) =>
        [.. plan.Changes.Where(c => !installed.Holds.Contains(c.Name) && !IsThere(c, installed))];

    /// <summary>Whether a package is at its planned version or a higher one, and whole.</summary>
    public static bool IsThere(PackageChange change, InstalledState installed) =>
        installed.Find(change.Name, change.Architecture) is { Complete: true } package && DebVersion.Compare(package.Version, change.To) >= 0;

    /// <summary>Downloads.</summary>
    public ValueTask DownloadAsync(ImmutableArray<PackageChange> changes, CancellationToken cancellation) =>
        patience.TryAsync(() => DownloadOnceAsync(changes, cancellation), cancellation);

    /// <summary>Refuses when apt would do anything but the plan.</summary>
    public async ValueTask RehearseAsync(PatchPlan plan, ImmutableArray<PackageChange> changes, CancellationToken cancellation)
    {
        var (result, would) = await planner.SimulateAsync(["install", .. planner.Arguments(changes)], cancellation);
        if (result.ExitCode != 0)
        {
            throw AptFailures.Of("apt would not install the plan", result, NodeOsReason.InstallFailed, root);
        }

        var planned = plan.Changes.Select(c => (c.Name, c.To)).ToHashSet();
        var outside = would.Installs.Where(i => !planned.Contains((i.Name, i.To))).Select(i => $"{i.Name} {i.To}").Concat(would.Removals.Select(r => $"removal of {r}")).ToArray();
        if (outside.Length > 0)
        {
            throw new NodeOsException(NodeOsReason.NotAsPlanned,
                $"The machine has changed since the plan was made: installing it would bring also {string.Join(", ", outside)}. Nothing was changed. A new plan is needed.");
        }
    }

    /// <summary>NM-43: the one transaction.</summary>
    public async ValueTask<InstalledState> InstallAsync(PatchPlan plan, ImmutableArray<PackageChange> changes, CancellationToken cancellation)
    {
        var command = folder.Apt("apt-get", settings.InstallTimeout, ["-y", "--no-remove", "install", .. planner.Arguments(changes)]) with { EndsByItself = true };
        var result = await commands.RunAsync(command, cancellation);
        var installed = await ReadAsync(commands, cancellation);
        var missing = Remaining(plan, installed);
        var complaint = await repair.ComplaintAsync(cancellation);
        return missing.IsEmpty && complaint is null
            ? installed
            : throw AptFailures.Of(
                $"{plan.Changes.Length - missing.Length} of {plan.Changes.Length} packages are at their planned version; not so {string.Join(", ", missing.Select(m => m.Name).Take(10))}"
                + (missing.Length > 10 ? " and others" : "") + (complaint is null ? "" : ", and packages are half installed"),
                result, result.ExitCode == 0 ? NodeOsReason.NotAsPlanned : NodeOsReason.InstallFailed, root);
    }

    /// <summary>NM-47: what dpkg says is installed.</summary>
    public static async ValueTask<InstalledState> ReadAsync(ICommands commands, CancellationToken cancellation)
    {
        var result = await commands.RunAsync(new Command("dpkg-query", ["-W", "-f", InstalledState.Format]) { Timeout = Quick }, cancellation);
        return InstalledState.Parse(result.Output) is { Packages.IsEmpty: false } installed
            ? installed
            : throw new NodeOsException(NodeOsReason.PackagesBroken, $"dpkg-query names no installed package; exit code {result.ExitCode}. {result.Error.Trim()}");
    }

    private async ValueTask DownloadOnceAsync(ImmutableArray<PackageChange> changes, CancellationToken cancellation)
    {
        var command = folder.Apt("apt-get", settings.InstallTimeout, ["-y", "--no-remove", "--download-only", "install", .. planner.Arguments(changes)]);
        var result = await commands.RunAsync(command, cancellation);

        // NM-31: what is still missing says whether it went well.
        if (result.ExitCode != 0 || await planner.DownloadBytesAsync(changes, cancellation) > 0)
        {
            throw AptFailures.Of("The packages could not be downloaded", result, NodeOsReason.MirrorUnreachable, root);
        }
    }
}
