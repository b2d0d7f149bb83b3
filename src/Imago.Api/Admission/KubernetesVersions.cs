using Imago.Api.Documents;
using Imago.Contracts.Errors;
using Imago.Domain.Channels;
using Imago.Domain.Images;

namespace Imago.Api.Admission;

/// <summary>Kubernetes versions of clusters and pools when they are written.</summary>
/// <remarks>Rules: CU-21, CU-22, CU-45, CU-46, CU-48, CU-49.</remarks>
internal static class KubernetesVersions
{
    private const string ClusterPath = "properties.kubernetesVersion";

    /// <summary>The full version of a new cluster; the document gets the default if it names none. Null, and a problem, if it cannot have what it names.</summary>
    public static KubernetesVersion? OfNewCluster(ClusterDocument merged, AdmissionContext context, AdmissionProblems problems)
    {
        if (merged.KubernetesVersion is not { } asked)
        {
            // CU-22.
            var version = context.Calendar.DefaultAt(context.Now);
            merged.Properties["kubernetesVersion"] = version.ToString();
            return version;
        }

        var (resolved, refusal) = context.Calendar.Resolve(asked, merged.HasLongTermSupport, context.Now);
        if (refusal is not null)
        {
            problems.Add(ClusterPath, refusal, ErrorCodes.K8sVersionNotSupported);
        }

        return resolved;
    }

    /// <summary>Checks what an update says about the version.</summary>
    /// <param name="asked">The version in the document after the write.</param>
    /// <param name="before">The one in the document before it.</param>
    /// <param name="has">The full version there is.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="what">Cluster or pool, for people.</param>
    /// <param name="problems">Gets what is wrong.</param>
    public static void OfUpdate(string? asked, string? before, KubernetesVersion? has, string path, string what, AdmissionProblems problems)
    {
        if (asked is null || string.Equals(asked, before, StringComparison.Ordinal) || has is not { } current || !KubernetesVersion.TryParse(asked, out var version))
        {
            return;
        }

        // CU-21: a minor alone never upgrades a cluster that has it.
        var isSame = IsMinorOnly(asked) ? version.Major == current.Major && version.Minor == current.Minor : version == current;
        if (!isSame)
        {
            problems.Add(path, version < current
                ? $"{what} has Kubernetes {current}; going back to {asked} is not possible."
                : $"{what} has Kubernetes {current}. This server does not upgrade Kubernetes versions yet; it upgrades node images and security patches. Leave the version out, or as it is.", ErrorCodes.NotSupported);
        }
    }

    /// <summary>The full version of a new pool; null, and a problem, if it cannot have what it names.</summary>
    public static KubernetesVersion? OfNewPool(PoolDocument pool, KubernetesVersion cluster, bool longTerm, string path, AdmissionContext context, AdmissionProblems problems)
    {
        if (pool.OrchestratorVersion is not { } asked)
        {
            return cluster;
        }

        // A minor alone that the cluster has means the cluster's version, not a newer patch of it: a pool is never ahead (CU-48).
        if (IsMinorOnly(asked) && KubernetesVersion.TryParse(asked, out var minor) && minor.Major == cluster.Major && minor.Minor == cluster.Minor)
        {
            return cluster;
        }

        if (KubernetesVersion.TryParse(asked, out var exact) && exact == cluster)
        {
            return cluster;
        }

        var (resolved, refusal) = context.Calendar.Resolve(asked, longTerm, context.Now);
        if (resolved is not { } version)
        {
            problems.Add(path, refusal!, ErrorCodes.K8sVersionNotSupported);
            return null;
        }

        // CU-49: never ahead of the control plane, and not more than three minors behind it (two before 1.28).
        var most = cluster.AtLeast(1, 28) ? 3 : 2;
        if (version > cluster || cluster.Minor - version.Minor > most)
        {
            problems.Add(path, $"Node pool '{pool.Name}': Kubernetes {version} does not go with the cluster's {cluster}. A pool is never ahead of its cluster, and at most {most} minors behind.");
            return null;
        }

        return version;
    }

    /// <summary>CU-46: long-term support is a matter of the tier.</summary>
    public static void CheckPlan(ClusterDocument merged, AdmissionProblems problems)
    {
        if (merged.HasLongTermSupport && !merged.IsPremium)
        {
            problems.Add("properties.supportPlan", "Support plan AKSLongTermSupport needs sku.tier Premium. Set both, or use KubernetesOfficial.");
        }
    }

    private static bool IsMinorOnly(string asked) => KubernetesCalendar.IsMinorOnly(asked);
}
