using System.Text.RegularExpressions;

namespace Imago.Contracts.Resources;

/// <summary>What resources may be called. Every check answers why a name is refused, or null when it is fine.</summary>
/// <remarks>Rules: EV-83.</remarks>
public static partial class ResourceNames
{
    /// <summary>EV-83: a cluster, 1 to 63 characters.</summary>
    public static string? RefusalOfCluster(string name) => Cluster().IsMatch(name)
        ? null
        : $"Cluster name '{Shown(name)}' is not allowed: 1 to 63 letters, digits, hyphens and underscores, beginning and ending with a letter or digit.";

    /// <summary>EV-83: a node pool, 1 to 12 characters, Windows pools at most 6.</summary>
    /// <param name="name">The name.</param>
    /// <param name="isWindows">Whether its nodes run Windows.</param>
    public static string? RefusalOfPool(string name, bool isWindows) => !Pool().IsMatch(name)
        ? $"Node pool name '{Shown(name)}' is not allowed: 1 to 12 lower-case letters and digits, beginning with a letter."
        : isWindows && name.Length > 6 ? $"Node pool name '{name}' is too long for a Windows pool: at most 6 characters." : null;

    /// <summary>EV-83: a resource group, 1 to 90 characters.</summary>
    public static string? RefusalOfGroup(string name) => Group().IsMatch(name)
        ? null
        : $"Resource group name '{Shown(name)}' is not allowed: 1 to 90 letters, digits, underscores, hyphens, periods and parentheses, not ending with a period.";

    /// <summary>A subscription: a GUID.</summary>
    public static string? RefusalOfSubscription(string id) => Guid.TryParseExact(id, "D", out _)
        ? null
        : $"Subscription id '{Shown(id)}' is not a GUID, such as 11111111-2222-3333-4444-555555555555.";

    /// <summary>A location as it is stored: lower case, without spaces ("North 1" is "north1"); null if it is none.</summary>
    public static string? Location(string? name)
    {
        var normal = name?.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
        return normal is not null && LocationName().IsMatch(normal) ? normal : null;
    }

    private static string Shown(string text) => text.Length <= 100 ? text : text[..97] + "...";

    // \z and [0-9], because in .NET '$' also matches before a final newline and \d takes digits of any script.
    [GeneratedRegex(@"\A[a-zA-Z0-9]([-_a-zA-Z0-9]{0,61}[a-zA-Z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Cluster();

    [GeneratedRegex(@"\A[a-z][a-z0-9]{0,11}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Pool();

    [GeneratedRegex(@"\A[-\w.()]{0,89}[-\w()]\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Group();

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]{0,62}[a-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LocationName();
}
