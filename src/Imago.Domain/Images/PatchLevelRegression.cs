namespace Imago.Domain.Images;

/// <summary>A move to a newer image whose packages are older than what the node has been patched to.</summary>
/// <param name="From">Image the node runs.</param>
/// <param name="FromLevel">Level the node is patched to.</param>
/// <param name="To">Newer image.</param>
/// <param name="ToLevel">Level that the newer image includes.</param>
/// <remarks>IM-11: allowed, because the channel moves by image; reported, because security fixes may be undone until the next patch.</remarks>
public sealed record PatchLevelRegression(NodeImage From, PatchLevel FromLevel, NodeImage To, PatchLevel ToLevel)
{
    /// <summary>Stable code of the warning.</summary>
    public const string Code = "PatchLevelRegression";

    /// <summary>For people.</summary>
    public string Message =>
        $"Moving from '{From}' to '{To}' lowers the patched level from {FromLevel.Date:uuuu-MM-dd} to {ToLevel.Date:uuuu-MM-dd}: fixes of the days between are missing until the next image or patch.";

    /// <summary>The regression of a move, or null if the move is not upward inside one family or does not lower the level.</summary>
    /// <param name="from">Image the node runs.</param>
    /// <param name="reached">Level that the node reached by live patching (CH-34); null if none.</param>
    /// <param name="to">Image it would run.</param>
    public static PatchLevelRegression? Of(NodeImage from, PatchLevel? reached, NodeImage to)
    {
        if (NodeImage.Compare(from, to) != ImageOrder.Older)
        {
            return null;
        }

        var before = PatchLevel.OfDate(from.PatchedLevel);
        before = reached is { } live && live > before ? live : before;
        var after = PatchLevel.OfDate(to.PatchedLevel);
        return after < before ? new PatchLevelRegression(from, before, to, after) : null;
    }
}
