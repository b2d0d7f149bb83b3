using System.Collections.Immutable;

namespace Imago.Domain.Images;

/// <summary>How one family is spelled on different surfaces.</summary>
/// <param name="Family">In pool properties and node labels.</param>
/// <param name="CveIndex">In the index of the vulnerability data; null if it has no entry.</param>
/// <param name="CveReport">In the body of a vulnerability report, <c>distro_name</c>; null if there is none.</param>
/// <param name="NotesFolder">Folder of the image notes; null for families that are described in the notes of another one.</param>
/// <param name="Definition">Gallery and definition in the image build where they differ from the label; null where they do not.</param>
public sealed record FamilySpelling(ImageFamily Family, string? CveIndex, string? CveReport, string? NotesFolder, string? Definition)
{
    /// <summary>All spellings there are, the label's first.</summary>
    public IEnumerable<string> All => new[] { Family.Name, CveIndex, CveReport, NotesFolder, Definition }.OfType<string>();
}

/// <summary>
/// The spellings of families: a table, not a rule. Generation and variant change their place, their case and whether they are spelled at all
/// (<c>AKSUbuntu-2204gen2TLcontainerd</c>, <c>AKSUbuntu-gen2-2204tlcontainerd</c>; <c>AKSAzureLinux-V2gen2</c>, <c>AKSAzureLinux-gen2</c>).
/// </summary>
/// <remarks>The "Families" section of the specification; build definitions and vulnerability names as the published release notes have them.</remarks>
public static class FamilySpellings
{
    private static readonly ImmutableArray<FamilySpelling> Differing =
    [
        Row("AKSUbuntu-1604", "AKSUbuntu-gen1-1604", "AKSUbuntu/gen1/1604", notes: "AKSUbuntu-1604"),
        Row("AKSUbuntu-1804", "AKSUbuntu-gen1-1804", "AKSUbuntu/gen1/1804"),
        Row("AKSUbuntu-1804containerd", "AKSUbuntu-gen1-1804containerd", "AKSUbuntu/gen1/1804containerd"),
        Row("AKSUbuntu-1804fipscontainerd", "AKSUbuntu-gen1-1804fipscontainerd", "AKSUbuntu/gen1/1804fipscontainerd"),
        Row("AKSUbuntu-1804fipsgpucontainerd", "AKSUbuntu-gen1-1804fipsgpucontainerd", "AKSUbuntu/gen1/1804fipsgpucontainerd"),
        Row("AKSUbuntu-1804gen2", "AKSUbuntu-gen2-1804", "AKSUbuntu/gen2/1804"),
        Row("AKSUbuntu-1804gen2containerd", "AKSUbuntu-gen2-1804containerd", "AKSUbuntu/gen2/1804containerd", notes: "AKSUbuntu-1804"),
        Row("AKSUbuntu-1804gen2fipscontainerd", "AKSUbuntu-gen2-1804fipscontainerd", "AKSUbuntu/gen2/1804fipscontainerd"),
        Row("AKSUbuntu-1804gen2fipsgpucontainerd", "AKSUbuntu-gen2-1804fipsgpucontainerd", "AKSUbuntu/gen2/1804fipsgpucontainerd"),
        Row("AKSUbuntu-1804gen2gpu", "AKSUbuntu-gen2-1804gpu", "AKSUbuntu/gen2/1804gpu"),
        Row("AKSUbuntu-1804gen2gpucontainerd", "AKSUbuntu-gen2-1804gpucontainerd", "AKSUbuntu/gen2/1804gpucontainerd"),
        Row("AKSUbuntu-1804gpu", "AKSUbuntu-gen1-1804gpu", "AKSUbuntu/gen1/1804gpu"),
        Row("AKSUbuntu-1804gpucontainerd", "AKSUbuntu-gen1-1804gpucontainerd", "AKSUbuntu/gen1/1804gpucontainerd"),
        Row("AKSUbuntu-2004containerd", "AKSUbuntu-gen1-2004containerd", "AKSUbuntu/gen1/2004containerd"),
        Row("AKSUbuntu-2004fipscontainerd", "AKSUbuntu-gen1-2004fipscontainerd", "AKSUbuntu/gen1/2004fipscontainerd"),
        Row("AKSUbuntu-2004gen2CVMcontainerd", "AKSUbuntu-gen2-2004cvmcontainerd", "AKSUbuntu/gen2/2004cvmcontainerd"),
        Row("AKSUbuntu-2004gen2containerd", "AKSUbuntu-gen2-2004containerd", "AKSUbuntu/gen2/2004containerd"),
        Row("AKSUbuntu-2004gen2fipscontainerd", "AKSUbuntu-gen2-2004fipscontainerd", "AKSUbuntu/gen2/2004fipscontainerd"),
        Row("AKSUbuntu-2204containerd", "AKSUbuntu-gen1-2204containerd", "AKSUbuntu/gen1/2204containerd"),
        Row("AKSUbuntu-2204fipscontainerd", "AKSUbuntu-gen1-2204fipscontainerd", "AKSUbuntu/gen1/2204fipscontainerd"),
        Row("AKSUbuntu-2204gen2TLcontainerd", "AKSUbuntu-gen2-2204tlcontainerd", "AKSUbuntu/gen2/2204tlcontainerd"),
        Row("AKSUbuntu-2204gen2containerd", "AKSUbuntu-gen2-2204containerd", "AKSUbuntu/gen2/2204containerd", notes: "AKSUbuntu-2204"),
        Row("AKSUbuntu-2204gen2fipsTLcontainerd", "AKSUbuntu-gen2-2204fipstlcontainerd", "AKSUbuntu/gen2/2204fipstlcontainerd"),
        Row("AKSUbuntu-2204gen2fipscontainerd", "AKSUbuntu-gen2-2204fipscontainerd", "AKSUbuntu/gen2/2204fipscontainerd"),
        Row("AKSUbuntu-2404containerd", "AKSUbuntu-gen1-2404containerd", "AKSUbuntu/gen1/2404containerd"),
        Row("AKSUbuntu-2404gen2CVMcontainerd", "AKSUbuntu-gen2-2404cvmcontainerd", "AKSUbuntu/gen2/2404cvmcontainerd"),
        Row("AKSUbuntu-2404gen2TLcontainerd", "AKSUbuntu-gen2-2404tlcontainerd", "AKSUbuntu/gen2/2404tlcontainerd"),
        Row("AKSUbuntu-2404gen2containerd", "AKSUbuntu-gen2-2404containerd", "AKSUbuntu/gen2/2404containerd", notes: "AKSUbuntu-2404"),
        Row("AKSUbuntu-2604minimalgen2containerd", "AKSUbuntu-gen2-2604minimalcontainerd", "AKSUbuntu/gen2/2604minimalcontainerd"),
        Row("AKSCBLMariner-V1", "AKSCBLMariner-gen1", "AKSCBLMariner/gen1"),
        Row("AKSCBLMariner-V1gen2", "AKSCBLMariner-gen2", "AKSCBLMariner/gen2"),
        Row("AKSCBLMariner-V2", "AKSCBLMarinerV2-gen1", "AKSCBLMarinerV2/gen1"),
        Row("AKSCBLMariner-V2fips", "AKSCBLMarinerV2-gen1fips", "AKSCBLMarinerV2/gen1fips"),
        Row("AKSCBLMariner-V2gen2", "AKSCBLMarinerV2-gen2", "AKSCBLMarinerV2/gen2", notes: "AKSMariner"),
        Row("AKSCBLMariner-V2gen2TL", "AKSCBLMarinerV2-gen2tl", "AKSCBLMarinerV2/gen2tl"),
        Row("AKSCBLMariner-V2gen2fips", "AKSCBLMarinerV2-gen2fips", "AKSCBLMarinerV2/gen2fips"),
        Row("AKSCBLMariner-V2katagen2", "AKSCBLMarinerV2-gen2kata", "AKSCBLMarinerV2/gen2kata"),
        Row("AKSCBLMariner-V2katagen2TL", "AKSCBLMarinerV2-gen2katatl", "AKSCBLMarinerV2/gen2katatl"),
        Row("AKSAzureLinux-V2", "AKSAzureLinux-gen1", "AKSAzureLinux/gen1"),
        Row("AKSAzureLinux-V2fips", "AKSAzureLinux-gen1fips", "AKSAzureLinux/gen1fips"),
        Row("AKSAzureLinux-V2gen2", "AKSAzureLinux-gen2", "AKSAzureLinux/gen2", notes: "AzureLinux"),
        Row("AKSAzureLinux-V2gen2TL", "AKSAzureLinux-gen2tl", "AKSAzureLinux/gen2tl"),
        Row("AKSAzureLinux-V2gen2fips", "AKSAzureLinux-gen2fips", "AKSAzureLinux/gen2fips"),
        Row("AKSAzureLinux-V2katagen2", "AKSAzureLinux-gen2kata", "AKSAzureLinux/gen2kata"),
        Row("AKSAzureLinux-V3", "AKSAzureLinuxV3-gen1", "AKSAzureLinuxV3/gen1"),
        Row("AKSAzureLinux-V3fips", "AKSAzureLinuxV3-gen1fips", "AKSAzureLinuxV3/gen1fips"),
        Row("AKSAzureLinux-V3gen2", "AKSAzureLinuxV3-gen2", "AKSAzureLinuxV3/gen2", notes: "AzureLinuxv3"),
        Row("AKSAzureLinux-V3gen2CVM", "AKSAzureLinuxV3-cvmgen2", "AKSAzureLinuxV3/cvmgen2"),
        Row("AKSAzureLinux-V3gen2TL", "AKSAzureLinuxV3-gen2tl", "AKSAzureLinuxV3/gen2tl"),
        Row("AKSAzureLinux-V3gen2fips", "AKSAzureLinuxV3-gen2fips", "AKSAzureLinuxV3/gen2fips"),
        Row("AKSAzureLinux-V3katagen2", "AKSAzureLinuxV3-gen2kata", "AKSAzureLinuxV3/gen2kata"),
        Row("AKSAzureContainerLinux-aclgen2TL", null, null, definition: "AKSAzureLinux-aclgen2TL"),
        Row("AKSAzureContainerLinux-aclgen2arm64TL", null, null, definition: "AKSAzureLinux-aclgen2arm64TL"),
        Row("AKSWindows-2019", null, null, definition: "AKSWindows-windows-2019"),
        Row("AKSWindows-2019-containerd", null, null, notes: "AKSWindows/2019", definition: "AKSWindows-windows-2019-containerd"),
        Row("AKSWindows-2022-containerd", null, null, notes: "AKSWindows/2022", definition: "AKSWindows-windows-2022-containerd"),
        Row("AKSWindows-2022-containerd-gen2", null, null, definition: "AKSWindows-windows-2022-containerd-gen2"),
        Row("AKSWindows-23H2", null, null, notes: "AKSWindows/23H2", definition: "AKSWindows-windows-23H2"),
        Row("AKSWindows-23H2-gen2", null, null, definition: "AKSWindows-windows-23H2-gen2"),
        Row("AKSWindows-2025", null, null, notes: "AKSWindows/2025", definition: "AKSWindows-windows-2025"),
        Row("AKSWindows-2025-gen2", null, null, definition: "AKSWindows-windows-2025-gen2"),
    ];

