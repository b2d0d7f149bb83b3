using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Apt;

/// <summary>NM-46: brings packages back into order that an earlier run, ours or somebody else's, left half installed.</summary>
internal sealed class AptRepair(AptFolder folder, MachineRoot root, ICommands commands, MachineSettings settings)
{
    private static readonly TimeSpan Quick = TimeSpan.FromMinutes(2);

    /// <summary>Waits until nobody else works with packages.</summary>
    /// <exception cref="NodeOsException">With <see cref="NodeOsReason.LockHeld"/> and who it is, when that takes too long.</exception>
    public async ValueTask AwaitLockAsync(CancellationToken cancellation)
    {
        // NM-45: the locks are record locks, of which only the one who asks the kernel knows; apt asks, waits, and says who has it. dpkg itself does not wait.
        var result = await commands.RunAsync(folder.Apt("apt-get", settings.LockTimeout + Quick, "check"), cancellation);
        if (result.ExitCode != 0 && AptFailures.Reason(result.Text) == NodeOsReason.LockHeld)
        {
            throw AptFailures.Of($"Packages could not be locked within {settings.LockTimeout.TotalSeconds:0} seconds", result, NodeOsReason.LockHeld, root);
        }
    }

    /// <summary>Whether dpkg was interrupted or left packages half installed.</summary>
    public async ValueTask<string?> ComplaintAsync(CancellationToken cancellation)
    {
        var audit = await commands.RunAsync(AptFolder.Dpkg(Quick, "--audit"), cancellation);

        // What dpkg wrote down of an interrupted run lies there under numbers; while it does, apt refuses to work although the audit finds nothing.
        return audit.Output.Trim() is { Length: > 0 } complaint ? complaint
            : root.List("/var/lib/dpkg/updates").Any(f => Path.GetFileName(f).All(char.IsAsciiDigit)) ? "dpkg was interrupted."
            : null;
    }

    /// <summary>Repairs if there is something to repair.</summary>
    /// <param name="plan">The plan that is about to be applied: what was interrupted in unpacking goes to the planned version at once.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <param name="cancellation">Ends the programs.</param>
    /// <exception cref="NodeOsException">With <see cref="NodeOsReason.PackagesBroken"/> when it does not help, or would remove packages.</exception>
    public async ValueTask RepairAsync(PatchPlan plan, IPatchProgress progress, CancellationToken cancellation)
    {
        if (await ComplaintAsync(cancellation) is { } complaint)
        {
            progress.Report("Repairing packages that were left half installed");
            await commands.RunAsync(AptFolder.Dpkg(settings.InstallTimeout, "--configure", "-a", "--force-confdef", "--force-confold") with { EndsByItself = true }, cancellation);
            await UnpackAgainAsync(plan, cancellation);
            await FixAsync(complaint, cancellation);
        }
        else if (await commands.RunAsync(folder.Apt("apt-get", settings.LockTimeout + Quick, "check"), cancellation) is { ExitCode: not 0 } check)
        {
            // Nothing is half installed, but dependencies are not met.
            progress.Report("Repairing dependencies that are not met");
            await FixAsync(check.Text, cancellation);
        }
    }

    // A package that was killed while it was being unpacked can be neither configured nor fixed (measured, dpkg 1.21: `apt-get -f install` tries to configure it and fails):
    // it has to be unpacked once more.
    private async ValueTask UnpackAgainAsync(PatchPlan plan, CancellationToken cancellation)
    {
        var installed = await AptInstaller.ReadAsync(commands, cancellation);
        var torn = installed.Packages.Where(p => installed.Torn.Contains((p.Name, p.Architecture)))
            .Select(p => plan.Changes.FirstOrDefault(c => c.Name == p.Name && c.Architecture == p.Architecture) is { } change ? $"{p.Name}:{p.Architecture}={change.To}" : $"{p.Name}:{p.Architecture}")
            .Select(a => a.Replace(":all", "", StringComparison.Ordinal)).ToArray();
        if (torn.Length > 0)
        {
            await commands.RunAsync(folder.Apt("apt-get", settings.InstallTimeout, ["-y", "--no-remove", "--reinstall", "install", .. torn]) with { EndsByItself = true }, cancellation);
        }
    }

    private async ValueTask FixAsync(string complaint, CancellationToken cancellation)
    {
        var would = AptSimulation.Parse((await commands.RunAsync(folder.Apt("apt-get", Quick, "-s", "-f", "install"), cancellation)).Output);
        if (!would.Removals.IsEmpty)
        {
            throw new NodeOsException(NodeOsReason.PackagesBroken,
                $"Packages are half installed, and apt would remove {string.Join(", ", would.Removals)} to repair that, which the agent does not do. Repair by hand: apt-get -f install. "
                + $"Found: {Short(complaint)}");
        }

        var result = await commands.RunAsync(folder.Apt("apt-get", settings.InstallTimeout, "-y", "--no-remove", "-f", "install") with { EndsByItself = true }, cancellation);
        if (await ComplaintAsync(cancellation) is { } left)
        {
            throw AptFailures.Of($"Packages are half installed and could not be repaired ({Short(left)})", result, NodeOsReason.PackagesBroken, root);
        }
    }

    private static string Short(string text)
    {
        var line = string.Join(' ', text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= 300 ? line : line[..300] + "…";
    }
}
