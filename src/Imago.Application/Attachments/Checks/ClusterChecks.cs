using System.Collections.Immutable;

namespace Imago.Application.Attachments.Checks;

/// <summary>Whether Imago can work on a cluster, by what was gathered of it: pure, so that every finding has a test without a cluster.</summary>
/// <remarks>Rules: UP-77, UP-80, CH-86, CH-89, UP-155.</remarks>
public static class ClusterChecks
{
    // More names than these say nothing more.
    private const int MostNames = 5;

    /// <summary>All findings, in the order of <see cref="FindingCodes.All"/>.</summary>
    public static ImmutableArray<Finding> Judge(ClusterFacts cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ImmutableArray<Finding> first = [.. AccessChecks.Of(cluster), .. ProviderChecks.Of(cluster)];

        // Without nodes there is nothing more to say than that they may not be listed, which has been said.
        return cluster.Nodes.IsDefault ? first : [.. first, .. AgentChecks.Of(cluster), .. PoolChecks.Of(cluster), .. NodeChecks.Of(cluster), .. DrainChecks.Of(cluster), .. UpdaterChecks.Of(cluster)];
    }

    internal static Finding Good(string code, string subject, string message) => new(code, FindingLevel.Good, subject, message, "");

    /// <summary>Names for people: a few, and how many more.</summary>
    internal static string Names(IEnumerable<string> names)
    {
        var all = names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var first = string.Join(", ", all.Take(MostNames));
        return all.Count > MostNames ? $"{first} and {all.Count - MostNames} more" : first;
    }

    internal static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}