    private static readonly Dictionary<ImageFamily, FamilySpelling> ByFamily = Differing.ToDictionary(s => s.Family);

    // The label's spelling goes first: `AKSUbuntu-1804` is a family, and also the notes folder of the family that came after it.
    private static readonly Dictionary<string, ImageFamily> ByText = Table();

    /// <summary>The spellings of a family; one that is in no table is spelled as in the label everywhere it is known.</summary>
    public static FamilySpelling Of(ImageFamily family) => ByFamily.GetValueOrDefault(family) ?? new FamilySpelling(family, null, null, null, null);

    /// <summary>
    /// The family that a text means: any spelling of the tables, in any case, or an image with its version. Null if it means none of them.
    /// </summary>
    public static ImageFamily? Resolve(string text) =>
        ByText.TryGetValue(text, out var family) ? family
        : NodeImage.Parse(text).Family is { } ofImage ? ByText.GetValueOrDefault(ofImage.Name, ofImage)
        : null;

    private static Dictionary<string, ImageFamily> Table()
    {
        var table = new Dictionary<string, ImageFamily>(StringComparer.OrdinalIgnoreCase);
        foreach (var facts in ImageFamilies.All)
        {
            table.Add(facts.Family.Name, facts.Family);
        }

        foreach (var spelling in Differing)
        {
            foreach (var text in spelling.All.Skip(1))
            {
                table.TryAdd(text, spelling.Family);
            }
        }

        return table;
    }

    private static FamilySpelling Row(string family, string? index, string? report, string? notes = null, string? definition = null) =>
        new(new ImageFamily(family), index, report, notes, definition);
}
