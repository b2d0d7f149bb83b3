namespace Imago.Domain.Images;

/// <summary>What a change of a pool's OS SKU, or of what it means, does.</summary>
/// <param name="Reimages">Whether the family changes, so that all nodes are reimaged and "latest" is looked up in the new family.</param>
/// <param name="Refusal">Why the change is refused; null if it is not.</param>
/// <remarks>Rules: IM-25.</remarks>
public sealed record OsSkuChange(bool Reimages, string? Refusal)
{
    /// <summary>The effect of going from one image request to another: another SKU in place, or another Kubernetes version under the same one.</summary>
    /// <remarks>IM-25: Kubernetes 1.34 → 1.35 on <c>Ubuntu</c> goes from 22.04 to 24.04. Windows needs a new pool.</remarks>
    public static OsSkuChange Of(string pool, ImageRequest from, ImageRequest to)
    {
        var before = ImageChoice.For(from);
        var after = ImageChoice.For(to);
        if (after.Refusal is { } refusal)
        {
            return new OsSkuChange(false, refusal);
        }

        if (before.Sku != after.Sku && (IsWindows(before.Sku) || IsWindows(after.Sku)))
        {
            return new OsSkuChange(false, $"Node pool '{pool}' cannot change from {before.Sku} to {after.Sku} in place. Create a new pool and delete this one.");
        }

        return new OsSkuChange(before.Family != after.Family, null);
    }

    private static bool IsWindows(OsSku sku) => OsSkuDefaults.TypeOf(sku) == OsType.Windows;
}
