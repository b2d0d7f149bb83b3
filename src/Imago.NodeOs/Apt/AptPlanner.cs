using System.Collections.Immutable;
using System.Globalization;
using Imago.Domain.Images.Archives;
using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Apt;

/// <summary>Asks apt what a plan needs to know, and leaves the deciding to values: <see cref="PendingFixes"/> and <see cref="PlanParts"/>.</summary>
internal sealed class AptPlanner(AptFolder folder, MachineRoot root, ICommands commands, MachineSettings settings, string architecture)
{
    private static readonly TimeSpan Quick = TimeSpan.FromMinutes(2);

    /// <summary>Makes the plan out of verified indexes.</summary>
    public async ValueTask<PatchPlan> PlanAsync(
        PatchGoal goal, ImmutableArray<SuiteIndex> indexes, InstalledState installed, IReadOnlyCollection<string> kept, CancellationToken cancellation)
    {
        var archive = new ArchiveState([.. indexes.Select(i => i.State)]);
        var pending = PendingFixes.Of(installed, Offered(indexes, installed.Packages.Select(p => p.Name)), goal.Content);
        var parts = await WithoutPinnedAsync(PlanParts.Of(pending, installed.Holds, kept), cancellation);
        if (parts.Asked.IsEmpty)
        {
            return parts.ToPlan(goal, archive, new AptSimulation([], []), _ => ArchivePocket.Release, settings);
        }

        (parts, var simulation) = await ResolveAsync(parts, installed.Holds, kept, cancellation);
        var known = Offered(indexes, simulation.Installs.Select(i => i.Name)).ToLookup(o => (o.Name, o.Version), o => o.Pocket);
        var plan = parts.ToPlan(goal, archive, simulation, i => known[(i.Name, i.To)].DefaultIfEmpty(ArchivePocket.Release).Max(), settings);
        return plan with { DownloadBytes = await DownloadBytesAsync(plan.Changes, cancellation) };
    }

    /// <summary>Versions that the indexes offer for packages of these names.</summary>
    public IEnumerable<OfferedPackage> Offered(ImmutableArray<SuiteIndex> indexes, IEnumerable<string> names)
    {
        var wanted = names.ToHashSet(StringComparer.Ordinal);
        foreach (var (state, file) in indexes.SelectMany(i => i.Files.Select(f => (i.State, f))))
        {
            using var text = new StreamReader(root.At(file));
            foreach (var offer in PackageIndex.Read(text, state.Pocket, wanted.Contains))
            {
                yield return offer;
            }
        }
    }

    /// <summary>Asks apt what it would do for these changes, without recommended packages (NM-44).</summary>
    public async ValueTask<(CommandResult Result, AptSimulation Simulation)> SimulateAsync(IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var result = await commands.RunAsync(folder.Apt("apt-get", Quick, arguments.Prepend("-s")), cancellation);
        return (result, AptSimulation.Parse(result.Output));
    }

    /// <summary>Arguments that name packages with their versions.</summary>
    public IEnumerable<string> Arguments(IEnumerable<PackageChange> changes) => changes.Select(c => PackageNames.Argument(c.Name, c.Architecture, c.To, architecture));

    /// <summary>Bytes that are not downloaded yet, by what apt would fetch.</summary>
    public async ValueTask<long> DownloadBytesAsync(ImmutableArray<PackageChange> changes, CancellationToken cancellation)
    {
        if (changes.IsEmpty)
        {
            return 0;
        }

        var result = await commands.RunAsync(folder.Apt("apt-get", Quick, ["-y", "--print-uris", "install", .. Arguments(changes)]), cancellation);

        // 'http://host/pool/liblzma5_5.4.1-1%2bdeb12u2_amd64.deb' liblzma5_5.4.1-1+deb12u2_amd64.deb 205796 SHA256:3d8c…
        return result.Output.Split('\n').Where(l => l.StartsWith('\'')).Select(l => l.Split(' '))
            .Sum(words => words.Length > 2 && long.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : 0);
    }

