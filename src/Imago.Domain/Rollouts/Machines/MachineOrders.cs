using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Actions;
using NodaTime;

namespace Imago.Domain.Rollouts.Machines;

/// <summary>The orders that planners give to agents themselves; those of drained nodes go through the provider, see <see cref="InPlaceOperations.OrderOf"/>.</summary>
internal static class MachineOrders
{
    /// <summary>The moment of the archives that a target names for machines of an image; null: the catalogue names none.</summary>
    public static ArchiveState? ArchiveOf(ReleaseCatalog catalog, NodeImage image, PatchLevel? level) => level is { } asked
        ? image.Family?.PatchTrack is { } track ? catalog.FindPatch(track, asked)?.Archive : null
        : catalog.Find(image)?.Archive;

    /// <summary>CH-30: to patch while the node serves.</summary>
    /// <param name="input">What is decided from.</param>
    /// <param name="rollout">Id of the rollout.</param>
    /// <param name="node">The node.</param>
    /// <param name="level">The level.</param>
    /// <param name="notAfter">From when on it may not be begun any more; null: no limit.</param>
    public static NodeOrder Live(ClusterInput input, string rollout, Node node, PatchLevel level, Instant? notAfter) => new()
    {
        Id = $"{rollout}/{node.Name}/LivePatch",
        Mode = OrderMode.Live,
        Content = OrderContent.Security,
        Level = level,
        Archive = ArchiveOf(input.Catalog, node.Image, level),
        Epoch = input.Epoch,
        GivenAt = input.Now,
        NotAfter = notAfter,
    };

    /// <summary>To plan and download only.</summary>
    /// <param name="input">What is decided from.</param>
    /// <param name="id">Identity of the order.</param>
    /// <param name="node">The node.</param>
    /// <param name="work">What it will be worked on for.</param>
    public static NodeOrder? Stage(ClusterInput input, string id, Node node, NodeNeed.Work work) =>
        Drained(input, id, node, work) is { } order ? order with { Mode = OrderMode.Stage, Image = null } : null;

    /// <summary>CH-37: to patch a node that no work has come to yet, with the reboot if one is needed.</summary>
    /// <param name="input">What is decided from.</param>
    /// <param name="id">Identity of the order.</param>
    /// <param name="node">The node.</param>
    /// <param name="work">What it is worked on for.</param>
    public static NodeOrder? Drained(ClusterInput input, string id, Node node, NodeNeed.Work work)
    {
        var image = NodeImage.Parse(work.Image);
        var request = new ProviderRequest(id, ProviderVerb.Reimage, node.Pool, node.Name, work.Image, work.Level, input.Epoch)
        {
            Archive = ArchiveOf(input.Catalog, work.Level is null ? image : node.Image, work.Level),
        };
        return InPlaceOperations.OrderOf(request, input.Now);
    }

    /// <summary>CH-32: what takes the place of an order that is taken back: its agent may plan and download, and nothing else.</summary>
    /// <remarks>
    /// Nothing at all would not do: an agent without an order goes by the level beside it, at once (CH-34). The agent has read it when it reports about this id.
    /// One that has not even taken the order before owes an answer since then.
    /// </remarks>
    /// <param name="input">What is decided from.</param>
    /// <param name="node">A node with an order.</param>
    public static NodeOrder TakenBack(ClusterInput input, Node node) => node.Order! with
    {
        Id = TakenBackId(node.Order.Id),
        Mode = OrderMode.Stage,
        Image = null,
        NotAfter = null,
        Epoch = input.Epoch,
        GivenAt = AgentAnswers.ToOrderOf(node) is null ? node.Order.GivenAt : input.Now,
    };

    /// <summary>Whether an order stands where one was taken back.</summary>
    public static bool IsTakenBack(NodeOrder? order) => order is { Mode: OrderMode.Stage } && order.Id.EndsWith(TakenBackId(""), StringComparison.Ordinal);

    /// <summary>Id of the order that takes the place of one that is taken back.</summary>
    public static string TakenBackId(string id) => $"{id}/TakenBack";
}
