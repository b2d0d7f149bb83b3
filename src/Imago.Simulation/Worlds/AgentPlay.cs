using Imago.Domain.NodeOs;
using NodaTime;

namespace Imago.Simulation.Worlds;

/// <summary>What goes wrong with one attempt of an agent at an order.</summary>
public readonly record struct AgentTrouble
{
    /// <summary>How much longer it takes.</summary>
    public Duration Extra { get; init; }

    /// <summary>Why the attempt fails, in one word; null: it does not.</summary>
    public string? Fails { get; init; }

    /// <summary>Whether it fails only after the first packages are installed.</summary>
    public bool Late { get; init; }

    /// <summary>The agent refuses the order for good.</summary>
    public bool Refuses { get; init; }

    /// <summary>NM-34: a package that the level fixes is held.</summary>
    public bool Holds { get; init; }

    /// <summary>The agent's process ends in the middle, and is not heard of until it is revived; so it is with later orders.</summary>
    public bool Dies { get; init; }

    /// <summary>The machine does not come back from its restart.</summary>
    public bool NeverBack { get; init; }
}

/// <summary>How the agents of machines behave, for rehearsals and tests; and what they do, for those who watch.</summary>
public sealed class AgentPlay
{
    /// <summary>Decides what goes wrong with an attempt, by node, order and number of the attempt; null: nothing does.</summary>
    public Func<string, NodeOrder, int, AgentTrouble>? Trouble { get; set; }

    /// <summary>What an agent finds when it plans; null: it goes by what it planned before, or by what the order was given for.</summary>
    public Func<string, NodeOrder, PlannedChange>? Plan { get; set; }

    /// <summary>An agent begins to install, or to restart its machine.</summary>
    public event Action<string, NodeOrder, AgentPhase>? Acting;

    internal void Acts(SimulatedNode node, NodeOrder order, AgentPhase phase) => Acting?.Invoke(node.Name, order, phase);
}
