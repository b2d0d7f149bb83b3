using System.Collections.Immutable;

namespace Imago.Contracts.Resources;

/// <summary>
/// The id of a resource, a resource group or a subscription. Ids compare without regard to case; the text stays as it was written. Immutable.
/// </summary>
/// <remarks>Rules: EV-83, AZ-50.</remarks>
public sealed class ResourceId : IEquatable<ResourceId>
{
    private const string Subscriptions = "subscriptions";
    private const string ResourceGroups = "resourceGroups";
    private const string Providers = "providers";

    private ResourceId(ImmutableArray<string> segments, int parentLength, string type)
    {
        Segments = segments;
        Text = "/" + string.Join('/', segments);

        // EV-83: compared, stored and looked up in lower case.
        Key = Text.ToLowerInvariant();
        Type = type;
        Parent = parentLength == 0 ? null : Parse("/" + string.Join('/', segments[..parentLength])).Id;
    }

    /// <summary>The id as it was written, beginning with a slash.</summary>
    public string Text { get; }

    /// <summary>The id in lower case: two ids are the same resource if their keys are equal.</summary>
    public string Key { get; }

    /// <summary>What stands between the slashes.</summary>
    public ImmutableArray<string> Segments { get; }

    /// <summary>Full type as written, for example <c>Microsoft.ContainerService/managedClusters/agentPools</c>.</summary>
    public string Type { get; }

    /// <summary>The last segment.</summary>
    public string Name => Segments[^1];

    /// <summary>The resource it lives in: of a pool its cluster, of a cluster its group, of a group its subscription; null at the top.</summary>
    public ResourceId? Parent { get; }

    /// <summary>The subscription as written; null for resources of the tenant.</summary>
    public string? SubscriptionId => Is(0, Subscriptions) ? Segments[1] : null;

    /// <summary>The resource group as written; null outside one.</summary>
    public string? ResourceGroup => Is(0, Subscriptions) && Is(2, ResourceGroups) ? Segments[3] : null;

    /// <summary>The id in a text, or a sentence about what is wrong with it; exactly one of them is given.</summary>
    public static (ResourceId? Id, string? Wrong) Parse(string? text)
    {
        if (text is null || text.Length < 2 || text[0] != '/')
        {
            return (null, $"'{Shown(text)}' is not a resource id: it has to begin with '/subscriptions/' or '/providers/'.");
        }

        var segments = ImmutableArray.Create(text[1..].Split('/'));
        if (segments.Any(s => s.Length == 0))
        {
            return (null, $"'{Shown(text)}' is not a resource id: it has an empty segment, or ends with a slash.");
        }

        var at = 0;
        var parent = 0;
        var type = "";
        if (IsWord(segments, 0, Subscriptions))
        {
            if (segments.Length < 2)
            {
                return (null, $"'{Shown(text)}' is not a resource id: the subscription has no id.");
            }

            (at, type) = (2, "Microsoft.Resources/subscriptions");
            if (IsWord(segments, 2, ResourceGroups))
            {
                if (segments.Length < 4)
                {
                    return (null, $"'{Shown(text)}' is not a resource id: the resource group has no name.");
                }

                (at, parent, type) = (4, 2, "Microsoft.Resources/resourceGroups");
            }
        }

        while (at < segments.Length)
        {
            if (!IsWord(segments, at, Providers))
            {
                return (null, $"'{Shown(text)}' is not a resource id: '{Shown(segments[at])}' stands where 'providers' is expected.");
            }

            if (segments.Length < at + 4)
            {
                return (null, $"'{Shown(text)}' is not a resource id: after 'providers' a namespace, a type and a name are expected.");
            }

            (parent, type) = (at, segments[at + 1]);
            for (at += 2; at < segments.Length && !IsWord(segments, at, Providers); at += 2)
            {
                if (at + 1 == segments.Length)
                {
                    return (null, $"'{Shown(text)}' is not a resource id: type '{Shown(segments[at])}' has no name.");
                }

                // The first pair lives in the scope before 'providers', each further one in the pair before it.
                parent = type.Contains('/', StringComparison.Ordinal) ? at : parent;
                type += "/" + segments[at];
            }
        }

        return (new ResourceId(segments, parent, type), null);
    }

    /// <summary>The id of a subscription.</summary>
    public static ResourceId OfSubscription(string subscription) => Known($"/{Subscriptions}/{subscription}");

    /// <summary>The id of a resource group.</summary>
    public static ResourceId OfGroup(string subscription, string group) => Known($"/{Subscriptions}/{subscription}/{ResourceGroups}/{group}");

    /// <summary>The id of a managed cluster.</summary>
    public static ResourceId OfCluster(string subscription, string group, string cluster) =>
        Known($"/{Subscriptions}/{subscription}/{ResourceGroups}/{group}/{Providers}/Microsoft.ContainerService/managedClusters/{cluster}");

    /// <summary>The id of a resource inside this one, for example <c>agentPools</c> and a pool's name in a cluster.</summary>
    /// <param name="type">Type of the child, without those of its parents.</param>
    /// <param name="name">Its name.</param>
    public ResourceId Child(string type, string name) => Known($"{Text}/{type}/{name}");

    /// <summary>Whether the resource is of that full type, whatever the case.</summary>
    public bool IsOf(string type) => string.Equals(Type, type, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether this is the other resource or lives somewhere in it.</summary>
    public bool IsWithin(ResourceId other) =>
        Key.StartsWith(other.Key, StringComparison.Ordinal) && (Key.Length == other.Key.Length || Key[other.Key.Length] == '/');

    /// <summary>Equal when the keys are.</summary>
    public bool Equals(ResourceId? other) => other is not null && string.Equals(Key, other.Key, StringComparison.Ordinal);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as ResourceId);

    /// <inheritdoc />
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Key);

    /// <summary>The id as it was written.</summary>
    public override string ToString() => Text;

    private static ResourceId Known(string text) => Parse(text) is (var id, var wrong) && id is not null ? id : throw new ArgumentException(wrong, nameof(text));

    private static bool IsWord(ImmutableArray<string> segments, int at, string word) =>
        at < segments.Length && string.Equals(segments[at], word, StringComparison.OrdinalIgnoreCase);

    private static string Shown(string? text) => text is null ? "" : text.Length <= 120 ? text : text[..117] + "...";

    private bool Is(int at, string word) => IsWord(Segments, at, word);
}
