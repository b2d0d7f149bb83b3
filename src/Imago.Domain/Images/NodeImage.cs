using System.Diagnostics.CodeAnalysis;
using NodaTime;

namespace Imago.Domain.Images;

/// <summary>How two images compare.</summary>
public enum ImageOrder
{
    /// <summary>The first is older.</summary>
    Older,

    /// <summary>They are the same.</summary>
    Equal,

    /// <summary>The first is newer.</summary>
    Newer,

    /// <summary>They are of different families, or one is unknown.</summary>
    NotComparable,
}

/// <summary>
/// A node image as a node or a pool states it. Known: family, version and, after a security-patch reimage, a patch date. Otherwise unknown, with
/// the text kept: never compared, never "up to date by default" (IM-8).
/// </summary>
/// <remarks>Rules: IM-1, IM-5, IM-7, IM-8.</remarks>
public sealed class NodeImage : IEquatable<NodeImage>
{
    private NodeImage(string text, ImageFamily? family, ImageVersion version, LocalDate? patch)
    {
        Text = text;
        Family = family;
        Version = version;
        Patch = patch;
    }

    /// <summary>The text as it was read.</summary>
    public string Text { get; }

    /// <summary>The family; null if the image is unknown.</summary>
    public ImageFamily? Family { get; }

    /// <summary>The base version; meaningless if the image is unknown.</summary>
    public ImageVersion Version { get; }

    /// <summary>IM-5: date of the security patch level the image was reimaged to; null if it has no such part.</summary>
    public LocalDate? Patch { get; }

    /// <summary>Whether family and version could be read.</summary>
    [MemberNotNullWhen(true, nameof(Family))]
    public bool IsKnown => Family is not null;

    /// <summary>IM-11: the patched level is the later of base date and patch date.</summary>
    public LocalDate PatchedLevel => Patch is { } patch && patch > Version.Date ? patch : Version.Date;

    /// <summary>A known image.</summary>
    public static NodeImage Of(ImageFamily family, ImageVersion version, LocalDate? patch = null) =>
        new($"{family.Name}-{version}{Suffix(patch)}", family, version, patch);

    /// <summary>Reads an image text of AKS or of our own families. Total: what does not follow the grammar is an unknown image.</summary>
    /// <param name="text">The text; null counts as empty.</param>
    public static NodeImage Parse(string? text) =>
        Parse(text, text is not null && text.StartsWith(ImageFamily.OwnPrefix, StringComparison.Ordinal) ? ImageFamily.OwnPrefix : "AKS");

    /// <summary>Reads an image text. Total: what does not follow the grammar is an unknown image.</summary>
    /// <param name="text">The text; null counts as empty.</param>
    /// <param name="prefix">What family names start with; our own families may use another than <c>AKS</c> (IM-7).</param>
    public static NodeImage Parse(string? text, string prefix) => NodeImageGrammar.Read(text ?? "", prefix) is var (family, version, patch)
        ? new NodeImage(text!, new ImageFamily(family), version, patch)
        : new NodeImage(text ?? "", null, default, null);

    /// <summary>The same base image reimaged to a patch level (IM-5). The date replaces an earlier one.</summary>
    /// <exception cref="InvalidOperationException">The image is unknown, or a Windows image, which has no patch part: a bug in the caller.</exception>
    public NodeImage WithPatch(LocalDate patch) =>
        IsKnown && !Version.IsWindows
            ? Of(Family, Version, patch)
            : throw new InvalidOperationException($"Image '{Text}' cannot carry a patch level.");

    /// <summary>The base image, without a patch part.</summary>
    public NodeImage WithoutPatch() => Patch is null || !IsKnown ? this : Of(Family, Version);

    /// <summary>How <paramref name="first"/> compares with <paramref name="second"/>.</summary>
    /// <remarks>IM-9: inside one family only, by version, then patch date (none counts as earliest). Across families: not comparable.</remarks>
    public static ImageOrder Compare(NodeImage first, NodeImage second)
    {
        if (!first.IsKnown || !second.IsKnown || first.Family != second.Family)
        {
            return ImageOrder.NotComparable;
        }

        var order = first.Version.CompareTo(second.Version);
        if (order == 0)
        {
            order = Nullable.Compare(first.Patch, second.Patch);
        }

        return order < 0 ? ImageOrder.Older : order > 0 ? ImageOrder.Newer : ImageOrder.Equal;
    }

    /// <summary>Known images are equal by meaning (<c>2023.02.15</c> is <c>202302.15.0</c>), unknown ones by text.</summary>
    public bool Equals(NodeImage? other) =>
        other is not null && (IsKnown
            ? Family == other.Family && Version == other.Version && Patch == other.Patch
            : !other.IsKnown && string.Equals(Text, other.Text, StringComparison.Ordinal));

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as NodeImage);

    /// <inheritdoc />
    public override int GetHashCode() => IsKnown ? HashCode.Combine(Family, Version, Patch) : StringComparer.Ordinal.GetHashCode(Text);

    /// <summary>The text.</summary>
    public override string ToString() => Text;

    private static string Suffix(LocalDate? patch) => patch is { } date ? $"-{date.Year:D4}.{date.Month:D2}.{date.Day:D2}" : "";
}
