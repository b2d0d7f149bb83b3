using Imago.Domain.NodeOs;
using NodaTime;

namespace Imago.Agent.Deciding;

/// <summary>The one thing that an agent does next.</summary>
internal abstract record AgentStep
{
    private AgentStep()
    {
    }

    /// <summary>Nothing, until the node changes or a moment comes.</summary>
    /// <param name="Until">The moment; null: only a change matters.</param>
    public sealed record Wait(Instant? Until) : AgentStep;

    /// <summary>Nothing is ordered any more: forget the last order.</summary>
    public sealed record Forget : AgentStep;

    /// <summary>What is ordered cannot be read.</summary>
    /// <param name="Problem">What is wrong with it.</param>
    public sealed record NoteUnreadable(string Problem) : AgentStep;

    /// <summary>A new order: take it down.</summary>
    /// <param name="Order">The order.</param>
    /// <param name="NotBefore">NM-33: when the first attempt may begin.</param>
    public sealed record Accept(AgentOrder Order, Instant NotBefore) : AgentStep;

    /// <summary>A new order that will not be carried out.</summary>
    /// <param name="Order">The order.</param>
    /// <param name="Reason">Why, in one word.</param>
    /// <param name="Message">Why, for people.</param>
    public sealed record Refuse(AgentOrder Order, string Reason, string Message) : AgentStep;

    /// <summary>CH-34: the level that is asked for is the reached one.</summary>
    /// <param name="Order">The order.</param>
    public sealed record AlreadyThere(AgentOrder Order) : AgentStep;

    /// <summary>Plan and download.</summary>
    public sealed record Stage : AgentStep;

    /// <summary>Plan, and install if the order allows it.</summary>
    public sealed record Install : AgentStep;

    /// <summary>CH-13: restart the machine if a restart is pending.</summary>
    public sealed record RestartIfPending : AgentStep;

    /// <summary>NM-46: end the transaction that is open, although its order is gone: half-installed packages are worse than installed ones.</summary>
    public sealed record Finish : AgentStep;

    /// <summary>Tell the machine to restart.</summary>
    public sealed record Restart : AgentStep;

    /// <summary>The machine has restarted: read it again.</summary>
    public sealed record VerifyRestarted : AgentStep;

    /// <summary>The attempt cannot go on; note it and wait for the next one.</summary>
    /// <param name="Reason">Why, in one word.</param>
    /// <param name="Message">Why, for people.</param>
    public sealed record Fail(string Reason, string Message) : AgentStep;

    /// <summary>NM-18: hand the packages to somebody else.</summary>
    /// <param name="To">To whom; null: back to as it was found.</param>
    public sealed record SwitchUpdater(OsUpdater? To) : AgentStep;
}
