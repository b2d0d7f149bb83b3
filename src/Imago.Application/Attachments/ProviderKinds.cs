using System.Collections.Immutable;

namespace Imago.Application.Attachments;

/// <summary>The kinds of node providers that an attachment may name.</summary>
public static class ProviderKinds
{
    /// <summary>A program of somebody else's, over the open protocol: it makes, reimages and deletes machines.</summary>
    public const string External = "external";

    /// <summary>The agents on the nodes: machines keep their disks, packages are installed on them. It has no address and no token, because orders are written on the nodes.</summary>
    public const string InPlace = "in-place";

    /// <summary>All of them.</summary>
    public static ImmutableArray<string> All { get; } = [External, InPlace];

    /// <summary>Their names for people.</summary>
    public const string Words = "'external' and 'in-place'";
}
