using Imago.Domain.NodeOs;
using Imago.NodeOs.Machine;
using Imago.NodeOs.Updaters;
using Shouldly;
using Xunit;

namespace Imago.NodeOs.Tests.Updaters;

public sealed class UpdaterSwitchTests : IDisposable
{
    private const string Units = "/etc/systemd/system/";

    private readonly TemporaryMachine _machine = new TemporaryMachine()
        .With("/usr/lib/systemd/system/apt-daily.timer", "")
        .WithLink(Units + "timers.target.wants/apt-daily.timer", "/lib/systemd/system/apt-daily.timer")
        .With(Units + "apt-daily-upgrade.service", "[Service]\n# the operator's own unit\n")
        .With("/etc/apt/apt.conf.d/20auto-upgrades", "APT::Periodic::Unattended-Upgrade \"1\";\n");

    private readonly SystemdFake _systemd = new();

    [Fact]
    [Trait("Rule", "NM-18")]
    public async Task Set_ToImago_MasksServicesDisablesTimersAndZeroesIntervals()
    {
        var state = await Switch().SetAsync(OsUpdater.Imago, default);

        state.ShouldBe(new UpdaterState(OsUpdater.Imago, On: false, Problem: null));
        Leads("apt-daily.service").ShouldBe("/dev/null");
        Leads("apt-daily-upgrade.service").ShouldBe("/dev/null");
        Leads("timers.target.wants/apt-daily.timer").ShouldBeNull();
        _machine.Root.Read("/etc/apt/apt.conf.d/zz-imago-updater")!.Split('\n').Count(l => l.EndsWith("\"0\";", StringComparison.Ordinal)).ShouldBe(4);
    }

    [Fact]
    [Trait("Rule", "NM-18")]
    public async Task Set_ToDistribution_UnmasksEnablesAndSaysWhenNothingIsInstalled()
    {
        _machine.WithLink(Units + "apt-daily.service", "/dev/null").WithLink(Units + "apt-daily-upgrade.timer", "/dev/null");

        var state = await Switch().SetAsync(OsUpdater.Distribution, default);

        state.On.ShouldBeTrue();
        state.Problem!.ShouldContain("unattended-upgrades");
        Leads("apt-daily.service").ShouldBeNull();
        Leads("apt-daily-upgrade.timer").ShouldBeNull();
        Leads("timers.target.wants/apt-daily.timer").ShouldBe("/usr/lib/systemd/system/apt-daily.timer");
        Leads("timers.target.wants/apt-daily-upgrade.timer").ShouldBe("/lib/systemd/system/apt-daily-upgrade.timer");
        (await new UpdaterSwitch(_machine.With("/usr/bin/unattended-upgrade", "").Root, _systemd, new MachineSettings()).SetAsync(OsUpdater.Distribution, default)).Problem.ShouldBeNull();
    }

    [Theory]
    [Trait("Rule", "NM-18")]
    [Trait("Rule", "CH-24")]
    [InlineData(new[] { OsUpdater.Imago })]
    [InlineData(new[] { OsUpdater.Distribution })]
    [InlineData(new[] { OsUpdater.Imago, OsUpdater.Imago, OsUpdater.Distribution, OsUpdater.Imago })]
    public async Task Restore_AfterAnySwitches_GivesBackWhatWasFound(OsUpdater[] switches)
    {
        var before = _machine.Snapshot();
        foreach (var updater in switches)
        {
            // Each time another process: what was found is kept on disk.
            await Switch().SetAsync(updater, default);
        }

        _machine.Snapshot().ShouldNotBe(before);
        var state = await Switch().RestoreAsync(default);

        _machine.Snapshot().ShouldBe(before);
        state.Switched.ShouldBeNull();
        state.On.ShouldBeTrue();
    }

    [Fact]
    [Trait("Rule", "NM-18")]
    public async Task Set_Twice_ChangesNothingMore()
    {
        await Switch().SetAsync(OsUpdater.Imago, default);
        var once = _machine.Snapshot();

        await Switch().SetAsync(OsUpdater.Imago, default);

        _machine.Snapshot().ShouldBe(once);
    }

    [Fact]
    [Trait("Rule", "NM-18")]
    public async Task Restore_NeverSwitched_TouchesNothing()
    {
        var before = _machine.Snapshot();

        (await Switch().RestoreAsync(default)).Switched.ShouldBeNull();

        _machine.Snapshot().ShouldBe(before);
    }

    [Fact]
    [Trait("Rule", "NM-18")]
    public async Task Set_SystemdRuns_StopsTimersAndRestoreStartsThoseThatRan()
    {
        Directory.CreateDirectory(_machine.Root.At("/run/systemd/system"));
        _systemd.Active.Add("apt-daily.timer");

        await Switch().SetAsync(OsUpdater.Imago, default);
        _systemd.Active.ShouldBeEmpty();
        await Switch().SetAsync(OsUpdater.Distribution, default);
        _systemd.Active.ShouldBe(["apt-daily.timer", "apt-daily-upgrade.timer"], ignoreOrder: true);
        await Switch().RestoreAsync(default);

        _systemd.Active.ShouldBe(["apt-daily.timer"]);
    }

    public void Dispose() => _machine.Dispose();

    private UpdaterSwitch Switch() => new(_machine.Root, _systemd, new MachineSettings());

    private string? Leads(string unit) => new FileInfo(_machine.Root.At(Units + unit)).LinkTarget;

    /// <summary>Knows which timers run.</summary>
    private sealed class SystemdFake : ICommands
    {
        public HashSet<string> Active { get; } = [];

        public ValueTask<CommandResult> RunAsync(Command command, CancellationToken cancellation)
        {
            command.Program.ShouldBe("systemctl");
            _ = command.Arguments switch
            {
                ["start", var timer] => Active.Add(timer),
                ["stop", var timer] => Active.Remove(timer),
                _ => false,
            };
            return ValueTask.FromResult(command.Arguments is ["is-active", var asked]
                ? new CommandResult(Active.Contains(asked) ? 0 : 3, Active.Contains(asked) ? "active\n" : "inactive\n", "")
                : new CommandResult(0, "", ""));
        }
    }
}
