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

    /// <summary>IM-7: what the names of our own families start with, those of machines that are patched in place: <c>ImagoDebian-12</c>.</summary>
    public const string OwnPrefix = "Imago";

    /// <summary>The family of machines of a distribution that are patched in place, for example <c>ImagoDebian-12</c> or <c>ImagoUbuntu-2204</c>; null for one whose id or version has no letters or digits.</summary>
    /// <param name="id"><c>ID</c> of <c>os-release</c>, for example <c>debian</c>.</param>
    /// <param name="version"><c>VERSION_ID</c> of <c>os-release</c>, for example <c>12</c> or <c>22.04</c>.</param>
    public static ImageFamily? OfMachine(string id, string version)
    {
        var name = string.Concat(id.Where(char.IsAsciiLetter)).ToLowerInvariant();
        var number = string.Concat(version.Where(char.IsAsciiLetterOrDigit));
        return name.Length == 0 || number.Length == 0 ? null : new ImageFamily($"{OwnPrefix}{char.ToUpperInvariant(name[0])}{name[1..]}-{number}");
    }

    /// <summary>Whether machines of the family are patched in place, see <see cref="OfMachine"/>.</summary>
    public bool IsOfMachines => Name.StartsWith(OwnPrefix, StringComparison.Ordinal);

    /// <summary>The name of the security patch track that serves the family; null if SecurityPatch releases do not cover it.</summary>
    /// <remarks>IM-38: tracks exist for Ubuntu 22.04, Ubuntu 24.04 and Azure Linux 3; machines that are patched in place have one per distribution and version.</remarks>
    public string? PatchTrack => Name switch
    {
        _ when Name.StartsWith("AKSUbuntu-2204", StringComparison.Ordinal) => "ubuntu2204",
        _ when Name.StartsWith("AKSUbuntu-2404", StringComparison.Ordinal) => "ubuntu2404",
        _ when Name.StartsWith("AKSAzureLinux-V3", StringComparison.Ordinal) => "azurelinux3",
        _ when IsOfMachines => Name[OwnPrefix.Length..].Replace("-", "", StringComparison.Ordinal).ToLowerInvariant(),
        _ => null,
    };
}
