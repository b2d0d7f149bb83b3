using Imago.Domain.NodeOs;
using Imago.Machines.Tests.Kit;
using Imago.NodeOs.Rig.Packages;
using Shouldly;
using Xunit;

namespace Imago.Machines.Tests.Cases;

/// <summary>What has to happen for what was installed to be in use, before and after it is done.</summary>
[Trait("Rule", "NM-55")]
[Trait("Rule", "NM-72")]
public sealed class VerdictTests
{
    [Fact]
    public async Task Kernel_Installed_AsksForARebootUntilItRuns()
    {
        var (meta, kernel) = (await SamplePackages.KernelMetapackageAsync(31), await SamplePackages.KernelAsync(31));
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.KernelAsync(30), await SamplePackages.KernelMetapackageAsync(30));
        await machine.Machine.RestartAsync();
        machine.Machine.Kernel.ShouldBe(SamplePackages.KernelRelease(30));
        (await machine.VerdictAsync()).Verdict.ShouldBe(RebootVerdict.None);

        var (plan, _) = await machine.PatchAsync(await machine.PublishAsync(c => c.Security(meta, kernel)));

        plan.Verdict.ShouldBe(RebootVerdict.Reboot);
        var findings = await machine.VerdictAsync();
        findings.Verdict.ShouldBe(RebootVerdict.Reboot);
        findings.Because.ShouldContain(b => b.Contains(SamplePackages.KernelRelease(31), StringComparison.Ordinal));

        await machine.Machine.RestartAsync();
        (await machine.VerdictAsync()).Verdict.ShouldBe(RebootVerdict.None);
    }

    [Fact]
    public async Task Libc_Replaced_AsksForARebootUntilTheNextBoot()
    {
        var libc = await SamplePackages.LibcAsync("+rig1");
        await using var machine = await PatchedMachine.StartAsync();

        var (plan, verification) = await machine.PatchAsync(await machine.PublishAsync(c => c.Security(libc)));

        plan.Changes.ShouldHaveSingleItem().Name.ShouldBe("libc6");
        plan.Verdict.ShouldBe(RebootVerdict.Reboot);
        verification.Complete.ShouldBeTrue();
        (await machine.VerdictAsync()).Verdict.ShouldBe(RebootVerdict.Reboot);

        await machine.Machine.RestartAsync();
        (await machine.VerdictAsync()).Verdict.ShouldBe(RebootVerdict.None);
    }

    [Fact]
    [Trait("Rule", "NM-59")]
    public async Task Library_Replaced_AsksForARestartOfWhatUsesIt()
    {
        var fix = await SamplePackages.LibraryAsync("1.0-1+deb12u1");
        await using var machine = await PatchedMachine.StartAsync(await SamplePackages.LibraryAsync("1.0-1"));
        using var user = machine.Machine.Start(["sleep", "600"], new Dictionary<string, string> { ["LD_PRELOAD"] = SamplePackages.LibraryPath });
        await Soon.Async("a process uses the library", () => user.HostIdAsync().Result is { } id && File.ReadAllText($"/proc/{id}/maps").Contains("librig", StringComparison.Ordinal));

        var (plan, _) = await machine.PatchAsync(await machine.PublishAsync(c => c.Security(fix)));

        plan.Verdict.ShouldNotBe(RebootVerdict.Reboot);
        var findings = await machine.VerdictAsync();
        findings.Verdict.ShouldBe(RebootVerdict.RestartServices);

        await user.SignalAsync("KILL");
        await user.WaitAsync(TimeSpan.FromSeconds(10));
        (await machine.VerdictAsync()).Verdict.ShouldBe(RebootVerdict.None);
    }

    [Fact]
    [Trait("Rule", "NM-56")]
    public async Task Notice_LeftByAPackage_AsksForARebootUntilTheNextBoot()
    {
        await using var machine = await PatchedMachine.StartAsync();
        (await machine.VerdictAsync()).Verdict.ShouldBe(RebootVerdict.None);

        await machine.Machine.ShellAsync("echo '*** System restart required ***' >/run/reboot-required; echo dbus >/run/reboot-required.pkgs");

        (await machine.VerdictAsync()).Verdict.ShouldBe(RebootVerdict.Reboot);
        await machine.Machine.RestartAsync();
        (await machine.VerdictAsync()).Verdict.ShouldBe(RebootVerdict.None);
    }
}
