using Imago.Machines.Tests.Kit;
using Imago.NodeOs;
using Imago.NodeOs.Rig.Packages;
using Shouldly;
using Xunit;

namespace Imago.Machines.Tests.Cases;

/// <summary>What comes between a plan and a machine that has it.</summary>
[Trait("Rule", "NM-72")]
public sealed class InstallingTests
{
    // dpkg takes POSIX record locks (NM-45); the minimal system has no other program that could take one.
    private const string HoldLock =
        """$| = 1; use Fcntl; open(F, ">>", "/var/lib/dpkg/lock-frontend"); my $l = pack("s s x4 q q l x4", F_WRLCK, 0, 0, 0, 0); fcntl(F, F_SETLK, $l) or die; print "held\n"; sleep 600""";

    [Fact]
    [Trait("Rule", "NM-44")]
    public async Task Conffile_ChangedHereAndThere_StaysAsItIsHere()
    {
        var fix = await SamplePackages.DaemonAsync("1.0-1+deb12u1");
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.DaemonAsync("1.0-1"));
        machine.Machine.Root.Write(SamplePackages.DaemonConfiguration, "# ours\n");

        var (_, verification) = await machine.PatchAsync(await machine.PublishAsync(c => c.Security(fix)));

        verification.Complete.ShouldBeTrue();
        machine.Machine.Root.Read(SamplePackages.DaemonConfiguration).ShouldBe("# ours\n");
        (await machine.Machine.VersionAsync("rig-daemon")).ShouldBe("1.0-1+deb12u1");
    }

    [Fact]
    [Trait("Rule", "NM-45")]
    public async Task Lock_HeldBySomebodyElse_IsWaitedForAndSaid()
    {
        var fix = await SamplePackages.LibraryAsync("1.0-1+deb12u1");
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.LibraryAsync("1.0-1"));
        var plan = await machine.PlanAsync(await machine.PublishAsync(c => c.Security(fix)));
        using var other = machine.Machine.Start(["perl", "-e", HoldLock]);
        await Soon.Async("the lock is held", () => other.Said.Contains("held", StringComparison.Ordinal));

        await machine.ApplyAsync(plan).ShouldFailFor(NodeOsReason.LockHeld);

        (await machine.Machine.VersionAsync("librig1")).ShouldBe("1.0-1");
        await other.SignalAsync("KILL");
        await other.WaitAsync(TimeSpan.FromSeconds(10));
        await machine.ApplyAsync(plan);
        (await machine.VerifyAsync(plan)).Complete.ShouldBeTrue();
    }

    [Fact]
    [Trait("Rule", "NM-45")]
    public async Task Lock_GivenBackWhileItIsWaitedFor_IsTakenAndTheLevelReached()
    {
        var fix = await SamplePackages.LibraryAsync("1.0-1+deb12u1");
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.LibraryAsync("1.0-1"));
        machine.Settings = machine.Settings with { LockTimeout = TimeSpan.FromMinutes(2) };
        var plan = await machine.PlanAsync(await machine.PublishAsync(c => c.Security(fix)));
        using var other = machine.Machine.Start(["perl", "-e", HoldLock]);
        await Soon.Async("the lock is held", () => other.Said.Contains("held", StringComparison.Ordinal));

        var applying = machine.ApplyAsync(plan);
        await Soon.Async("apt waits for the lock", () => machine.Commands().Any(c => c.StartsWith("apt-get ", StringComparison.Ordinal) && c.Contains("apt.conf check", StringComparison.Ordinal)));
        applying.IsCompleted.ShouldBeFalse();
        await other.SignalAsync("KILL");
        await applying;

        (await machine.VerifyAsync(plan)).Complete.ShouldBeTrue();
        (await machine.Machine.VersionAsync("librig1")).ShouldBe("1.0-1+deb12u1");
    }

    [Fact]
    [Trait("Rule", "NM-46")]
    public async Task Installing_KilledWhileAPackageIsUnpacked_IsUnpackedAgainByTheNextRun()
    {
        var (torn, tool) = (await SamplePackages.TornAsync("1.0-1+deb12u1", slow: true), await SamplePackages.ToolAsync("rig-tool", "1.0-1+deb12u1"));
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.TornAsync("1.0-1", slow: false), await SamplePackages.ToolAsync("rig-tool", "1.0-1"));
        var plan = await machine.PlanAsync(await machine.PublishAsync(c => c.Security(torn, tool)));

        var applying = machine.ApplyAsync(plan);
        await Soon.Async("the package is being unpacked", () => machine.Machine.Root.Exists(SamplePackages.SlowMark));
        await machine.Machine.KillAsync();
        await Should.ThrowAsync<NodeOsException>(applying);

        await machine.Machine.StartAsync();
        (await machine.Machine.ShellAsync("dpkg-query -W -f '${db:Status-Status} ${db:Status-Eflag}' rig-torn")).ShouldBe("half-installed reinstreq");
        await machine.ApplyAsync(plan);

        var verification = await machine.VerifyAsync(plan);
        verification.Complete.ShouldBeTrue(string.Join("; ", verification.Missing));
        verification.Unplanned.ShouldBeEmpty();
        machine.Machine.Root.Read("/usr/share/rig-torn/version").ShouldBe("1.0-1+deb12u1\n");
        (await machine.Machine.ShellAsync("dpkg --audit")).ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "NM-46")]
    public async Task Power_LostInTheMidstOfIt_IsRepairedByTheNextRun()
    {
        var (library, slow, tool) = (await SamplePackages.LibraryAsync("1.0-1+deb12u1"), await SamplePackages.SlowAsync("1.0-1+deb12u1", slow: true), await SamplePackages.ToolAsync("rig-tool", "1.0-1+deb12u1"));
        await using var machine = await PatchedMachine.StartAsync(
            await SamplePackages.LibraryAsync("1.0-1"), await SamplePackages.SlowAsync("1.0-1", slow: false), await SamplePackages.ToolAsync("rig-tool", "1.0-1"));
        var moment = await machine.PublishAsync(c => c.Security(library, slow, tool));
        var plan = await machine.PlanAsync(moment);
        plan.Changes.Length.ShouldBe(3);

        var applying = machine.ApplyAsync(plan);
        await Soon.Async("the slow script has begun", () => machine.Machine.Root.Exists(SamplePackages.SlowMark));
        await machine.Machine.KillAsync();
        await Should.ThrowAsync<NodeOsException>(applying);

        await machine.Machine.StartAsync();
        (await machine.Machine.ShellAsync("dpkg --audit")).ShouldContain("rig-slow");
        (await machine.VerifyAsync(plan)).Complete.ShouldBeFalse();

        var (_, verification) = await machine.PatchAsync(moment);

        verification.Complete.ShouldBeTrue();
        (await machine.VerifyAsync(plan)).Complete.ShouldBeTrue();
        (await machine.Machine.ShellAsync("dpkg --audit")).ShouldBeEmpty();
        (await machine.PlanAsync(moment)).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task Disk_NoRoomForTheDownload_IsSaidBeforeAnythingChanges()
    {
        var fix = await SamplePackages.BigAsync("1.0-1+deb12u1", megabytes: 8);
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.BigAsync("1.0-1", megabytes: 1));
        var plan = await machine.PlanAsync(await machine.PublishAsync(c => c.Security(fix)));
        var cache = machine.Settings.StateDirectory + "/apt/cache";
        await machine.Machine.ShellAsync($"mount -t tmpfs -o size=4m,mode=755 tmpfs {cache} && mkdir -p {cache}/archives/partial");

        await machine.StageAsync(plan).ShouldFailFor(NodeOsReason.DiskFull);
        await machine.ApplyAsync(plan).ShouldFailFor(NodeOsReason.DiskFull);

        (await machine.Machine.VersionAsync("rig-big")).ShouldBe("1.0-1");
        await machine.Machine.ShellAsync($"umount {cache}");
        await machine.ApplyAsync(plan);
        (await machine.VerifyAsync(plan)).Complete.ShouldBeTrue();
    }

    [Fact]
    [Trait("Rule", "NM-46")]
    public async Task Disk_FullInTheMidstOfIt_IsSaidAndRepairedOnceThereIsRoom()
    {
        var (big, tool) = (await SamplePackages.BigAsync("1.0-1+deb12u1", megabytes: 8), await SamplePackages.ToolAsync("rig-tool", "1.0-1+deb12u1"));
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.BigAsync("1.0-1", megabytes: 1), await SamplePackages.ToolAsync("rig-tool", "1.0-1"));
        var moment = await machine.PublishAsync(c => c.Security(big, tool));
        var plan = await machine.PlanAsync(moment);

        // A file system that no check of the usual places can know of.
        await machine.Machine.ShellAsync($"mount -t tmpfs -o size=4m,mode=755 tmpfs {SamplePackages.BigFolder}");
        await machine.ApplyAsync(plan).ShouldFailFor(NodeOsReason.DiskFull);

        (await machine.VerifyAsync(plan)).Complete.ShouldBeFalse();
        await machine.Machine.ShellAsync($"umount {SamplePackages.BigFolder}");
        var (_, verification) = await machine.PatchAsync(moment);
        verification.Complete.ShouldBeTrue();
        (await machine.Machine.VersionAsync("rig-big")).ShouldBe("1.0-1+deb12u1");
        (await machine.Machine.ShellAsync("dpkg --audit")).ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "NM-34")]
    public async Task Package_ThatCannotBeConfigured_IsSaidAndDoneOnceItCan()
    {
        const string obstacle = "/etc/rig-obstacle";
        var fix = await SamplePackages.FailingAsync("1.0-1+deb12u1", unless: obstacle);
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.FailingAsync("1.0-1", unless: obstacle));
        var moment = await machine.PublishAsync(c => c.Security(fix));
        var plan = await machine.PlanAsync(moment);
        machine.Machine.Root.Write(obstacle, "");

        var failure = await Should.ThrowAsync<NodeOsException>(machine.ApplyAsync(plan));

        failure.Message.ShouldContain("rig-fails");
        (await machine.VerifyAsync(plan)).Complete.ShouldBeFalse();
        File.Delete(machine.Machine.Root[obstacle]);
        var (_, verification) = await machine.PatchAsync(moment);
        verification.Complete.ShouldBeTrue();
        (await machine.VerifyAsync(plan)).Complete.ShouldBeTrue();
    }
}
