using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using NodaTime;

namespace Imago.Agent.Deciding;

/// <summary>Who ordered.</summary>
internal enum OrderOrigin
{
    /// <summary>Imago's control side, by its annotation.</summary>
    ControlSide,

    /// <summary>CH-34: somebody who wrote the documented annotation with the level, and nothing else.</summary>
    Level,

    /// <summary>Somebody at the machine's own command line.</summary>
    ByHand,
}

/// <summary>What is to be done, and who wants it.</summary>
/// <param name="Order">The order.</param>
/// <param name="Origin">Who wants it.</param>
internal sealed record AgentOrder(NodeOrder Order, OrderOrigin Origin)
{
    /// <summary>The id as reports say it; null: the level alone was the order.</summary>
    public string? ReportedId => Origin == OrderOrigin.Level ? null : Order.Id;

    /// <summary>Whether it installs nothing.</summary>
    public bool StagesOnly => Order.Mode == OrderMode.Stage;

    /// <summary>CH-30: whether it has to be left undone when a reboot would follow. The documented annotation alone installs even then: that is how it has always worked.</summary>
    public bool NeedsQuiet => Order.Mode == OrderMode.Live && Origin != OrderOrigin.Level;

    /// <summary>CH-31: whether it may restart the machine: only where somebody has taken the work off it.</summary>
    public bool MayRestart => Order.Mode == OrderMode.Drained;

    /// <summary>CH-31: whether the node may not take work meanwhile. Whoever types at the machine's own command line knows what runs there.</summary>
    public bool NeedsEmpty => MayRestart && Origin == OrderOrigin.ControlSide;

    /// <summary>What the annotations ask for. The order counts where there is one; the level alone is the order of those who know nothing of ours.</summary>
    public static AgentOrder? Of(NodeWishes wishes) => wishes switch
    {
        { ByHand: { } order } => order,
        { Order: { } order } => new AgentOrder(order, OrderOrigin.ControlSide),
        { OrderProblem: not null } => null,
        { Golden: { } level } => new AgentOrder(new NodeOrder { Id = $"level-{level}", Mode = OrderMode.Live, Level = level }, OrderOrigin.Level),
        _ => null,
    };

    /// <summary>An order of the command line.</summary>
    public static AgentOrder ByHand(PatchLevel level, OrderContent content, bool allowReboot) => new(
        new NodeOrder { Id = $"by-hand-{level}", Mode = allowReboot ? OrderMode.Drained : OrderMode.Live, Content = content, Level = level },
        OrderOrigin.ByHand);

    /// <summary>
    /// Whether both are one order: a new writer of the same order is no new order, whenever it was written. One that names another edition of the archives is: what was begun by
    /// the old edition is dropped, unless packages are half installed, and it is planned anew. Another limit is no other work: what was begun is gone on with.
    /// </summary>
    public bool IsSame(AgentOrder other) =>
        Origin == other.Origin && Order with { Epoch = 0, GivenAt = null, NotAfter = null } == other.Order with { Epoch = 0, GivenAt = null, NotAfter = null };

    /// <summary>MW-53: whether nothing of it may be begun any more. Staging disturbs nobody, and has no limit.</summary>
    public bool IsLapsed(Instant now) => !StagesOnly && now >= Order.NotAfter;
}
