using Imago.Domain.NodeOs;
using Imago.Machines.Tests.Kit;
using Imago.NodeOs.Machine;
using Imago.NodeOs.Rig.Machines;
using Imago.NodeOs.Updaters;
using Shouldly;
using Xunit;

namespace Imago.Machines.Tests.Cases;

/// <summary>The distribution's own updater: its units as apt brings them, and its own script, which says whether it would do something.</summary>
[Trait("Rule", "NM-18")]
public sealed class UpdaterTests
{
    private const string Mark = "/var/lib/updater-ran";

    // What the package unattended-upgrades brings, as far as the script of apt looks at it; the package itself would need an interpreter that the base has not.
    private const string Updater = $"#!/bin/sh\n[ \"$1\" = --help ] || touch {Mark}\n";
    private const string Enabled = "APT::Periodic::Update-Package-Lists \"1\";\nAPT::Periodic::Unattended-Upgrade \"1\";\n";

    [Theory]
    [InlineData(OsUpdater.Imago, false)]
    [InlineData(OsUpdater.Distribution, true)]
    public async Task Updater_Switched_RunsOrDoesNotAndIsGivenBackToTheLetter(OsUpdater to, bool runs)
    {
        await using var machine = await FreshMachine.StartAsync();
        machine.Root.Write("/usr/bin/unattended-upgrade", Updater, executable: true);
        if (to == OsUpdater.Imago)
        {
            machine.Root.Write("/etc/apt/apt.conf.d/20auto-upgrades", Enabled);
            (await RanAsync(machine)).ShouldBeTrue("switched on by its package");
        }
        else
        {
            await machine.ShellAsync("ln -s /dev/null /etc/systemd/system/apt-daily.service; rm /etc/systemd/system/timers.target.wants/apt-daily-upgrade.timer");
            (await RanAsync(machine)).ShouldBeFalse("switched off by the operator");
        }

        var before = await PictureAsync(machine);

        var state = await Switch(machine).SetAsync(to, CancellationToken.None);

        state.ShouldBe(new UpdaterState(to, On: runs, Problem: null));
        (await RanAsync(machine)).ShouldBe(runs);
        (await PictureAsync(machine)).ShouldNotBe(before);

        await Switch(machine).RestoreAsync(CancellationToken.None);

        (await PictureAsync(machine)).ShouldBe(before);
        (await RanAsync(machine)).ShouldBe(!runs);
    }

    private static UpdaterSwitch Switch(Machine machine) =>
        new(new MachineRoot(machine.View), new SystemCommands(HostClock.Instance, [.. machine.Entry]), new MachineSettings());

    // What both services start, as their units say.
    private static async Task<bool> RanAsync(Machine machine)
    {
        await machine.ShellAsync($"rm -f {Mark}; rm -rf /var/lib/apt/periodic; for unit in apt-daily apt-daily-upgrade; do "
            + "[ \"$(readlink /etc/systemd/system/$unit.service)\" = /dev/null ] || [ ! -e /etc/systemd/system/timers.target.wants/$unit.timer ] "
            + "|| sh -c \"$(sed -n 's/^ExecStart=//p' /lib/systemd/system/$unit.service)\" >/dev/null 2>&1; done");
        return machine.Root.Exists(Mark);
    }

    // Every file and link of both folders, with rights and content.
    private static Task<string> PictureAsync(Machine machine) =>
        machine.ShellAsync("cd /etc && find systemd apt -printf '%p %y %m %u %l\\n' | sort; find systemd apt -type f | sort | xargs sha256sum");
}