    // A version that the machine's preferences keep from being chosen is kept back like a held one: naming it with its version would override the preference.
    private async ValueTask<PlanParts> WithoutPinnedAsync(PlanParts parts, CancellationToken cancellation)
    {
        if (parts.Asked.IsEmpty)
        {
            return parts;
        }

        var result = await commands.RunAsync(folder.Apt("apt-cache", Quick, ["policy", .. parts.Asked.Select(f => Qualified(f))]), cancellation);
        var candidates = AptPolicy.Candidates(result.Output);
        return parts.Without(
            f => candidates.TryGetValue(Qualified(f), out var candidate) && (candidate is "(none)" || DebVersion.Compare(candidate, f.Available) < 0),
            "kept back by the machine's preferences (/etc/apt/preferences)");
    }

    // NM-43: apt is asked for exactly what is pending and adds what that needs, such as the package of a new kernel; what it would change beyond that is left alone.
    private async ValueTask<(PlanParts Parts, AptSimulation Simulation)> ResolveAsync(
        PlanParts parts, ImmutableHashSet<string> holds, IReadOnlyCollection<string> kept, CancellationToken cancellation)
    {
        var (result, simulation) = await SimulateAsync(["install", .. parts.Asked.Select(Argument)], cancellation);
        if (Acceptable(result, simulation))
        {
            return (parts, simulation);
        }

        // NM-46: a plan changes nothing, and so cannot repair. Applying does, and checks again what apt would do.
        if (AptFailures.Reason(result.Text) == NodeOsReason.PackagesBroken)
        {
            return (parts, parts.AsAsked());
        }

        // Some of it cannot be had without removing or changing something else. What an upgrade that removes nothing would take is what can be had.
        var (_, possible) = await SimulateAsync(["--with-new-pkgs", "upgrade"], cancellation);
        var fewer = parts.Without(
            f => !possible.Installs.Any(i => i.Name == f.Name && i.To == f.Available),
            "its dependencies cannot be met without removing packages or changing held ones");
        if (fewer.Asked.IsEmpty)
        {
            return (fewer, new AptSimulation([], []));
        }

        (result, simulation) = await SimulateAsync(["install", .. fewer.Asked.Select(Argument)], cancellation);
        return Acceptable(result, simulation) ? (fewer, simulation) : throw AptFailures.Of(
            simulation.Removals.IsEmpty ? "apt finds no way to install the fixes together" : $"Installing the fixes would remove {string.Join(", ", simulation.Removals)}",
            result, NodeOsReason.InstallFailed, root);

        bool Acceptable(CommandResult said, AptSimulation would) => said.ExitCode == 0 && would.Removals.IsEmpty
            && !would.Installs.Any(i => i.From is not null && (holds.Contains(i.Name) || kept.Contains(i.Name, StringComparer.Ordinal)));
    }

    private string Argument(PendingFix fix) => PackageNames.Argument(fix.Name, fix.Architecture, fix.Available, architecture);

    private string Qualified(PendingFix fix) => fix.Architecture == architecture || fix.Architecture is "all" ? fix.Name : $"{fix.Name}:{fix.Architecture}";
}

/// <summary>Reads <c>apt-cache policy</c>.</summary>
internal static class AptPolicy
{
    /// <summary>The version that apt would choose, by package.</summary>
    public static Dictionary<string, string> Candidates(string output)
    {
        var candidates = new Dictionary<string, string>(StringComparer.Ordinal);
        var name = "";
        foreach (var line in output.Split('\n'))
        {
            if (line.Length > 0 && line[0] != ' ')
            {
                name = line.TrimEnd(':', ' ');
            }
            else if (line.StartsWith("  Candidate: ", StringComparison.Ordinal))
            {
                candidates[name] = line["  Candidate: ".Length..].Trim();
            }
        }

        return candidates;
    }
}
