using System.Collections.Immutable;
using Imago.Domain.NodeOs;
using Imago.NodeOs;
using Imago.NodeOs.Machine;
using Imago.NodeOs.Rig.Archives;
using Imago.NodeOs.Rig.Machines;
using Imago.NodeOs.Rig.Packages;
using NodaTime;

namespace Imago.Machines.Tests.Kit;

/// <summary>A machine with an archive that it gets its packages from, and the driver that patches it: the product's own, run from outside with its programs inside.</summary>
internal sealed class PatchedMachine : IAsyncDisposable
{
    /// <summary>The moment that the archive begins with; each next one is a week later.</summary>
    public static readonly Instant First = Instant.FromUtc(2024, 3, 1, 0, 0);

    private int _moments;

    private PatchedMachine(LocalArchive archive, Machine machine) => (Archive, Machine) = (archive, machine);

    public LocalArchive Archive { get; }

    public Machine Machine { get; }

    /// <summary>What is set on the machine. Nobody else works with its packages unless a test says so, so that a lock is not waited for long.</summary>
    public MachineSettings Settings { get; set; } = new() { LockTimeout = TimeSpan.FromSeconds(2) };

    /// <summary>The driver as an agent makes it at the start of a run.</summary>
    public INodeOsDriver Driver => NodeOsDrivers.For(new MachineRoot(Machine.View), new SystemCommands(HostClock.Instance, [.. Machine.Entry]), Settings, HostClock.Instance);

    /// <summary>Starts a machine that has some packages.</summary>
    public static async Task<PatchedMachine> StartAsync(params IEnumerable<BuiltPackage> installed)
    {
        FreshMachine.Needed();
        var archive = await LocalArchive.StartAsync();
        var machine = await FreshMachine.StartAsync(archive);
        await machine.InstallAsync(installed);
        return new(archive, machine);
    }

    /// <summary>Publishes the next moment of the archive.</summary>
    public Task<ArchiveMoment> PublishAsync(Action<ArchiveContent> change, Duration? valid = null) =>
        Archive.PublishAsync(First + Duration.FromDays(7 * _moments++), change, valid);

    /// <summary>An order to go to a moment, which its suites have to be at.</summary>
    public static PatchGoal To(ArchiveMoment moment, OrderContent content = OrderContent.Security) => new(moment.Level, content) { Archive = moment.Live };

    public async Task<PatchPlan> PlanAsync(PatchGoal goal) => await Driver.PlanAsync(goal, SilentProgress.Instance, CancellationToken.None);

    public Task<PatchPlan> PlanAsync(ArchiveMoment moment, OrderContent content = OrderContent.Security) => PlanAsync(To(moment, content));

    public async Task StageAsync(PatchPlan plan) => await Driver.StageAsync(plan, SilentProgress.Instance, CancellationToken.None);

    public async Task ApplyAsync(PatchPlan plan) => await Driver.ApplyAsync(plan, SilentProgress.Instance, CancellationToken.None);

    public async Task<Verification> VerifyAsync(PatchPlan plan) => await Driver.VerifyAsync(plan, CancellationToken.None);

    public async Task<VerdictFindings> VerdictAsync() => await Driver.VerdictAsync(CancellationToken.None);

    /// <summary>NM-61: the whole way to a moment, up to the comparison with the plan.</summary>
    public async Task<(PatchPlan Plan, Verification Verification)> PatchAsync(PatchGoal goal)
    {
        var plan = await PlanAsync(goal);
        await ApplyAsync(plan);
        return (plan, await VerifyAsync(plan));
    }

    public Task<(PatchPlan Plan, Verification Verification)> PatchAsync(ArchiveMoment moment, OrderContent content = OrderContent.Security) => PatchAsync(To(moment, content));

    /// <summary>Every installed package with its version, in order, read with dpkg and not by the driver.</summary>
    public async Task<ImmutableSortedDictionary<string, string>> InstalledAsync() =>
        (await Machine.ShellAsync("dpkg-query --show --showformat='${Package}:${Architecture} ${Version} ${db:Status-Abbrev}\\n'")).Split('\n')
            .Select(l => l.Split(' ', 2)).ToImmutableSortedDictionary(p => p[0], p => p[1], StringComparer.Ordinal);

    /// <summary>Command lines of what runs in it now.</summary>
    public IReadOnlyList<string> Commands()
    {
        var root = new MachineRoot(Machine.View);
        return [.. root.List("/proc").Select(p => root.Read(p + "/cmdline")).OfType<string>().Select(c => c.Replace('\0', ' ').TrimEnd())];
    }

    public async ValueTask DisposeAsync()
    {
        await Machine.DisposeAsync();
        await Archive.DisposeAsync();
    }
}
