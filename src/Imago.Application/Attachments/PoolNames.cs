using System.Collections.Immutable;

namespace Imago.Application.Attachments;

/// <summary>Names of pools of an attached cluster, which may be label values: these differ by case, names of resources do not (EV-83).</summary>
public static class PoolNames
{
    /// <summary>Names that would be one resource, group by group; empty if all can be told apart.</summary>
    public static ImmutableArray<string> Clashing(IEnumerable<string> names) =>
        [.. names.Distinct(StringComparer.Ordinal).GroupBy(n => n, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).SelectMany(g => g.Order(StringComparer.Ordinal))];

    /// <summary>What is wrong with names that clash.</summary>
    public static string Refusal(ImmutableArray<string> clashing) =>
        $"Pools {string.Join(", ", clashing.Select(n => $"'{n}'"))} differ in nothing but case, and pools are told apart without it. {Remedy}";

    /// <summary>What to do about it.</summary>
    public const string Remedy = "Choose the pools by labels, under names of your own: --pool NAME=SELECTOR.";
}
