using System.Text.Json.Serialization.Metadata;
using Imago.Application.Twins;

namespace Imago.Kubernetes.Objects;

/// <summary>How one kind of object is found and read.</summary>
/// <param name="Kind">Its group, version and name in paths.</param>
/// <param name="Name">What <c>kind</c> says.</param>
/// <param name="Json">Reads and writes one.</param>
/// <param name="ListJson">Reads pages.</param>
public sealed record ResourceType<T>(ObjectKind Kind, string Name, JsonTypeInfo<T> Json, JsonTypeInfo<ObjectList<T>> ListJson)
    where T : KubernetesObject
{
    /// <summary>Whether only the metadata are asked for; the API then leaves out everything else.</summary>
    public bool MetadataOnly { get; init; }

    /// <summary>For logs and metrics.</summary>
    public override string ToString() => Kind.Group.Length == 0 ? Kind.Plural : $"{Kind.Plural}.{Kind.Group}";
}

/// <summary>The kinds that Imago works with.</summary>
public static class ResourceTypes
{
    public static ResourceType<KubernetesNode> Nodes { get; } = new(new("", "v1", "nodes"), "Node", KubernetesJson.Default.KubernetesNode, KubernetesJson.Default.ObjectListKubernetesNode);

    public static ResourceType<KubernetesPod> Pods { get; } = new(new("", "v1", "pods"), "Pod", KubernetesJson.Default.KubernetesPod, KubernetesJson.Default.ObjectListKubernetesPod);

    public static ResourceType<KubernetesBudget> Budgets { get; } = new(new("policy", "v1", "poddisruptionbudgets"), "PodDisruptionBudget", KubernetesJson.Default.KubernetesBudget, KubernetesJson.Default.ObjectListKubernetesBudget);

    public static ResourceType<Workload> Deployments { get; } = Workloads("deployments", "Deployment");

    public static ResourceType<Workload> DaemonSets { get; } = Workloads("daemonsets", "DaemonSet");

    public static ResourceType<Workload> StatefulSets { get; } = Workloads("statefulsets", "StatefulSet");

    public static ResourceType<Workload> ReplicaSets { get; } = Workloads("replicasets", "ReplicaSet");

    /// <summary>Replica sets, for their owners only: there are many, and their templates are long.</summary>
    public static ResourceType<PartialObject> ReplicaSetOwners { get; } = MetadataOf(new("apps", "v1", "replicasets"), "ReplicaSet");

    public static ResourceType<PartialObject> Namespaces { get; } = MetadataOf(new("", "v1", "namespaces"), "Namespace");

    public static ResourceType<ConfigMap> ConfigMaps { get; } = new(new("", "v1", "configmaps"), "ConfigMap", KubernetesJson.Default.ConfigMap, KubernetesJson.Default.ObjectListConfigMap);

    public static ResourceType<Lease> Leases { get; } = new(new("coordination.k8s.io", "v1", "leases"), "Lease", KubernetesJson.Default.Lease, KubernetesJson.Default.ObjectListLease);

    public static ResourceType<KubernetesEvent> Events { get; } = new(new("", "v1", "events"), "Event", KubernetesJson.Default.KubernetesEvent, KubernetesJson.Default.ObjectListKubernetesEvent);

    internal static ResourceType<SelfSubjectAccessReview> AccessReviews { get; } = new(
        new("authorization.k8s.io", "v1", "selfsubjectaccessreviews"), "SelfSubjectAccessReview", KubernetesJson.Default.SelfSubjectAccessReview, KubernetesJson.Default.ObjectListSelfSubjectAccessReview);

    /// <summary>The metadata of any kind.</summary>
    public static ResourceType<PartialObject> MetadataOf(ObjectKind kind, string name) =>
        new(kind, name, KubernetesJson.Default.PartialObject, KubernetesJson.Default.ObjectListPartialObject) { MetadataOnly = true };

    private static ResourceType<Workload> Workloads(string plural, string name) => new(new("apps", "v1", plural), name, KubernetesJson.Default.Workload, KubernetesJson.Default.ObjectListWorkload);
}
