using System.Collections.Immutable;

namespace Imago.Domain.Clusters;

/// <summary>By what a node shows that it waits for a reboot, and that kured looks after it.</summary>
/// <remarks>
/// Rules: CH-13, NM-20. The marker file <c>/var/run/reboot-required</c> itself is on the machine's disk; agents, problem detectors and kured carry it to the node object.
/// </remarks>
public static class RebootMarks
{
    /// <summary>The node condition by which agents and problem detectors say so.</summary>
    public const string Condition = "RebootRequired";

    /// <summary>The annotation by which people and scripts say so; its value is <c>true</c>.</summary>
    public const string Required = NodeLabels.OwnPrefix + "reboot-required";

    /// <summary>kured's annotation while it reboots a node.</summary>
    public const string KuredReboot = "weave.works/kured-reboot-in-progress";

    // What kured's annotations begin with, old and new.
    private static readonly ImmutableArray<string> Kured = ["weave.works/kured-", "kured.dev/"];

    /// <summary>Whether annotations say that a reboot is pending or under way.</summary>
    public static bool Pending(IReadOnlyDictionary<string, string> annotations) =>
        (annotations.TryGetValue(Required, out var required) && required == "true") || annotations.ContainsKey(KuredReboot);

    /// <summary>Whether kured has left its marks.</summary>
    public static bool OfKured(IReadOnlyDictionary<string, string> annotations) =>
        annotations.Keys.Any(key => Kured.Any(beginning => key.StartsWith(beginning, StringComparison.Ordinal)));
}
