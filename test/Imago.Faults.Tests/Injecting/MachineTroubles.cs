using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using Imago.Faults.Tests.Checking;
using Imago.Faults.Tests.Generating;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Faults.Tests.Injecting;

/// <summary>What agents of machines find when they plan, and what goes wrong with them.</summary>
internal sealed class MachineTroubles
{
    private readonly Scenario _scenario;
    private readonly Truth _truth;
    private readonly Action<string> _tell;
    private readonly Action<string> _neverBack;
    private readonly Dice _dice;

    public MachineTroubles(Scenario scenario, Truth truth, Action<string> tell, Action<string> neverBack)
    {
        (_scenario, _truth, _tell, _neverBack) = (scenario, truth, tell, neverBack);
        _dice = new Dice(scenario.Seed, "agents");
        truth.World.AgentPlay.Plan = (node, order) => new PlannedChange(order.Level!.Value, order.Content, VerdictOf(node, order.Level.Value), 9, 1000);
        truth.World.AgentPlay.Trouble = Trouble;
    }

    /// <summary>Nothing goes wrong any more, and whatever had died runs again.</summary>
    public bool Healed { get; set; }

    /// <summary>Whether a package with fixes is held on a machine, by its owner, for good.</summary>
    public bool HoldsFixes(string node) => _scenario.Faults.AgentTroubles > 0 && new Dice(_scenario.Seed.Fork("holds").Fork(node)).Chance(0.1);

    // The same machine finds the same for a level, however often it plans.
    private RebootVerdict VerdictOf(string node, PatchLevel level) => new Dice(_scenario.Seed.Fork("verdict").Fork(node).Fork(level.ToString())).Below(4) switch
    {
        0 => RebootVerdict.None,
        1 => RebootVerdict.RestartServices,
        _ => RebootVerdict.Reboot,
    };

    private AgentTrouble Trouble(string node, NodeOrder order, int attempt)
    {
        var trouble = IsStuck(order) ? new AgentTrouble { Fails = "MirrorAhead" } : Drawn(node, order);
        if (order.Archive is { } archive && order.Level is { } level && archive != MachineGenerator.ArchiveAt(level, _truth.Intent.Edition))
        {
            // No waiting helps: the edition that the order names is not on the mirror any more.
            trouble = new AgentTrouble { Fails = "MirrorAhead" };
        }

        trouble = trouble with { Holds = HoldsFixes(node) };
        if (trouble != default)
        {
            _tell($"trouble: agent of {node}, attempt {attempt} at {order.Id}: {trouble}");
        }

        return trouble;
    }

    // A mirror that has moved past the level, as far as this order goes: no attempt at it gets anywhere.
    private bool IsStuck(NodeOrder order) => !Healed && new Dice(_scenario.Seed.Fork("stuck").Fork(order.Id)).Chance(_scenario.Faults.AgentTroubles / 3);

    private AgentTrouble Drawn(string node, NodeOrder order)
    {
        if (Healed || !_dice.Chance(_scenario.Faults.AgentTroubles))
        {
            return default;
        }

        switch (_dice.Below(8))
        {
            case 0:
                return new AgentTrouble { Extra = _dice.Minutes(1, 90) };
            case 1 or 2:
                return new AgentTrouble { Fails = _dice.Pick("MirrorUnreachable", "MirrorStale", "DiskFull") };
            case 3:
                return new AgentTrouble { Fails = "InstallFailed", Late = true };
            case 4:
                return new AgentTrouble { Refuses = true };
            case 5:
                return new AgentTrouble { Dies = true };
            case 6 when order.Mode == OrderMode.Drained:
                _neverBack(node);
                return new AgentTrouble { NeverBack = true };
            default:
                return new AgentTrouble { Fails = "LockHeld", Extra = Duration.FromMinutes(5) };
        }
    }
}
