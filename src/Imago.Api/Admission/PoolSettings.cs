using System.Text.RegularExpressions;
using Imago.Api.Documents;
using Imago.Contracts.Errors;
using Imago.Contracts.Schemas;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Api.Admission;

/// <summary>Settings of a pool that hold whatever else is stored: upgrade settings, size, labels, taints.</summary>
/// <remarks>Rules: UP-12…17, UP-23, UP-25, UP-31, IM-17.</remarks>
internal static partial class PoolSettings
{
    private static readonly string[] ReservedPrefixes = ["kubernetes.azure.com/", "kubernetes.io/"];

    public static void Check(PoolDocument pool, PoolSpec spec, bool mayBeEmpty, string path, AdmissionProblems problems)
    {
        CheckUpgradeSettings(pool, spec, path, problems);
        CheckSize(pool, mayBeEmpty, path, problems);
        foreach (var name in pool.Properties.TextMap("nodeLabels").Keys)
        {
            // IM-17: those are set by the service.
            if (Array.Find(ReservedPrefixes, p => name.StartsWith(p, StringComparison.Ordinal)) is { } prefix)
            {
                problems.Add(Paths.Join(path, $"nodeLabels.{name}"), $"Node pool '{pool.Name}': label '{name}' cannot be set, because the prefix '{prefix}' is reserved. Use a prefix of your own.");
            }
        }

        foreach (var (taint, index) in pool.Properties.Texts("nodeTaints").Select((t, i) => (t, i)))
        {
            if (!Taint().IsMatch(taint))
            {
                problems.Add($"{Paths.Join(path, "nodeTaints")}[{index}]", $"Node pool '{pool.Name}': '{(taint.Length <= 60 ? taint : taint[..57] + "...")}' is not a taint. Write key=value:Effect with effect NoSchedule, PreferNoSchedule or NoExecute.");
            }
        }
    }

    private static void CheckUpgradeSettings(PoolDocument pool, PoolSpec spec, string path, AdmissionProblems problems)
    {
        var at = Paths.Join(path, "upgradeSettings");

        // UP-12…17, UP-23: what the schema cannot say. That surge alone leaves no room is not said when something is wrong with the other half.
        var unreadable = problems.Knows(Paths.Join(at, "maxUnavailable"));
        problems.AddUnlessKnown(at, UpgradeSettingsValidation.Check(spec.Settings).Where(p => !unreadable || !string.Equals(p.Path, "maxSurge", StringComparison.Ordinal)));
        if (!problems.Knows(at) && Concurrency.For(spec, pool.Count, pool.Count).Refusal is { } refusal)
        {
            // UP-31: System pools; UP-25: size and surge together.
            problems.Add(at, refusal);
        }

        if (string.Equals(pool.Properties.Object("upgradeSettings")?.Text("upgradeStrategy"), "BlueGreen", StringComparison.Ordinal))
        {
            problems.Add(Paths.Join(at, "upgradeStrategy"), $"Node pool '{pool.Name}': strategy BlueGreen is not supported by this server yet. Use Rolling.", ErrorCodes.NotSupported);
        }
    }

    private static void CheckSize(PoolDocument pool, bool mayBeEmpty, string path, AdmissionProblems problems)
    {
        var least = pool.Mode == PoolMode.System && !mayBeEmpty ? 1 : 0;
        if (pool.Count < least)
        {
            problems.Add(Paths.Join(path, "count"), $"Node pool '{pool.Name}' is a System pool and needs at least one node. Set count to 1 or more, or make it a User pool. Only where machines register themselves (tag {ClusterDocument.NodesTag}=registered of the cluster) may it be empty.");
        }

        // UP-69: min and max bound what the autoscaler makes of the pool, not an upgrade: its surge may exceed max.
        if (pool.Properties.Flag("enableAutoScaling") != true)
        {
            return;
        }

        if (pool.Properties.Whole("minCount") is not { } min || pool.Properties.Whole("maxCount") is not { } max)
        {
            problems.Add(Paths.Join(path, "minCount"), $"Node pool '{pool.Name}': enableAutoScaling needs minCount and maxCount.");
        }
        else if (min < least || min > max || pool.Count < min || pool.Count > max)
        {
            problems.Add(Paths.Join(path, "minCount"), $"Node pool '{pool.Name}': minCount {min}, count {pool.Count} and maxCount {max} do not go together. They grow in this order, from {least} on.");
        }
    }

    [GeneratedRegex(@"\A[^=:\s]+(=[^=:\s]*)?:(NoSchedule|PreferNoSchedule|NoExecute)\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Taint();
}
