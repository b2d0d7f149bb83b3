using System.Collections.Immutable;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using Imago.NodeOs.Apt;
using Imago.NodeOs.Machine;
using Shouldly;
using Xunit;

namespace Imago.NodeOs.Tests.Apt;

/// <summary>Plans of real machines, from recorded outputs (NM-71).</summary>
public sealed class RecordedPlanTests
{
    private static readonly MachineSettings NothingKept = new() { Holds = [] };

    private static readonly PatchGoal Goal = new(PatchLevel.OfDate(new NodaTime.LocalDate(2026, 11, 22)), OrderContent.Security);

    [Fact]
    [Trait("Rule", "NM-40")]
    [Trait("Rule", "NM-43")]
    [Trait("Rule", "NM-44")]
    public void Plan_Debian12_HoldsTheSecurityFixesWithTheNewKernelAndNoRecommendation()
    {
        // The recording was made with recommended packages; without them apt leaves out these two, which come from the release pocket.
        var recorded = Recording.Simulation("debian12-dist-upgrade-simulate.txt");
        var simulated = recorded with { Installs = [.. recorded.Installs.Where(i => i.Name is not ("apparmor" or "firmware-linux-free"))] };
        var installed = Recording.Installed("debian12-installed-before.tsv");

        var pending = PendingFixes.Of(installed, Recording.Offered(recorded, "Debian-Security"), OrderContent.Security);
        var plan = Plan(pending, simulated, NothingKept);

        pending.Length.ShouldBe(25);
        plan.Changes.Length.ShouldBe(26);
        plan.Changes.Where(c => c.From is null).Select(c => c.Name).ShouldBe(["linux-image-6.1.0-56-amd64"]);
        plan.Verdict.ShouldBe(RebootVerdict.Reboot);
        Changed("debian12-installed-before.tsv", "debian12-installed-after.tsv").ShouldBe(plan.Changes.Select(c => (c.Name, c.To)), ignoreOrder: true);
    }

    [Fact]
    [Trait("Rule", "NM-40")]
    public void Plan_Ubuntu2204_FindsAllThatTheCandidateFilterMisses()
    {
        var everything = Recording.Simulation("ubuntu2204-dist-upgrade-simulate.txt");
        var security = Recording.Simulation("ubuntu2204-security-only-simulate.txt");
        var installed = Recording.Installed("ubuntu2204-installed-before.tsv");

        var pending = PendingFixes.Of(installed, Recording.Offered(security, "jammy-security"), OrderContent.Security);
        var plan = Plan(pending, security, NothingKept);
        var naive = everything.Installs.Where(i => i.Origins.Contains("jammy-security", StringComparison.Ordinal)).Select(i => i.Name).ToHashSet();

        plan.Changes.Length.ShouldBe(120);
        naive.Count.ShouldBe(101);
        plan.Changes.Where(c => !naive.Contains(c.Name)).Select(c => c.Name).ShouldContain("runc");
        Changed("ubuntu2204-installed-before.tsv", "ubuntu2204-installed-after-security-only.tsv").ShouldBe(plan.Changes.Select(c => (c.Name, c.To)), ignoreOrder: true);
    }

    [Fact]
    [Trait("Rule", "NM-40")]
    [Trait("Rule", "NM-72")]
    public void Pending_HiddenBehindANewerBuild_IsFoundAtItsSecurityVersion()
    {
        var everything = Recording.Simulation("ubuntu2204-dist-upgrade-simulate.txt");
        var security = Recording.Simulation("ubuntu2204-security-only-simulate.txt");
        ImmutableArray<OfferedPackage> offered =
        [
            .. Recording.Offered(security, "jammy-security"),
            .. everything.Installs.Where(i => i.Name == "runc").Select(i => new OfferedPackage(i.Name, i.Architecture, i.To, ArchivePocket.Updates, 100)),
        ];

        var pending = PendingFixes.Of(Recording.Installed("ubuntu2204-installed-before.tsv"), offered, OrderContent.Security).Single(p => p.Name == "runc");

        var hiding = everything.Installs.Single(i => i.Name == "runc");
        hiding.Origins.ShouldNotContain("jammy-security");
        DebVersion.Compare(hiding.To, pending.Available).ShouldBeGreaterThan(0);
        pending.Available.ShouldBe(security.Installs.Single(i => i.Name == "runc").To);
    }

