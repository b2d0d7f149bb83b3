using Imago.Domain.NodeOs;
using Imago.Machines.Tests.Kit;
using Imago.NodeOs.Rig.Packages;
using Shouldly;
using Xunit;

namespace Imago.Machines.Tests.Cases;

/// <summary>What a level brings to a machine, and what it leaves alone.</summary>
[Trait("Rule", "NM-72")]
public sealed class PendingTests
{
    [Fact]
    public async Task Level_NothingPending_ChangesNothing()
    {
        var tool = await SamplePackages.ToolAsync("rig-tool", "1.0-1");
        await using var machine = await PatchedMachine.StartAsync(tool);
        var moment = await machine.PublishAsync(c => c.Release(tool));
        var before = await machine.InstalledAsync();

        var (plan, verification) = await machine.PatchAsync(moment);

        plan.IsEmpty.ShouldBeTrue();
        plan.DownloadBytes.ShouldBe(0);
        plan.Verdict.ShouldBe(RebootVerdict.None);
        verification.Complete.ShouldBeTrue();
        (await machine.InstalledAsync()).ShouldBe(before);
    }

    [Fact]
    [Trait("Rule", "NM-40")]
    public async Task Level_OnlyNonSecurityPending_ChangesNothingUnlessEverythingIsOrdered()
    {
        var (old, release, updates) = (await SamplePackages.ToolAsync("rig-tool", "1.0-1"), await SamplePackages.ToolAsync("rig-tool", "1.0-2"), await SamplePackages.LibraryAsync("1.0-2"));
        await using var machine = await PatchedMachine.StartAsync(old, await SamplePackages.LibraryAsync("1.0-1"));
        var moment = await machine.PublishAsync(c => c.Release(release).Updates(updates));

        (await machine.PlanAsync(moment)).IsEmpty.ShouldBeTrue();

        var (plan, verification) = await machine.PatchAsync(moment, OrderContent.Everything);
        plan.Words().ShouldBe(["librig1 1.0-1 → 1.0-2 (Updates)", "rig-tool 1.0-1 → 1.0-2 (Release)"]);
        verification.Complete.ShouldBeTrue();
        (await machine.Machine.VersionAsync("rig-tool")).ShouldBe("1.0-2");
    }

    [Fact]
    [Trait("Rule", "NM-40")]
    public async Task Level_FixHiddenBehindANewerBuild_BringsTheFixAndNotTheBuild()
    {
        var (old, fix, newer) = (await SamplePackages.LibraryAsync("1.0-1"), await SamplePackages.LibraryAsync("1.0-1+deb12u1"), await SamplePackages.LibraryAsync("1.0-1+deb12u2"));
        await using var machine = await PatchedMachine.StartAsync(old);
        var moment = await machine.PublishAsync(c => c.Release(old).Updates(newer).Security(fix));

        var (plan, verification) = await machine.PatchAsync(moment);

        plan.Words().ShouldBe(["librig1 1.0-1 → 1.0-1+deb12u1 (Security)"]);
        verification.Complete.ShouldBeTrue();
        (await machine.Machine.VersionAsync("librig1")).ShouldBe("1.0-1+deb12u1");
    }

    [Fact]
    [Trait("Rule", "NM-43")]
    [Trait("Rule", "NM-44")]
    public async Task Level_NewKernelPackage_IsInstalledWithoutWhatIsOnlyRecommended()
    {
        var (meta, kernel) = (await SamplePackages.KernelMetapackageAsync(31), await SamplePackages.KernelAsync(31));
        var recommended = await SamplePackages.ToolAsync("apparmor", "3.0-1");
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.KernelAsync(30), await SamplePackages.KernelMetapackageAsync(30));
        var moment = await machine.PublishAsync(c => c.Release(recommended).Security(meta, kernel));

        var (plan, verification) = await machine.PatchAsync(moment);

