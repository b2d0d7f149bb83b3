using System.Collections.Immutable;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Apt;

/// <summary>What is pending, in two parts: what may be installed, and what is kept back.</summary>
/// <param name="Asked">What is asked for.</param>
/// <param name="Held">What is kept back, with why.</param>
internal sealed record PlanParts(ImmutableArray<PendingFix> Asked, ImmutableArray<HeldPackage> Held)
{
    /// <summary>Divides what is pending.</summary>
    /// <param name="pending">What is pending.</param>
    /// <param name="holds">Names that somebody holds on the machine.</param>
    /// <param name="kept">Names that stay as they are by the machine's settings.</param>
    public static PlanParts Of(ImmutableArray<PendingFix> pending, ImmutableHashSet<string> holds, IReadOnlyCollection<string> kept)
    {
        // NM-49: a hold of somebody else is never released, and a fix behind one is reported (NM-34).
        var why = pending.Select(p => (Fix: p, Why: holds.Contains(p.Name) ? "held on this machine (apt-mark hold)"
            : kept.Contains(p.Name, StringComparer.Ordinal) ? "kept by 'holds' of the agent's settings (agent.json), because the node runs on it; without it in that list levels patch it"
            : null)).ToArray();
        return new PlanParts([.. why.Where(x => x.Why is null).Select(x => x.Fix)], [.. why.Where(x => x.Why is not null).Select(x => Keep(x.Fix, x.Why!))]);
    }

    /// <summary>The same with some of the asked moved to those kept back.</summary>
    public PlanParts Without(Func<PendingFix, bool> without, string why) => new(
        [.. Asked.Where(f => !without(f))],
        [.. Held.Concat(Asked.Where(without).Select(f => Keep(f, why))).OrderBy(h => h.Package, StringComparer.Ordinal)]);

    /// <summary>The plan: what apt says that the asked packages bring, no more and no less.</summary>
    /// <param name="goal">The goal.</param>
    /// <param name="archive">The verified editions.</param>
    /// <param name="simulation">What apt would do for what is asked.</param>
    /// <param name="pocketOf">Pocket of a version.</param>
    /// <param name="settings">Names of kernels and C libraries.</param>
    public PatchPlan ToPlan(PatchGoal goal, ArchiveState archive, AptSimulation simulation, Func<SimulatedInstall, ArchivePocket> pocketOf, MachineSettings settings)
    {
        ImmutableArray<PackageChange> changes =
        [
            .. simulation.Installs.Select(i => new PackageChange(i.Name, i.Architecture, i.From, i.To, pocketOf(i)))
                .OrderBy(c => c.Name, StringComparer.Ordinal).ThenBy(c => c.Architecture, StringComparer.Ordinal),
        ];
        return new PatchPlan { Goal = goal, Archive = archive, Changes = changes, Held = Held, Verdict = PackageNames.Predict(changes, settings) };
    }

    /// <summary>What apt would do if it only did what is asked: for a machine whose packages have to be repaired before apt answers.</summary>
    public AptSimulation AsAsked() => new([.. Asked.Select(f => new SimulatedInstall(f.Name, f.Architecture, f.Installed, f.Available, ""))], []);

    private static HeldPackage Keep(PendingFix fix, string why) => new(fix.Name, fix.Installed, fix.Available, why);
}
