using Imago.Machines.Tests.Kit;
using Imago.NodeOs.Rig.Machines;
using Imago.NodeOs.Rig.Roots;
using Shouldly;
using Xunit;

namespace Imago.Machines.Tests.Rig;

/// <summary>The machines that the other tests stand on.</summary>
public sealed class MachineTests
{
    [Fact]
    [Trait("Rule", "NM-57")]
    [Trait("Rule", "NM-70")]
    public async Task Machine_Started_HasProcessesNameAndIdentityOfItsOwn()
    {
        await using var machine = await FreshMachine.StartAsync(settings: new() { Name = "np1-000001", Kernel = "6.1.0-30-amd64" });

        (await machine.ShellAsync("hostname")).ShouldBe("np1-000001");
        (await machine.ShellAsync("cat /proc/sys/kernel/osrelease")).ShouldBe("6.1.0-30-amd64");
        (await machine.ShellAsync("cat /proc/sys/kernel/random/boot_id")).ShouldBe(machine.BootId);
        (await machine.ShellAsync("cat /proc/1/comm")).ShouldBe("sh");
        (await machine.ExecAsync(["ischroot"])).ExitCode.ShouldBe(1);
        (await machine.ExecAsync(["/usr/sbin/policy-rc.d"])).ExitCode.ShouldBe(101);

        // The faked files lie on the host's disk; what they are bound over does not.
        var mounted = (await machine.ShellAsync("cut -d' ' -f2 /proc/mounts")).Split('\n').Where(p => !p.StartsWith("/dev", StringComparison.Ordinal)).Distinct();
        mounted.ShouldBe(["/", "/proc", "/run", "/proc/sys/kernel/random/boot_id", "/proc/sys/kernel/osrelease"], ignoreOrder: true);
        File.ReadAllText("/proc/sys/kernel/hostname").Trim().ShouldNotBe("np1-000001");
    }

    [Fact]
    [Trait("Rule", "NM-70")]
    public async Task Machine_PowerLost_ComesBackWithAnotherBootAndNothingInRun()
    {
        await using var machine = await FreshMachine.StartAsync();
        var boot = machine.BootId;
        await machine.ShellAsync("touch /run/reboot-required /root/kept");
        using var program = machine.Start(["sleep", "600"]);

        await machine.KillAsync();

        (await machine.Ended).ShouldBe(MachineEnd.PowerLost);
        await program.WaitAsync(TimeSpan.FromSeconds(10));
        machine.Running.ShouldBeFalse();

        await machine.StartAsync();

        machine.BootId.ShouldNotBe(boot);
        machine.Boots.ShouldBe(2);
        (await machine.ShellAsync("ls /run; ls /root")).ShouldBe("lock\nkept");
    }

    [Fact]
    public async Task Machine_AskedToReboot_GoesDownAndSaysSo()
    {
        await using var machine = await FreshMachine.StartAsync();
        var asked = new TaskCompletionSource<Machine>(TaskCreationOptions.RunContinuationsAsynchronously);
        machine.RebootAsked += asked.SetResult;

        await machine.ExecAsync(["reboot"]);

        (await machine.Ended.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBe(MachineEnd.RebootAsked);
        (await asked.Task.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBe(machine);
        machine.Running.ShouldBeFalse();
    }

    [Fact]
    public async Task Machine_KernelInstalled_RunsItAfterTheNextStart()
    {
        await using var machine = await FreshMachine.StartAsync();
        machine.Kernel.ShouldBe(File.ReadAllText("/proc/sys/kernel/osrelease").Trim());
        machine.Root.Write("/boot/vmlinuz-6.1.0-9-amd64", "");
        machine.Root.Write("/boot/vmlinuz-6.1.0-10-amd64", "");

        await machine.RestartAsync();

        (await machine.ShellAsync("cat /proc/sys/kernel/osrelease")).ShouldBe("6.1.0-10-amd64");
    }

    [Fact]
    public async Task Machine_ProgramCancelled_IsGoneInside()
    {
        await using var machine = await FreshMachine.StartAsync();
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));

        await Should.ThrowAsync<OperationCanceledException>(machine.ExecAsync(["sleep", "61"], cancellation: cancellation.Token));

        await Soon.Async("the program is gone", () => machine.ShellAsync("grep -lz '^61$' /proc/[0-9]*/cmdline || true").Result.Length == 0);
    }

    [Fact]
    public async Task Root_Disposed_IsGoneAndNothingOfTheHostWithIt()
    {
        FreshMachine.Needed();
        var root = await RootFs.CopyAsync(BaseRoot.Minimal);
        var outside = Directory.CreateTempSubdirectory("imago-outside-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Join(outside, "precious"), "");
            (await Imago.NodeOs.Rig.Programs.HostProgram.RunAsync(["mount", "--bind", outside, root["/mnt"]])).MustSucceed();

            await root.DisposeAsync();

            Directory.Exists(root.Folder).ShouldBeFalse();
            File.Exists(Path.Join(outside, "precious")).ShouldBeTrue();
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    [Fact]
    public async Task Root_PathThroughAnAbsoluteLink_IsRefused()
    {
        FreshMachine.Needed();
        await using var root = await RootFs.CopyAsync(BaseRoot.Minimal);

        // /var/run leads to /run: for the host that is its own.
        Should.Throw<ArgumentException>(() => root.Write("/var/run/reboot-required", "")).Message.ShouldContain("leads the host out");
        root["/lib/os-release"].ShouldStartWith(root.Folder);
    }
}