    [Fact]
    [Trait("Rule", "NM-49")]
    [Trait("Rule", "NM-34")]
    public void Plan_PackagesOfTheNodeItself_AreKeptBackAndReported()
    {
        var security = Recording.Simulation("ubuntu2204-security-only-simulate.txt");
        var pending = PendingFixes.Of(Recording.Installed("ubuntu2204-installed-before.tsv"), Recording.Offered(security, "jammy-security"), OrderContent.Security);

        var parts = PlanParts.Of(pending, [], new MachineSettings().Holds);
        var named = PlanParts.Of(pending, ["bash"], ["containerd"]);

        parts.Held.Select(h => h.Package).ShouldBe(["containerd", "runc"]);
        parts.Asked.ShouldNotContain(f => f.Name == "runc");
        named.Held.Select(h => (h.Package, h.Why.Split(' ')[0])).ShouldBe([("bash", "held"), ("containerd", "kept")]);
        named.Asked.ShouldContain(f => f.Name == "runc");
    }

    [Fact]
    [Trait("Rule", "NM-72")]
    public void Pending_NothingNewer_IsEmpty()
    {
        var installed = Recording.Installed("debian12-installed-after.tsv");

        PendingFixes.Of(installed, Recording.Offered(Recording.Simulation("debian12-dist-upgrade-simulate.txt"), "Debian-Security"), OrderContent.Security).ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "NM-72")]
    public void Pending_OnlyOtherFixes_IsEmptyForSecurityAndNotForEverything()
    {
        var installed = Installed("dummy\tamd64\t1.0\tinstall\tinstalled\tok\t1");
        ImmutableArray<OfferedPackage> offered = [new("dummy", "amd64", "1.1", ArchivePocket.Updates, 1)];

        PendingFixes.Of(installed, offered, OrderContent.Security).ShouldBeEmpty();
        PendingFixes.Of(installed, offered, OrderContent.Everything).ShouldBe([new PendingFix("dummy", "amd64", "1.0", "1.1", ArchivePocket.Updates)]);
    }

    [Fact]
    [Trait("Rule", "NM-72")]
    public void Pending_LevelOlderThanInstalled_IsEmpty()
    {
        var installed = Installed("dummy\tamd64\t2.0\tinstall\tinstalled\tok\t1");

        PendingFixes.Of(installed, [new("dummy", "amd64", "1.9+sec1", ArchivePocket.Security, 1)], OrderContent.Security).ShouldBeEmpty();
    }

    [Fact]
    public void Pending_ForeignArchitecture_IsItsOwnPackage()
    {
        var installed = Installed("libz\tamd64\t1\tinstall\tinstalled\tok\t1", "libz\ti386\t1\tinstall\tinstalled\tok\t1", "docs\tamd64\t1\tinstall\tinstalled\tok\t1");
        ImmutableArray<OfferedPackage> offered =
            [new("libz", "amd64", "2", ArchivePocket.Security, 1), new("libz", "i386", "2", ArchivePocket.Security, 1), new("docs", "all", "2", ArchivePocket.Security, 1)];

        PendingFixes.Of(installed, offered, OrderContent.Security).Select(p => $"{p.Name}:{p.Architecture}").ShouldBe(["docs:all", "libz:amd64", "libz:i386"]);
        PackageNames.Argument("libz", "i386", "2", "amd64").ShouldBe("libz:i386=2");
        PackageNames.Argument("docs", "all", "2", "amd64").ShouldBe("docs=2");
    }

    [Fact]
    [Trait("Rule", "NM-47")]
    public void Unplanned_UnattendedUpgrades_NamesWhatNobodyPlanned()
    {
        // What unattended-upgrades did on the same machine, against the plan of security fixes: recommended packages came along.
        var security = Recording.Simulation("ubuntu2204-security-only-simulate.txt");
        var before = Recording.Installed("ubuntu2204-installed-before.tsv");
        var plan = Plan(PendingFixes.Of(before, Recording.Offered(security, "jammy-security"), OrderContent.Security), security, NothingKept);
        var run = new BeforeRun("", before.Packages.ToDictionary(p => $"{p.Name}:{p.Architecture}", p => p.Version));

        run.Unplanned(plan, Recording.Installed("ubuntu2204-installed-after-security-only.tsv")).ShouldBeEmpty();
        run.Unplanned(plan, Recording.Installed("ubuntu2204-installed-after-unattended-upgrades.tsv")).ShouldContain(t => t.StartsWith("busybox-initramfs ", StringComparison.Ordinal) && t.EndsWith(" was added", StringComparison.Ordinal));
    }

    private static PatchPlan Plan(ImmutableArray<PendingFix> pending, AptSimulation simulation, MachineSettings settings) =>
        PlanParts.Of(pending, [], settings.Holds).ToPlan(Goal, new ArchiveState([]), simulation, _ => ArchivePocket.Security, settings);

    private static InstalledState Installed(params string[] lines) => InstalledState.Parse(string.Join('\n', lines));

    private static (string, string)[] Changed(string before, string after)
    {
        var was = Recording.Installed(before).Packages.ToDictionary(p => p.Name, p => p.Version);
        return [.. Recording.Installed(after).Packages.Where(p => was.GetValueOrDefault(p.Name) != p.Version).Select(p => (p.Name, p.Version))];
    }
}
