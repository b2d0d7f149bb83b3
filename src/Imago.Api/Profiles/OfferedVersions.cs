using System.Collections.Immutable;
using Imago.Domain.Channels;
using Imago.Domain.Images;
using NodaTime;

namespace Imago.Api.Profiles;

/// <summary>Which Kubernetes versions can be had from where one is.</summary>
internal static class OfferedVersions
{
    // CU-49: how far a pool may be behind its control plane, from 1.28 on and before.
    private const int WidestSkew = 3;
    private const int WidestSkewBefore28 = 2;

    /// <summary>The versions that a cluster can be upgraded to, oldest first: the newest patches of its own minor and of the next one.</summary>
    /// <remarks>CU-10: minors are never skipped. CU-40: only supported minors are offered.</remarks>
    public static ImmutableArray<KubernetesVersion> Upgrades(KubernetesCalendar calendar, KubernetesVersion current, bool longTerm, Instant now) =>
        [.. calendar.Offered(longTerm, now).Where(m => m.Minor == current.Minor || m.Minor == current.Minor + 1).Select(m => m.Newest(longTerm)).Where(v => v > current).Order()];

    /// <summary>The versions that a pool can be upgraded to: those of a cluster, but never ahead of its control plane (CU-48).</summary>
    public static ImmutableArray<KubernetesVersion> Upgrades(KubernetesCalendar calendar, KubernetesVersion current, KubernetesVersion controlPlane, bool longTerm, Instant now) =>
        [.. Upgrades(calendar, current, longTerm, now).Append(controlPlane).Where(v => v > current && v <= controlPlane && v.Minor <= current.Minor + 1).Distinct().Order()];

    /// <summary>The versions that a new pool can have, newest first (CU-48, CU-49).</summary>
    public static ImmutableArray<KubernetesVersion> OfNewPools(KubernetesCalendar calendar, KubernetesVersion controlPlane, bool longTerm, Instant now)
    {
        var skew = controlPlane.AtLeast(1, 28) ? WidestSkew : WidestSkewBefore28;
        return
        [
            .. calendar.Offered(longTerm, now).Select(m => m.Newest(longTerm)).Append(controlPlane)
                .Where(v => v <= controlPlane && v.Minor >= controlPlane.Minor - skew).Distinct().OrderDescending(),
        ];
    }
}
