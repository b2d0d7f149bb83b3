using Imago.Domain.Images;

namespace Imago.Cli.Demo;

/// <summary>Names that leave room for what happens, on a screen where the long ones stand beside.</summary>
internal static class ShortNames
{
    /// <summary><c>apps/vmss000003</c> for a node, and nothing for a surge node: its own name says what it is.</summary>
    public static string OfNode(string name, string pool, bool surge) => surge ? name : $"{pool}/{name[(name.LastIndexOf('-') + 1)..]}";

    /// <summary>The version without the family, which all nodes share.</summary>
    public static string OfImage(string text) =>
        NodeImage.Parse(text) is { Family: { } family } && text.StartsWith($"{family}-", StringComparison.OrdinalIgnoreCase) ? text[(family.Name.Length + 1)..] : text;

    /// <summary>The number of a zone without its region.</summary>
    public static string OfZone(string? zone) => zone is null ? "" : zone[(zone.LastIndexOf('-') + 1)..];
}
