namespace Imago.Domain.Images;

/// <summary>An image family: gallery and definition, for example <c>AKSUbuntu-2204gen2containerd</c>. Versions compare within one family only.</summary>
/// <param name="Name">The name as the node label spells it; case-sensitive.</param>
/// <remarks>Rules: IM-1.</remarks>
public sealed record ImageFamily(string Name) : IComparable<ImageFamily>
{
    /// <summary>Ordinal order of names.</summary>
    public int CompareTo(ImageFamily? other) => string.CompareOrdinal(Name, other?.Name);

    /// <summary>Ordinal order of names.</summary>
    public static bool operator <(ImageFamily left, ImageFamily right) => left.CompareTo(right) < 0;

    /// <summary>Ordinal order of names.</summary>
    public static bool operator >(ImageFamily left, ImageFamily right) => left.CompareTo(right) > 0;

    /// <summary>Ordinal order of names.</summary>
    public static bool operator <=(ImageFamily left, ImageFamily right) => left.CompareTo(right) <= 0;

    /// <summary>Ordinal order of names.</summary>
    public static bool operator >=(ImageFamily left, ImageFamily right) => left.CompareTo(right) >= 0;

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    /// <summary>The name of the security patch track that serves the family; null if SecurityPatch releases do not cover it.</summary>
    /// <remarks>IM-38: tracks exist for Ubuntu 22.04, Ubuntu 24.04 and Azure Linux 3.</remarks>
    public string? PatchTrack => Name switch
    {
        _ when Name.StartsWith("AKSUbuntu-2204", StringComparison.Ordinal) => "ubuntu2204",
        _ when Name.StartsWith("AKSUbuntu-2404", StringComparison.Ordinal) => "ubuntu2404",
        _ when Name.StartsWith("AKSAzureLinux-V3", StringComparison.Ordinal) => "azurelinux3",
        _ => null,
    };
}
