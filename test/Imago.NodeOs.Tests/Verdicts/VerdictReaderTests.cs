using System.Collections.Immutable;
using Imago.Domain.NodeOs;
using Imago.NodeOs.Machine;
using Imago.NodeOs.Verdicts;
using Shouldly;
using Xunit;

namespace Imago.NodeOs.Tests.Verdicts;

public sealed class VerdictReaderTests : IDisposable
{
    private readonly TemporaryMachine _machine = new TemporaryMachine()
        .With("/proc/sys/kernel/osrelease", "6.1.0-9-amd64\n").With("/proc/sys/kernel/random/boot_id", "boot-1\n");

    private string _needrestart = "";

    [Fact]
    [Trait("Rule", "NM-55")]
    public async Task Read_NothingChanged_IsNone()
    {
        Remember("linux-image-6.1.0-9-amd64=1", "libc6=2.36-9");

        (await ReadAsync("linux-image-6.1.0-9-amd64=1", "libc6=2.36-9")).Verdict.ShouldBe(RebootVerdict.None);
    }

    [Theory]
    [Trait("Rule", "NM-55")]
    [Trait("Rule", "NM-72")]
    [InlineData("a newer kernel, by number and not by letters", new[] { "linux-image-6.1.0-9-amd64=1", "linux-image-6.1.0-56-amd64=2", "libc6=2.36-9" }, "kernel 6.1.0-56-amd64 is installed and 6.1.0-9-amd64 runs")]
    [InlineData("the running kernel in a newer build", new[] { "linux-image-6.1.0-9-amd64=1+b1", "libc6=2.36-9" }, "linux-image-6.1.0-9-amd64 went from 1 to 1+b1 since the boot")]
    [InlineData("a newer C library", new[] { "linux-image-6.1.0-9-amd64=1", "libc6=2.36-10" }, "libc6 went from 2.36-9 to 2.36-10 since the boot")]
    public async Task Read_KernelOrLibcChanged_IsReboot(string story, string[] now, string because)
    {
        Remember("linux-image-6.1.0-9-amd64=1", "libc6=2.36-9");

        var findings = await ReadAsync(now);

        findings.Verdict.ShouldBe(RebootVerdict.Reboot, story);
        findings.Because.ShouldBe([because]);
    }

    [Fact]
    [Trait("Rule", "NM-55")]
    public async Task Read_AfterTheReboot_IsNone()
    {
        Remember("linux-image-6.1.0-9-amd64=1", "libc6=2.36-9");
        _machine.With("/proc/sys/kernel/osrelease", "6.1.0-56-amd64\n").With("/proc/sys/kernel/random/boot_id", "boot-2\n");

        (await ReadAsync("linux-image-6.1.0-9-amd64=1", "linux-image-6.1.0-56-amd64=2", "libc6=2.36-10")).Verdict.ShouldBe(RebootVerdict.None);
    }

    // A reboot would not bring them: the boot loader goes on starting the kind that runs, and the machine would be drained and restarted in every window.
    [Theory]
    [Trait("Rule", "NM-55")]
    [InlineData("linux-image-6.1.0-9-amd64-dbg")]
    [InlineData("linux-image-6.1.0-9-amd64-unsigned")]
    [InlineData("linux-image-6.1.0-9-cloud-amd64")]
    [InlineData("linux-image-6.1.0-56-rt-amd64")]
    public async Task Read_KernelOfAnotherKind_IsNoReasonToReboot(string other)
    {
        Remember("linux-image-6.1.0-9-amd64=1", $"{other}=1");

        (await ReadAsync("linux-image-6.1.0-9-amd64=1", $"{other}=1")).Verdict.ShouldBe(RebootVerdict.None);
    }

    [Fact]
    [Trait("Rule", "NM-55")]
    public async Task Read_KindOfTheRunningKernelIsGone_IsReboot()
    {
        _machine.With("/boot/vmlinuz-6.1.0-9-amd64", "");

        (await ReadAsync("linux-image-6.1.0-9-cloud-amd64=1")).Verdict.ShouldBe(RebootVerdict.Reboot);
    }

    // Restarted beside their work, these take network, disks or the cluster away from a node that serves.
    [Theory]
    [Trait("Rule", "NM-59")]
    [InlineData("networking.service")]
    [InlineData("systemd-networkd.service")]
    [InlineData("NetworkManager.service")]
    [InlineData("openvswitch-switch.service")]
    [InlineData("iscsid.service")]
    [InlineData("multipathd.service")]
    [InlineData("k3s-agent.service")]
    [InlineData("rke2-server.service")]
    [InlineData("etcd.service")]
    [InlineData("cri-docker.service")]
    [InlineData("libvirtd.service")]
    public async Task Read_ServiceThatTheNodeHangsOn_IsReportedAndNotNamed(string service)
    {
        Process(200, "it", $"0::/system.slice/{service}", "/usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)");

        var findings = await ReadAsync("libssl3=2");

        findings.Services.ShouldBeEmpty();
        findings.Because.ShouldBe([$"{service} uses a replaced libssl.so.3"]);
    }

