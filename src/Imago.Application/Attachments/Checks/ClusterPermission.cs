using System.Collections.Immutable;

namespace Imago.Application.Attachments.Checks;

/// <summary>What a permission is for, and so what goes without it.</summary>
public enum PermissionNeed
{
    /// <summary>Without it, nothing works.</summary>
    Always,

    /// <summary>Without it, rollouts work but are not told in the cluster.</summary>
    Story,

    /// <summary>Without it, nodes cannot be drained by force, that is past budgets, when somebody asks for that.</summary>
    Force,

    /// <summary>Without it, checks and forecasts see less.</summary>
    Insight,
}

/// <summary>One thing that Imago does with one kind of object.</summary>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Resource">Plural, with its subresource: <c>pods/eviction</c>.</param>
/// <param name="Verb">The verb.</param>
/// <param name="Scope">Where.</param>
/// <param name="Need">What goes without it.</param>
/// <param name="Why">What it is used for, as the rest of a sentence that begins with "Imago".</param>
public sealed record ClusterPermission(string Group, string Resource, string Verb, PermissionScope Scope, PermissionNeed Need, string Why)
{
    /// <summary>For people: <c>poddisruptionbudgets.policy</c>.</summary>
    public string Name => Group.Length == 0 ? Resource : $"{Resource}.{Group}";
}

/// <summary>Where a permission is needed.</summary>
public enum PermissionScope
{
    /// <summary>In the whole cluster.</summary>
    Cluster,

    /// <summary>In Imago's own namespace only.</summary>
    Own,

    /// <summary>In namespace <c>default</c>, where events of nodes are kept.</summary>
    Events,
}

/// <summary>
/// Every permission that Imago uses in an attached cluster. The check asks for each of them, the manifest grants exactly them, and the page about permissions
/// lists them: there is no second list.
/// </summary>
public static class ClusterPermissions
{
    /// <summary>Namespace of events about objects that are in none, such as nodes.</summary>
    public const string EventNamespace = "default";

    /// <summary>All of them, in the order in which they are told.</summary>
    public static ImmutableArray<ClusterPermission> All { get; } =
    [
        .. Each("", "nodes", PermissionScope.Cluster, PermissionNeed.Always, "watches nodes: their images, conditions, marks", "get", "list", "watch"),
        .. Each("", "nodes", PermissionScope.Cluster, PermissionNeed.Always, "cordons nodes and keeps its marks, labels, annotations and the steering taint", "patch"),
        .. Each("", "pods", PermissionScope.Cluster, PermissionNeed.Always, "watches pods to know what a drain has to wait for", "list", "watch"),
        .. Each("", "pods/eviction", PermissionScope.Cluster, PermissionNeed.Always, "drains nodes by eviction, which honours disruption budgets", "create"),
        .. Each("", "pods", PermissionScope.Cluster, PermissionNeed.Force, "deletes pods past their budgets when an upgrade is forced", "delete"),
        .. Each("policy", "poddisruptionbudgets", PermissionScope.Cluster, PermissionNeed.Always, "watches disruption budgets", "list", "watch"),
        .. Each("apps", "replicasets", PermissionScope.Cluster, PermissionNeed.Always, "names the deployment that a pod belongs to", "list", "watch"),
        .. Each("apps", "deployments", PermissionScope.Cluster, PermissionNeed.Insight, "finds other updaters and rehearses in forecasts", "list"),
        .. Each("apps", "daemonsets", PermissionScope.Cluster, PermissionNeed.Insight, "finds other updaters and rehearses in forecasts", "list"),
        .. Each("apps", "statefulsets", PermissionScope.Cluster, PermissionNeed.Insight, "rehearses in forecasts", "list"),
        .. Each("", "namespaces", PermissionScope.Cluster, PermissionNeed.Insight, "looks whether its own namespace exists, and rehearses in forecasts", "get", "list"),
        .. Each("", "persistentvolumes", PermissionScope.Cluster, PermissionNeed.Insight, "knows in forecasts which zone a volume binds a pod to", "list"),
        .. Each("", "persistentvolumeclaims", PermissionScope.Cluster, PermissionNeed.Insight, "knows in forecasts which zone a volume binds a pod to", "list"),
        .. Each("upgrade.cattle.io", "plans", PermissionScope.Cluster, PermissionNeed.Insight, "finds plans of the system-upgrade-controller", "list"),
        .. Each("", "configmaps", PermissionScope.Own, PermissionNeed.Always, "keeps one record of each pool's rollout", "list", "create", "update", "delete"),
        .. Each("coordination.k8s.io", "leases", PermissionScope.Own, PermissionNeed.Always, "holds the lease that makes it the only writer", "get", "list", "watch", "create", "update", "delete"),
        .. Each("", "events", PermissionScope.Events, PermissionNeed.Story, "tells in events what happens to a node", "create"),
    ];

    private static ImmutableArray<ClusterPermission> Each(string group, string resource, PermissionScope scope, PermissionNeed need, string why, params ReadOnlySpan<string> verbs)
    {
        var all = ImmutableArray.CreateBuilder<ClusterPermission>(verbs.Length);
        foreach (var verb in verbs)
        {
            all.Add(new ClusterPermission(group, resource, verb, scope, need, why));
        }

        return all.MoveToImmutable();
    }
}
