using System.Collections.Immutable;
using Imago.Application.Twins;

namespace Imago.Kubernetes.Serving.Kinds;

/// <summary>The kinds that twins have, as the API presents them. A kind that a twin has and this does not know is presented by its name alone.</summary>
internal sealed class ServedKinds
{
    private static readonly ImmutableArray<ServedKind> Known =
    [
        new(new("", "v1", "configmaps"), "ConfigMap", true, "cm", "", StorageHash: "qFsyl6wFWjQ="),
        new(new("", "v1", "events"), "Event", true, "ev", "", StorageHash: "r2yiGXH7wu8="),
        new(new("", "v1", "namespaces"), "Namespace", false, "ns", "status", StorageHash: "Q3oi5N2YM8M="),
        new(new("", "v1", "nodes"), "Node", false, "no", "status", StorageHash: "XwShjMxG9Fs="),
        new(new("", "v1", "persistentvolumeclaims"), "PersistentVolumeClaim", true, "pvc", "status", StorageHash: "QWTyNDq0dC4="),
        new(new("", "v1", "persistentvolumes"), "PersistentVolume", false, "pv", "status", StorageHash: "HN/zwEC+JgM="),
        new(new("", "v1", "pods"), "Pod", true, "po", "eviction log status", IsInAll: true, StorageHash: "xPOwRZ+Yhw8="),
        new(new("", "v1", "serviceaccounts"), "ServiceAccount", true, "sa", "", StorageHash: "pbx9ZvyFpBE="),
        new(new("", "v1", "services"), "Service", true, "svc", "status", IsInAll: true, StorageHash: "0/CO1lhkEBI="),
        new(new("apps", "v1", "daemonsets"), "DaemonSet", true, "ds", "status", IsInAll: true, StorageHash: "dd7pWHUlMKQ="),
        new(new("apps", "v1", "deployments"), "Deployment", true, "deploy", "scale status", IsInAll: true, StorageHash: "8aSe+NMegvE="),
        new(new("apps", "v1", "replicasets"), "ReplicaSet", true, "rs", "scale status", IsInAll: true, StorageHash: "P1RzHs8/mWQ="),
        new(new("apps", "v1", "statefulsets"), "StatefulSet", true, "sts", "scale status", IsInAll: true, StorageHash: "H+vl74LkKdo="),
        new(new("coordination.k8s.io", "v1", "leases"), "Lease", true, "", "", NeedsVersion: true, StorageHash: "gqkMMb/YqFM="),
        new(new("policy", "v1", "poddisruptionbudgets"), "PodDisruptionBudget", true, "pdb", "status", NeedsVersion: true, StorageHash: "EVWiDmWqyJw="),
    ];

    private readonly ImmutableDictionary<ObjectKind, ServedKind> _kinds;

    public ServedKinds(IEnumerable<ObjectKind> kinds)
    {
        All = [.. kinds.Select(k => Known.FirstOrDefault(s => s.Kind == k) ?? Plain(k)).OrderBy(k => k.Kind.Group, StringComparer.Ordinal).ThenBy(k => k.Kind.Plural, StringComparer.Ordinal)];
        _kinds = All.ToImmutableDictionary(k => k.Kind);
    }

    /// <summary>All, by group and name.</summary>
    public ImmutableArray<ServedKind> All { get; }

    public ServedKind? Find(ObjectKind kind) => _kinds.GetValueOrDefault(kind);

    /// <summary>The kinds of a group's version; none: there is no such group.</summary>
    public ImmutableArray<ServedKind> Of(string group, string version) => [.. All.Where(k => k.Kind.Group == group && k.Kind.Version == version)];

    private static ServedKind Plain(ObjectKind kind) => new(kind, char.ToUpperInvariant(kind.Plural[0]) + kind.Plural[1..].TrimEnd('s'), Namespaced: true, "", "");
}
