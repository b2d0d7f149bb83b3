namespace Imago.Cli.Remote;

/// <summary>Names inside resource ids, for people.</summary>
internal static class ResourceName
{
    /// <summary>The segment after <paramref name="kind"/>, as in <c>…/resourceGroups/NAME/…</c>; null when it is not there.</summary>
    public static string? In(string? id, string kind)
    {
        var segments = id?.Split('/') ?? [];
        var at = Array.FindIndex(segments, s => string.Equals(s, kind, StringComparison.OrdinalIgnoreCase));
        return at >= 0 && at + 1 < segments.Length ? Uri.UnescapeDataString(segments[at + 1]) : null;
    }
}
