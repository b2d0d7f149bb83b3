using System.Collections.Immutable;

namespace Imago.Api.Features;

/// <summary>The preview features that a subscription can register.</summary>
internal static class FeatureNames
{
    /// <summary>CH-70: gates SecurityPatch in previews from before its general availability.</summary>
    public const string NodeOsUpgradeChannel = "NodeOsUpgradeChannelPreview";

    /// <summary>CH-53: the node disruption policy.</summary>
    public const string NodeDisruptionProfile = "NodeDisruptionProfile";

    public static ImmutableArray<string> All { get; } = [NodeDisruptionProfile, NodeOsUpgradeChannel];

    /// <summary>The feature in canonical case, or null.</summary>
    public static string? Find(string name) => All.FirstOrDefault(n => n.Equals(name, StringComparison.OrdinalIgnoreCase));
}