    [Fact]
    [Trait("Rule", "NM-58")]
    public async Task Read_KernelOfAnotherMachine_SaysNothing()
    {
        _machine.With("/proc/sys/kernel/osrelease", "6.18.44-host\n").With("/usr/sbin/needrestart", "");
        _needrestart = "NEEDRESTART-KSTA: 3\n";

        (await ReadAsync("linux-image-6.1.0-56-amd64=2")).Verdict.ShouldBe(RebootVerdict.None);
    }

    [Theory]
    [Trait("Rule", "NM-58")]
    [InlineData("1", RebootVerdict.None)]
    [InlineData("0", RebootVerdict.None)]
    [InlineData("2", RebootVerdict.Reboot)]
    [InlineData("3", RebootVerdict.Reboot)]
    public async Task Read_Needrestart_CountsWithOwnKernels(string answer, RebootVerdict verdict)
    {
        _machine.With("/usr/sbin/needrestart", "");
        _needrestart = $"NEEDRESTART-VER: 3.6\nNEEDRESTART-KCUR: 6.1.0-9-amd64\nNEEDRESTART-KSTA: {answer}\n";

        (await ReadAsync("linux-image-6.1.0-9-amd64=1")).Verdict.ShouldBe(verdict);
    }

    [Fact]
    [Trait("Rule", "NM-56")]
    public async Task Read_Sentinel_IsRebootWithItsPackages()
    {
        _machine.With("/run/reboot-required", "").With("/run/reboot-required.pkgs", "dbus\nlibc6\ndbus\n");

        (await ReadAsync("libc6=1")).ShouldSatisfyAllConditions(
            f => f.Verdict.ShouldBe(RebootVerdict.Reboot),
            f => f.Because.ShouldBe(["/run/reboot-required is there, for dbus, libc6"]));
    }

    [Fact]
    [Trait("Rule", "NM-59")]
    public async Task Read_ProcessesUseReplacedLibraries_NamesServicesButNotThoseOfTheNode()
    {
        Process(1, "systemd", "0::/init.scope", "/usr/lib/x86_64-linux-gnu/libc.so.6");
        Process(200, "sshd", "0::/system.slice/ssh.service", "/usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)");
        Process(201, "sshd", "0::/system.slice/ssh.service", "/usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)");
        Process(300, "kubelet", "0::/system.slice/kubelet.service", "/usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)");
        Process(400, "app", "0::/kubepods.slice/cri-containerd-1.scope", "/usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)");
        Process(500, "memory", "0::/system.slice/other.service", "/memfd:x (deleted)");

        var findings = await ReadAsync("libssl3=2");

        findings.Verdict.ShouldBe(RebootVerdict.RestartServices);
        findings.Services.ShouldBe(["ssh.service"]);
        findings.Because.ShouldBe(["kubelet.service uses a replaced libssl.so.3", "ssh.service uses a replaced libssl.so.3"]);
    }

    [Fact]
    [Trait("Rule", "NM-59")]
    public async Task Read_TheAgentItselfUsesAReplacedLibrary_IsNotCounted()
    {
        Process(700, "imago-agent", "0::/system.slice/imago-agent.service", "/usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)");
        _machine.WithLink("/proc/self", "700");

        (await ReadAsync("libssl3=2")).Verdict.ShouldBe(RebootVerdict.None);
    }

    [Fact]
    [Trait("Rule", "NM-55")]
    public async Task Read_FirstLookAfterLibcWasReplaced_SeesItOnProcessOne()
    {
        Process(1, "systemd", "0::/init.scope", "/usr/lib/x86_64-linux-gnu/libc.so.6 (deleted)");

        var findings = await ReadAsync("libc6=2");

        findings.Verdict.ShouldBe(RebootVerdict.Reboot);
        findings.Because.ShouldHaveSingleItem().ShouldContain("process 1 (systemd)");
    }

    public void Dispose() => _machine.Dispose();

    private void Process(int pid, string name, string cgroup, string mapped) => _machine
        .With($"/proc/{pid}/comm", name + "\n").With($"/proc/{pid}/cgroup", cgroup + "\n").With($"/proc/{pid}/maps", $"7f00-7f01 r-xp 00000000 08:01 12 {mapped}\n");

    private void Remember(params string[] packages) => Reader().Remember(BootFacts.Of(_machine.Root), Packages(packages));

    private ValueTask<VerdictFindings> ReadAsync(params string[] packages) => Reader().ReadAsync(Packages(packages), default);

    private VerdictReader Reader() => new(_machine.Root, new Needrestart(_needrestart), new MachineSettings());

    private static ImmutableArray<InstalledPackage> Packages(string[] packages) => [.. packages.Select(p => p.Split('=')).Select(p => new InstalledPackage(p[0], "amd64", p[1], Complete: true))];

    private sealed class Needrestart(string says) : ICommands
    {
        public ValueTask<CommandResult> RunAsync(Command command, CancellationToken cancellation)
        {
            command.ToString().ShouldBe("needrestart -b -k");
            return ValueTask.FromResult(new CommandResult(0, says, ""));
        }
    }
}