        plan.Words().ShouldBe([$"{kernel.Name} none → 6.1.131-1 (Security)", $"{meta.Name} 6.1.130-1 → 6.1.131-1 (Security)"], ignoreOrder: true);
        plan.Verdict.ShouldBe(RebootVerdict.Reboot);
        verification.Complete.ShouldBeTrue();
        machine.Machine.Root.Exists($"/boot/vmlinuz-{SamplePackages.KernelRelease(31)}").ShouldBeTrue();
        (await machine.Machine.VersionAsync("apparmor")).ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "NM-34")]
    [Trait("Rule", "NM-49")]
    public async Task Level_FixOfAHeldPackage_IsLeftAndReportedWhileOthersGoOn()
    {
        var (library, tool) = (await SamplePackages.LibraryAsync("1.0-1+deb12u1"), await SamplePackages.ToolAsync("rig-tool", "1.0-1+deb12u1"));
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.LibraryAsync("1.0-1"), await SamplePackages.ToolAsync("rig-tool", "1.0-1"));
        var moment = await machine.PublishAsync(c => c.Security(library, tool));
        await machine.Machine.ShellAsync("apt-mark hold rig-tool");

        var (plan, verification) = await machine.PatchAsync(moment);

        plan.Words().ShouldBe(["librig1 1.0-1 → 1.0-1+deb12u1 (Security)"]);
        var held = verification.Held.ShouldHaveSingleItem();
        (held.Package, held.Installed, held.Available).ShouldBe(("rig-tool", "1.0-1", "1.0-1+deb12u1"));
        verification.Missing.ShouldBeEmpty();
        verification.Complete.ShouldBeFalse();
        (await machine.Machine.VersionAsync("rig-tool")).ShouldBe("1.0-1");
        (await machine.Machine.ShellAsync("apt-mark showhold")).ShouldBe("rig-tool");
    }

    [Fact]
    [Trait("Rule", "NM-32")]
    public async Task Level_OlderThanWhatIsInstalled_DowngradesNothing()
    {
        var (first, second) = (await SamplePackages.LibraryAsync("1.0-1+deb12u1"), await SamplePackages.LibraryAsync("1.0-1+deb12u2"));
        await using var machine = await PatchedMachine.StartAsync(second);
        var older = await machine.PublishAsync(c => c.Security(first));
        await machine.PublishAsync(c => c.Security(second));

        var (plan, verification) = await machine.PatchAsync(new(older.Level, OrderContent.Security) { Archive = older.Snapshot });

        plan.IsEmpty.ShouldBeTrue();
        verification.Complete.ShouldBeTrue();
        (await machine.Machine.VersionAsync("librig1")).ShouldBe("1.0-1+deb12u2");
    }

    [Fact]
    public async Task Levels_TwoInARow_EachBringsItsOwn()
    {
        var (first, second, tool) = (await SamplePackages.LibraryAsync("1.0-1+deb12u1"), await SamplePackages.LibraryAsync("1.0-1+deb12u2"), await SamplePackages.ToolAsync("rig-tool", "1.0-1+deb12u1"));
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.LibraryAsync("1.0-1"), await SamplePackages.ToolAsync("rig-tool", "1.0-1"));

        var (one, _) = await machine.PatchAsync(await machine.PublishAsync(c => c.Security(first)));
        var (two, verification) = await machine.PatchAsync(await machine.PublishAsync(c => c.Security(second, tool)));

        one.Words().ShouldBe(["librig1 1.0-1 → 1.0-1+deb12u1 (Security)"]);
        two.Words().ShouldBe(["librig1 1.0-1+deb12u1 → 1.0-1+deb12u2 (Security)", "rig-tool 1.0-1 → 1.0-1+deb12u1 (Security)"]);
        verification.Complete.ShouldBeTrue();
    }

    [Fact]
    [Trait("Rule", "NM-42")]
    public async Task Level_Reached_LeavesSourcesAndIndexesOfTheMachineAsTheyWere()
    {
        var fix = await SamplePackages.LibraryAsync("1.0-1+deb12u1");
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.LibraryAsync("1.0-1"));
        var moment = await machine.PublishAsync(c => c.Security(fix));
        await machine.Machine.ShellAsync("apt-get -q update");
        const string everything = "cd / && find etc/apt var/lib/apt/lists -type f | sort | xargs sha256sum";
        var before = await machine.Machine.ShellAsync(everything);

        await machine.PatchAsync(moment);

        (await machine.Machine.ShellAsync(everything)).ShouldBe(before);
    }

    [Fact]
    public async Task Level_Staged_NeedsNothingFurtherOfTheArchive()
    {
        var fix = await SamplePackages.LibraryAsync("1.0-1+deb12u1");
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.LibraryAsync("1.0-1"));
        var plan = await machine.PlanAsync(await machine.PublishAsync(c => c.Security(fix)));
        plan.DownloadBytes.ShouldBe(fix.Content.Length);

        await machine.StageAsync(plan);

        (await machine.Machine.VersionAsync("librig1")).ShouldBe("1.0-1");
        var asked = machine.Archive.Served.Count(r => r.Path.EndsWith(".deb", StringComparison.Ordinal));
        await machine.ApplyAsync(plan);
        (await machine.Machine.VersionAsync("librig1")).ShouldBe("1.0-1+deb12u1");
        machine.Archive.Served.Count(r => r.Path.EndsWith(".deb", StringComparison.Ordinal)).ShouldBe(asked);
    }
}
