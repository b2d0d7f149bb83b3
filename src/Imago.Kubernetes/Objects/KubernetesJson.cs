using System.Text.Json.Serialization;

namespace Imago.Kubernetes.Objects;

/// <summary>Reads and writes the objects, without reflection.</summary>
/// <remarks>What reads them gives null to each property that the text does not have, past its initial value: so parts that are always there say `value ?? new()`. A node that has just been registered has no status.</remarks>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ObjectList<KubernetesNode>))]
[JsonSerializable(typeof(ObjectList<KubernetesPod>))]
[JsonSerializable(typeof(ObjectList<KubernetesBudget>))]
[JsonSerializable(typeof(ObjectList<Workload>))]
[JsonSerializable(typeof(ObjectList<ConfigMap>))]
[JsonSerializable(typeof(ObjectList<Lease>))]
[JsonSerializable(typeof(ObjectList<KubernetesEvent>))]
[JsonSerializable(typeof(ObjectList<PartialObject>))]
[JsonSerializable(typeof(ObjectList<Eviction>))]
[JsonSerializable(typeof(ObjectList<SelfSubjectAccessReview>))]
[JsonSerializable(typeof(DeleteOptions))]
[JsonSerializable(typeof(Status))]
[JsonSerializable(typeof(VersionInfo))]
internal sealed partial class KubernetesJson : JsonSerializerContext;
