using Imago.Application.NodeOs;
using Imago.Domain.NodeOs;
using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Updaters;

/// <summary>
/// Switches the distribution's own updater on and off (NM-18), and gives back what was found before. Done by the links that <c>systemctl mask</c> and <c>systemctl enable</c>
/// would make, so that it can be written down and undone to the letter, and works where systemd does not run; systemd is then told.
/// </summary>
public sealed class UpdaterSwitch(MachineRoot root, ICommands commands, MachineSettings settings)
{
    private const string Units = "/etc/systemd/system";
    private const string Wants = Units + "/timers.target.wants";
    private const string Nowhere = "/dev/null";

    // Last in the alphabet of that folder, so that no other file undoes it.
    private const string Periodic = "/etc/apt/apt.conf.d/zz-imago-updater";

    private static readonly string[] Services = ["apt-daily.service", "apt-daily-upgrade.service"];

    private static readonly string[] Timers = ["apt-daily.timer", "apt-daily-upgrade.timer"];

    private static readonly TimeSpan Quick = TimeSpan.FromMinutes(2);

    /// <summary>Hands the packages to one of the two. Doing it twice changes nothing more.</summary>
    public async ValueTask<UpdaterState> SetAsync(OsUpdater updater, CancellationToken cancellation)
    {
        // What was found is on disk before anything is touched: a crash in between loses nothing.
        var found = FoundState.Find(root, settings) ?? new FoundState(
            "", [.. Touched().Select(p => FoundPath.Of(root, p))], await ActiveTimersAsync(cancellation));
        (found with { Switched = NodeOsWords.Of(updater) }).Keep(root, settings);
        if (updater == OsUpdater.Imago)
        {
            Off();
        }
        else
        {
            On();
        }

        await TellSystemdAsync(updater == OsUpdater.Imago ? [] : Timers, cancellation);
        return Read();
    }

    /// <summary>Gives back exactly what was found before the first switch; does nothing if it was never switched.</summary>
    public async ValueTask<UpdaterState> RestoreAsync(CancellationToken cancellation)
    {
        if (FoundState.Find(root, settings) is { } found)
        {
            foreach (var path in found.Paths)
            {
                path.Restore(root);
            }

            await TellSystemdAsync(found.ActiveTimers, cancellation);
            FoundState.Forget(root, settings);
        }

        return Read();
    }

    /// <summary>How it stands now, by what is there and not by what was done.</summary>
    public UpdaterState Read()
    {
        var on = Timers.Any(t => Leads($"{Wants}/{t}") is not null && Leads($"{Units}/{t}") != Nowhere) && Services.All(s => Leads($"{Units}/{s}") != Nowhere)
            && !(root.Read(Periodic) ?? "").Contains("Unattended-Upgrade \"0\"", StringComparison.Ordinal);
        var switched = NodeOsWords.Updater(FoundState.Find(root, settings)?.Switched);
        return new UpdaterState(switched, on, switched == OsUpdater.Distribution && !root.Has("/usr/bin/unattended-upgrade")
            ? "The distribution's updater is switched on but not installed: nothing will patch this machine. Install the package unattended-upgrades."
            : null);
    }

    private void Off()
    {
        // NM-18: both services masked, both timers disabled, all four intervals zero. A run that is under way is left to end: stopping it would leave packages half installed.
        foreach (var service in Services)
        {
            FoundPath.Put(root, $"{Units}/{service}", Nowhere);
        }

        foreach (var timer in Timers)
        {
            root.Remove($"{Wants}/{timer}");
        }

        root.Write(Periodic, """
            // Written by the Imago agent: it keeps this machine's packages.
            APT::Periodic::Update-Package-Lists "0";
            APT::Periodic::Download-Upgradeable-Packages "0";
            APT::Periodic::AutocleanInterval "0";
            APT::Periodic::Unattended-Upgrade "0";

            """);
    }

    private void On()
    {
        foreach (var unit in Services.Concat(Timers).Where(u => Leads($"{Units}/{u}") == Nowhere))
        {
            root.Remove($"{Units}/{unit}");
        }

        foreach (var timer in Timers)
        {
            FoundPath.Put(root, $"{Wants}/{timer}", root.Has($"/usr/lib/systemd/system/{timer}") ? $"/usr/lib/systemd/system/{timer}" : $"/lib/systemd/system/{timer}");
        }

        root.Write(Periodic, """
            // Written by the Imago agent: the distribution's own updater keeps this machine's packages.
            APT::Periodic::Update-Package-Lists "1";
            APT::Periodic::Unattended-Upgrade "1";

            """);
    }

    private static IEnumerable<string> Touched() =>
        [.. Services.Concat(Timers).Select(u => $"{Units}/{u}"), .. Timers.Select(t => $"{Wants}/{t}"), Periodic];

    private string? Leads(string path) => new FileInfo(root.At(path)).LinkTarget;

    private async ValueTask<string[]> ActiveTimersAsync(CancellationToken cancellation)
    {
        if (!SystemdRuns())
        {
            return [];
        }

        var active = new List<string>();
        foreach (var timer in Timers)
        {
            if ((await commands.RunAsync(new Command("systemctl", ["is-active", timer]) { Timeout = Quick }, cancellation)).Output.Trim() is "active")
            {
                active.Add(timer);
            }
        }

        return [.. active];
    }

    private async ValueTask TellSystemdAsync(string[] running, CancellationToken cancellation)
    {
        if (!SystemdRuns())
        {
            return;
        }

        await commands.RunAsync(new Command("systemctl", ["daemon-reload"]) { Timeout = Quick }, cancellation);
        foreach (var timer in Timers)
        {
            await commands.RunAsync(new Command("systemctl", [running.Contains(timer, StringComparer.Ordinal) ? "start" : "stop", timer]) { Timeout = Quick }, cancellation);
        }
    }

    // The folder that systemd itself names as the sign that it is the one who runs the machine.
    private bool SystemdRuns() => root.Has("/run/systemd/system");
}

/// <summary>How the distribution's own updater stands.</summary>
/// <param name="Switched">What it was switched to; null: it was never switched, or was given back.</param>
/// <param name="On">Whether it would install something by itself.</param>
/// <param name="Problem">What keeps it from doing what was asked, for people; null: nothing.</param>
public sealed record UpdaterState(OsUpdater? Switched, bool On, string? Problem);
