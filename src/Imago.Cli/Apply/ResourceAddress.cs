using Imago.Cli.Remote;

namespace Imago.Cli.Apply;

/// <summary>Where a resource lies.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Subscription">Its subscription.</param>
/// <param name="Group">The group, or the one it lies in.</param>
/// <param name="Cluster">The cluster, or the one it lies in; null for a group.</param>
/// <param name="Child">Pool or maintenance configuration; null for what is none.</param>
internal sealed record ResourceAddress(ResourceKind Kind, string Subscription, string Group, string? Cluster, string? Child)
{
    public string Path => Kind switch
    {
        ResourceKind.Group => Paths.Group(Subscription, Group),
        ResourceKind.Cluster => Paths.Cluster(Subscription, Group, Cluster!),
        ResourceKind.Pool => Paths.Pool(Paths.Cluster(Subscription, Group, Cluster!), Child!),
        _ => Paths.Maintenance(Paths.Cluster(Subscription, Group, Cluster!), Child!),
    };

    public string PathWithVersion => Path.With(Kind == ResourceKind.Group ? ApiVersions.Resources : ApiVersions.ContainerService);

    /// <summary>What it lies in; null for a group.</summary>
    public ResourceAddress? Parent => Kind switch
    {
        ResourceKind.Group => null,
        ResourceKind.Cluster => new(ResourceKind.Group, Subscription, Group, null, null),
        _ => new(ResourceKind.Cluster, Subscription, Group, Cluster, null),
    };

    /// <summary>For people: <c>cluster rg-shop/shop</c>.</summary>
    public string Label => $"{Kind.Word()} {string.Join('/', new[] { Group, Cluster, Child }.OfType<string>())}";

    public string Name => Child ?? Cluster ?? Group;

    /// <summary>Reads a resource id; null when it is none of ours.</summary>
    public static ResourceAddress? Read(string id)
    {
        var segments = id.Trim('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
        bool Is(int at, string word) => string.Equals(segments[at], word, StringComparison.OrdinalIgnoreCase);
        if (segments.Length < 4 || !Is(0, "subscriptions") || !Is(2, "resourceGroups") || segments.Any(s => s.Length == 0))
        {
            return null;
        }

        var isCluster = segments.Length >= 8 && Is(4, "providers") && Is(5, "Microsoft.ContainerService") && Is(6, "managedClusters");
        return segments.Length switch
        {
            4 => new(ResourceKind.Group, segments[1], segments[3], null, null),
            8 when isCluster => new(ResourceKind.Cluster, segments[1], segments[3], segments[7], null),
            10 when isCluster && ResourceKinds.OfChild(segments[8]) is { } kind => new(kind, segments[1], segments[3], segments[7], segments[9]),
            _ => null,
        };
    }

    // Ids compare without regard to case.
    public bool Equals(ResourceAddress? other) => other is not null && string.Equals(Path, other.Path, StringComparison.OrdinalIgnoreCase);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Path);
}
