using System.Globalization;
using NodaTime;

namespace Imago.Faults.Tests.Generating;

/// <summary>
/// What goes wrong in a run. Each run has a random subset of the faults switched on ("swarm testing"): with all of them on at once most runs would not get
/// anywhere interesting, and some bugs show only where others are absent.
/// </summary>
internal sealed record FaultSet
{
    /// <summary>Share of calls that fail before they take effect.</summary>
    public double FailedCalls { get; init; }

    /// <summary>Share of calls that take effect and are not answered.</summary>
    public double LostAnswers { get; init; }

    /// <summary>Share of calls that take long.</summary>
    public double SlowCalls { get; init; }

    /// <summary>How long at most.</summary>
    public Duration SlowestCall { get; init; }

    /// <summary>Share of calls at which the process ends.</summary>
    public double Crashes { get; init; }

    /// <summary>A second process that believes that it is in charge, too.</summary>
    public bool TwoProcesses { get; init; }

    /// <summary>How old the view may be; zero: always fresh.</summary>
    public Duration ViewLag { get; init; }

    /// <summary>Share of provider operations that fail, or whose machine never reports.</summary>
    public double ProviderFailures { get; init; }

    public bool NodesFail { get; init; }

    public bool NodesVanish { get; init; }

    public bool PodsHang { get; init; }

    public bool PodsUnready { get; init; }

    public bool Cordons { get; init; }

    public bool Pressure { get; init; }

    public bool ClockSteps { get; init; }

    public bool Pauses { get; init; }

    public bool Aborts { get; init; }

    public bool SettingsChange { get; init; }

    public bool PoolsRemoved { get; init; }

    public bool WindowsChange { get; init; }

    public bool StopsAndStarts { get; init; }

    /// <summary>Share of the attempts of agents in which something goes wrong.</summary>
    public double AgentTroubles { get; init; }

    /// <summary>Whether agents' processes end in the middle, and begin again.</summary>
    public bool AgentsDie { get; init; }

    /// <summary>Whether archives are signed again, so that mirrors are not at the edition any more that an order names.</summary>
    public bool ArchivesMove { get; init; }

    /// <summary>Whether other channels are chosen.</summary>
    public bool ChannelsChange { get; init; }

    /// <summary>How often something happens to a cluster whose nodes are being upgraded; seldom otherwise.</summary>
    public double TroubleChance { get; init; }

    public Duration TroubleInterval { get; init; }

    /// <summary>Everything off: the world as it should be.</summary>
    public static FaultSet None { get; } = new() { TroubleInterval = Duration.FromHours(1) };

    /// <summary>How long after a decision its effects may come: what is left of a lease, and the slowest call in it.</summary>
    public Duration Tolerance => SlowCalls > 0 ? Duration.FromSeconds(46) + (SlowestCall * 2) : Duration.Zero;

    public static FaultSet Of(Dice dice)
    {
        if (dice.Chance(0.1))
        {
            return None;
        }

        bool On() => dice.Chance(0.25);
        double Share(double most) => On() ? most * dice.Fraction() : 0;
        return new FaultSet
        {
            FailedCalls = Share(0.1),
            LostAnswers = Share(0.1),
            SlowCalls = Share(0.05),
            SlowestCall = Duration.FromSeconds(dice.Pick(5, 50, 150)),
            Crashes = Share(0.05),
            TwoProcesses = On(),
            ViewLag = On() ? Duration.FromSeconds(dice.Pick(1, 5, 20)) : Duration.Zero,
            ProviderFailures = Share(0.3),
            NodesFail = On(),
            NodesVanish = On(),
            PodsHang = On(),
            PodsUnready = On(),
            Cordons = On(),
            Pressure = On(),
            ClockSteps = On(),
            Pauses = On(),
            Aborts = On(),
            SettingsChange = On(),
            PoolsRemoved = dice.Chance(0.1),
            WindowsChange = On(),
            StopsAndStarts = dice.Chance(0.1),
            TroubleChance = dice.Pick(0.05, 0.2),
            TroubleInterval = dice.Seconds(15, 150),
        };
    }

    /// <summary>The same, with what goes wrong with machines.</summary>
    public FaultSet WithMachines(Dice dice) => this with
    {
        AgentTroubles = dice.Chance(0.6) ? 0.5 * dice.Fraction() : 0,
        AgentsDie = dice.Chance(0.3),
        ArchivesMove = dice.Chance(0.3),
        ChannelsChange = dice.Chance(0.2),
    };

    /// <summary>The names of what is on, for people.</summary>
    public override string ToString() => string.Join(", ", new (string Name, bool On)[]
    {
        (Text($"failed calls {FailedCalls:p1}"), FailedCalls > 0), (Text($"lost answers {LostAnswers:p1}"), LostAnswers > 0),
        (Text($"slow calls {SlowCalls:p1} up to {SlowestCall.TotalSeconds:0} s"), SlowCalls > 0), (Text($"crashes {Crashes:p1}"), Crashes > 0),
        ("two processes", TwoProcesses), (Text($"view lag {ViewLag.TotalSeconds:0} s"), ViewLag > Duration.Zero),
        (Text($"provider failures {ProviderFailures:p1}"), ProviderFailures > 0), ("nodes fail", NodesFail), ("nodes vanish", NodesVanish), ("pods hang", PodsHang),
        ("pods unready", PodsUnready), ("cordons by hand", Cordons), ("pressure", Pressure), ("clock steps", ClockSteps), ("pauses", Pauses), ("aborts", Aborts),
        ("settings change", SettingsChange), ("pools removed", PoolsRemoved), ("windows change", WindowsChange), ("stops and starts", StopsAndStarts),
        (Text($"agent troubles {AgentTroubles:p1}"), AgentTroubles > 0), ("agents die", AgentsDie), ("archives move", ArchivesMove), ("channels change", ChannelsChange),
    }.Where(f => f.On).Select(f => f.Name).DefaultIfEmpty("none"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
