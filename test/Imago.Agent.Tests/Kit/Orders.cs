using Imago.Agent.Deciding;
using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using NodaTime;

namespace Imago.Agent.Tests.Kit;

/// <summary>Orders as the control side writes them.</summary>
internal static class Orders
{
    public static readonly PatchLevel L1 = PatchLevel.OfDate(new LocalDate(2026, 11, 1));
    public static readonly PatchLevel L2 = PatchLevel.OfDate(new LocalDate(2026, 11, 8));
    public static readonly PatchLevel L3 = PatchLevel.OfDate(new LocalDate(2026, 11, 15));

    public static NodeWishes Order(OrderMode mode, PatchLevel? level, OrderContent content = OrderContent.Security, bool rollback = false, string? image = null) => new()
    {
        Order = new NodeOrder { Id = $"{mode}-{content}-{level}", Mode = mode, Level = level, Content = content, Rollback = rollback, Image = image },
    };

    public static NodeWishes Golden(PatchLevel level) => new() { Golden = level };
}
