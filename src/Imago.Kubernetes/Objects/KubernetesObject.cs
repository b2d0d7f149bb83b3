using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Imago.Domain.Clusters;
using NodaTime;

namespace Imago.Kubernetes.Objects;

/// <summary>
/// An object of the Kubernetes API, with only those fields that Imago uses. Fields that are not here are skipped while reading and therefore must never be written back
/// with a replace: objects that others may have filled are changed with patches.
/// </summary>
public abstract record KubernetesObject
{
    /// <summary>Set when it is sent; what is read carries it only outside of lists.</summary>
    [JsonConverter(typeof(PooledTextConverter))]
    public string? Kind { get; init; }

    /// <summary>Set when it is sent; what is read carries it only outside of lists.</summary>
    [JsonConverter(typeof(PooledTextConverter))]
    public string? ApiVersion { get; init; }

    public ObjectMeta Metadata { get; init => field = value ?? new(); } = new();

    /// <summary>Namespace (empty for kinds without one) and name.</summary>
    [JsonIgnore]
    public ObjectKey Key => new(Metadata.Namespace ?? "", Metadata.Name ?? "");
}

/// <summary>What all objects have.</summary>
public sealed record ObjectMeta
{
    public string? Name { get; init; }

    /// <summary>Asks the API to make up a name that begins so.</summary>
    public string? GenerateName { get; init; }

    [JsonConverter(typeof(PooledTextConverter))]
    public string? Namespace { get; init; }

    public string? Uid { get; init; }

    /// <summary>Opaque; sent back, it is the precondition that nothing has changed since.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Counts the changes of what is wanted.</summary>
    public long? Generation { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public Instant? CreationTimestamp { get; init; }

    /// <summary>When it is to be gone; set means that its deletion has begun.</summary>
    [JsonConverter(typeof(SecondsConverter))]
    public Instant? DeletionTimestamp { get; init; }

    /// <summary>Labels. Equal sets are one instance as a rule, because the pods of a workload are many.</summary>
    [JsonIgnore]
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    [JsonIgnore]
    public ImmutableDictionary<string, string> Annotations { get; init; } = ImmutableDictionary<string, string>.Empty;

    public IReadOnlyList<OwnerReference>? OwnerReferences { get; init; }

    /// <summary>The owner that controls it; null: none.</summary>
    [JsonIgnore]
    public OwnerReference? Controller => OwnerReferences?.FirstOrDefault(o => o.Controller == true);

    // An empty set is not written, as no client writes one.
    [JsonInclude]
    [JsonPropertyName("labels")]
    [JsonConverter(typeof(LabelsConverter))]
    internal ImmutableDictionary<string, string>? LabelsOnTheWire { get => Labels.IsEmpty ? null : Labels; init => Labels = value ?? Labels; }

    [JsonInclude]
    [JsonPropertyName("annotations")]
    [JsonConverter(typeof(AnnotationsConverter))]
    internal ImmutableDictionary<string, string>? AnnotationsOnTheWire { get => Annotations.IsEmpty ? null : Annotations; init => Annotations = value ?? Annotations; }
}

/// <summary>What an object belongs to.</summary>
public sealed record OwnerReference
{
    [JsonConverter(typeof(PooledTextConverter))]
    public string? ApiVersion { get; init; }

    [JsonConverter(typeof(PooledTextConverter))]
    public string Kind { get; init; } = "";

    [JsonConverter(typeof(PooledTextConverter))]
    public string Name { get; init; } = "";

    [JsonConverter(typeof(PooledTextConverter))]
    public string? Uid { get; init; }

    public bool? Controller { get; init; }
}

/// <summary>One condition of a node, a pod or a budget.</summary>
public sealed record Condition
{
    [JsonConverter(typeof(PooledTextConverter))]
    public string Type { get; init; } = "";

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    [JsonConverter(typeof(PooledTextConverter))]
    public string Status { get; init; } = "";

    [JsonConverter(typeof(PooledTextConverter))]
    public string? Reason { get; init; }

    /// <summary>Since when the status is what it is.</summary>
    [JsonConverter(typeof(SecondsConverter))]
    public Instant? LastTransitionTime { get; init; }
}

/// <summary>One page of a list, or all of it.</summary>
public sealed record ObjectList<T>
{
    public ListMeta Metadata { get; init => field = value ?? new(); } = new();

    /// <summary>The items; null on the wire for none.</summary>
    public List<T>? Items { get; init; }
}

/// <summary>What lists have.</summary>
public sealed record ListMeta
{
    /// <summary>The version at which the list was so; a watch goes on from it.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Asks for the next page; null or empty: this was the last one.</summary>
    public string? Continue { get; init; }

    public long? RemainingItemCount { get; init; }
}

/// <summary>Any object of which only the metadata are asked for.</summary>
public sealed record PartialObject : KubernetesObject;
