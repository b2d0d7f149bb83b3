using System.Collections.Frozen;
using System.Collections.Immutable;
using Imago.Application.Twins;

namespace Imago.Simulation.Serving.Twins;

/// <summary>A kind of object that twins have.</summary>
/// <param name="Index">Its place among the kinds.</param>
/// <param name="Kind">How paths name it.</param>
/// <param name="Name">How documents name it.</param>
/// <param name="Namespaced">Whether its objects are in namespaces.</param>
internal sealed record TwinKind(int Index, ObjectKind Kind, string Name, bool Namespaced)
{
    public static TwinKind Nodes { get; } = new(0, new ObjectKind("", "v1", "nodes"), "Node", false);

    public static TwinKind Pods { get; } = new(1, new ObjectKind("", "v1", "pods"), "Pod", true);

    public static TwinKind Namespaces { get; } = new(2, new ObjectKind("", "v1", "namespaces"), "Namespace", false);

    public static TwinKind Events { get; } = new(3, new ObjectKind("", "v1", "events"), "Event", true);

    public static TwinKind ConfigMaps { get; } = new(4, new ObjectKind("", "v1", "configmaps"), "ConfigMap", true);

    public static TwinKind ServiceAccounts { get; } = new(5, new ObjectKind("", "v1", "serviceaccounts"), "ServiceAccount", true);

    public static TwinKind Services { get; } = new(6, new ObjectKind("", "v1", "services"), "Service", true);

    public static TwinKind Budgets { get; } = new(7, new ObjectKind("policy", "v1", "poddisruptionbudgets"), "PodDisruptionBudget", true);

    public static TwinKind Deployments { get; } = new(8, new ObjectKind("apps", "v1", "deployments"), "Deployment", true);

    public static TwinKind ReplicaSets { get; } = new(9, new ObjectKind("apps", "v1", "replicasets"), "ReplicaSet", true);

    public static TwinKind StatefulSets { get; } = new(10, new ObjectKind("apps", "v1", "statefulsets"), "StatefulSet", true);

    public static TwinKind DaemonSets { get; } = new(11, new ObjectKind("apps", "v1", "daemonsets"), "DaemonSet", true);

    public static TwinKind Leases { get; } = new(12, new ObjectKind("coordination.k8s.io", "v1", "leases"), "Lease", true);

    /// <summary>Documents only: nothing binds volumes in a simulated cluster, but the dump that forecasts read asks for them.</summary>
    public static TwinKind PersistentVolumes { get; } = new(13, new ObjectKind("", "v1", "persistentvolumes"), "PersistentVolume", false);

    /// <summary>Documents only, as volumes.</summary>
    public static TwinKind PersistentVolumeClaims { get; } = new(14, new ObjectKind("", "v1", "persistentvolumeclaims"), "PersistentVolumeClaim", true);

    /// <summary>All kinds, each at its index.</summary>
    public static ImmutableArray<TwinKind> All { get; } =
        [Nodes, Pods, Namespaces, Events, ConfigMaps, ServiceAccounts, Services, Budgets, Deployments, ReplicaSets, StatefulSets, DaemonSets, Leases, PersistentVolumes, PersistentVolumeClaims];

    private static readonly FrozenDictionary<string, TwinKind> ById = All.ToFrozenDictionary(k => k.Id, StringComparer.Ordinal);

    private static readonly FrozenDictionary<ObjectKind, TwinKind> ByKind = All.ToFrozenDictionary(k => k.Kind);

    /// <summary>As journals and pictures name it: <c>apps/v1/deployments</c>.</summary>
    public string Id => $"{Kind.ApiVersion}/{Kind.Plural}";

    /// <summary>As messages name it: <c>deployments.apps</c>.</summary>
    public string Resource => Kind.Group.Length == 0 ? Kind.Plural : $"{Kind.Plural}.{Kind.Group}";

    /// <summary>Whether controllers of pods are of this kind.</summary>
    public bool IsWorkload => Index is >= 8 and <= 11;

    /// <summary>The kind of an id.</summary>
    public static TwinKind Of(string id) => ById[id];

    /// <summary>The kind of a path.</summary>
    /// <exception cref="ArgumentException">Twins do not have it; nobody should have asked.</exception>
    public static TwinKind Of(ObjectKind kind) =>
        ByKind.GetValueOrDefault(kind) ?? throw new ArgumentException($"The simulated cluster's API has no {kind.Plural} of {kind.ApiVersion}; it has {string.Join(", ", All.Select(k => k.Resource))}.", nameof(kind));
}
