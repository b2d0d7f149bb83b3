using System.Collections.Immutable;
using System.Globalization;
using Imago.Domain.Channels;
using Imago.Domain.Images;
using NodaTime;

namespace Imago.Application.Attachments.Checks;

/// <summary>Whether the API is one that Imago can work with, and lets it.</summary>
internal static class AccessChecks
{
    // Since 1.25 there is one kind of disruption budget only. Before, the same budget read as policy/v1beta1 meant something else when its selector was empty.
    private const int OldestMinor = 25;

    private static readonly ImmutableArray<string> NeededApis = ["apps/v1", "coordination.k8s.io/v1", "policy/v1"];

    // HTTP dates have whole seconds, and answers take a while: less than this is no difference.
    private static readonly Duration SmallSkew = Duration.FromSeconds(5);
    private static readonly Duration LargeSkew = Duration.FromSeconds(30);

    // As long as a lease lasts. Leases themselves are safe, because each server goes by its own clock alone.
    private static readonly Duration LeaseLength = Duration.FromSeconds(60);

    public static IEnumerable<Finding> Of(ClusterFacts cluster) =>
        [ClusterChecks.Good(FindingCodes.ClusterReachable, cluster.Server, $"It answers; Kubernetes {cluster.Version}."), .. Tls(cluster), .. Version(cluster), .. Apis(cluster), .. Permissions(cluster), .. Clock(cluster)];

    private static IEnumerable<Finding> Tls(ClusterFacts cluster)
    {
        if (cluster.TlsUnverified)
        {
            yield return new Finding(
                FindingCodes.TlsNotVerified, FindingLevel.Warning, cluster.Server,
                "The kubeconfig says insecure-skip-tls-verify, or the address begins with http: whoever stands between can read the token and pose as the cluster.",
                "Put the cluster's authority into the kubeconfig (certificate-authority-data) and remove insecure-skip-tls-verify.");
        }
    }

    private static IEnumerable<Finding> Version(ClusterFacts cluster)
    {
        if (!KubernetesVersion.TryParse(cluster.Version, out var version))
        {
            yield break;
        }

        if (!version.AtLeast(1, OldestMinor))
        {
            yield return new Finding(
                FindingCodes.KubernetesVersionTooOld, FindingLevel.Problem, cluster.Version,
                $"Imago needs Kubernetes 1.{OldestMinor} or newer: older versions serve disruption budgets and evictions in a second, different form.",
                $"Upgrade the cluster to 1.{OldestMinor} or newer.");
        }
        else if (KubernetesCalendar.Default.SupportOf(version, longTerm: false, cluster.Now) != KubernetesSupport.Supported)
        {
            // CH-86: an attached cluster's distribution has dates of its own, so that this is a warning and work goes on.
            yield return new Finding(
                FindingCodes.KubernetesVersionUnsupported, FindingLevel.Warning, cluster.Version,
                $"Kubernetes 1.{version.Minor} no longer gets security fixes from the community. Node images are upgraded all the same.",
                "Ask your distribution how long it supports this version, and plan an upgrade.");
        }
    }

    private static IEnumerable<Finding> Apis(ClusterFacts cluster) => cluster.Apis.IsDefault ? [] : NeededApis.Where(a => !cluster.Apis.Contains(a)).Select(a => new Finding(
        FindingCodes.ApiMissing, FindingLevel.Problem, a, $"The cluster does not serve {a}.", "Ask whoever runs its API server to switch this group on; Kubernetes serves it by default."));

    private static IEnumerable<Finding> Permissions(ClusterFacts cluster)
    {
        if (cluster.Refused.IsDefault)
        {
            yield return new Finding(
                FindingCodes.PermissionMissing, FindingLevel.Warning, "selfsubjectaccessreviews.authorization.k8s.io", "The cluster does not tell what the account may do.",
                "Grant it 'create' on selfsubjectaccessreviews, as the role system:basic-user does for everybody, or see that it has everything in 'imago cluster rbac'.");
            yield break;
        }

        if (cluster.Refused.IsEmpty)
        {
            yield return ClusterChecks.Good(FindingCodes.Permissions, ClusterChecks.Count(ClusterPermissions.All.Length, "permission"), "The account may do everything that Imago does.");
        }

        // UP-80: credentials that suffice, said for each permission that is missing.
        foreach (var group in cluster.Refused.GroupBy(r => (r.Permission.Name, r.Permission.Scope, r.Permission.Need, r.Permission.Why, r.Reason)))
        {
            var (name, scope, need, why, reason) = group.Key;
            var where = scope switch
            {
                PermissionScope.Own => $" in namespace {cluster.Namespace}",
                PermissionScope.Events => $" in namespace {ClusterPermissions.EventNamespace}",
                _ => "",
            };
            var without = need switch
            {
                PermissionNeed.Always => "Without it no rollout is possible.",
                PermissionNeed.Force => "Without it forced upgrades stop at the budgets they should pass.",
                PermissionNeed.Story => "Without it 'kubectl describe node' does not tell what happens.",
                _ => "Without it checks and forecasts know less.",
            };
            yield return new Finding(
                FindingCodes.PermissionMissing,
                need switch { PermissionNeed.Always => FindingLevel.Problem, PermissionNeed.Insight => FindingLevel.Note, _ => FindingLevel.Warning },
                name,
                $"The account may not {string.Join(", ", group.Select(r => r.Permission.Verb))} {name}{where}, by which Imago {why}. {without}{(reason.Length == 0 ? "" : $" The cluster says: {reason}")}",
                "Apply the manifest that 'imago cluster rbac' prints, and use its service account.");
        }

        if (cluster.Traces is { NamespaceExists: false, NamespaceCanBeMade: false })
        {
            yield return new Finding(
                FindingCodes.NamespaceMissing, FindingLevel.Problem, cluster.Namespace, $"There is no namespace {cluster.Namespace}, in which Imago keeps its records and its lease, and the account may not make it.",
                $"Apply the manifest that 'imago cluster rbac' prints, or run: kubectl create namespace {cluster.Namespace}");
        }
    }

    private static IEnumerable<Finding> Clock(ClusterFacts cluster)
    {
        if (cluster.ClockAhead is not { } ahead)
        {
            yield break;
        }

        var off = Duration.Max(ahead, -ahead);
        var seconds = off.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        var message = off <= SmallSkew ? "Its clock and ours agree." : $"Its clock is {seconds} s {(ahead > Duration.Zero ? "ahead of" : "behind")} ours.";
        yield return off <= SmallSkew ? ClusterChecks.Good(FindingCodes.ClockSkew, "clock", message) : new Finding(
            FindingCodes.ClockSkew,
            off > LeaseLength ? FindingLevel.Problem : off > LargeSkew ? FindingLevel.Warning : FindingLevel.Note,
            "clock",
            off > LeaseLength ? $"{message} That is more than the {LeaseLength.TotalSeconds:0} s a lease lasts: ages of nodes and pods are wrong by as much, and credentials count as expired too early or too late."
                : off > LargeSkew ? $"{message} Windows open and close by our clock, times in the cluster go by the other." : message,
            "Let both machines follow a time server (chrony, systemd-timesyncd).");
    }
}
