using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Imago.Application.Twins;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Events;
using Imago.Simulation.Serving.Pools;
using Imago.Simulation.Worlds;

namespace Imago.Simulation.Serving.Journal;

/// <summary>
/// Something that reached a served world from outside and changed it. Everything else that happens in it follows: from its beginning, and from what was called
/// at which instant.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(Created), "create")]
[JsonDerivedType(typeof(Settled), "settings")]
[JsonDerivedType(typeof(Shaped), "shape")]
[JsonDerivedType(typeof(NodeUpdated), "node")]
[JsonDerivedType(typeof(Evicted), "evict")]
[JsonDerivedType(typeof(Deleted), "delete")]
[JsonDerivedType(typeof(Asked), "provider")]
[JsonDerivedType(typeof(Recorded), "record")]
[JsonDerivedType(typeof(ObjectCreated), "createObject")]
[JsonDerivedType(typeof(ObjectReplaced), "replaceObject")]
[JsonDerivedType(typeof(ObjectDeleted), "deleteObject")]
[JsonDerivedType(typeof(EvictionAsked), "evictObject")]
[JsonDerivedType(typeof(Told), "tell")]
internal abstract record WorldCall
{
    private WorldCall()
    {
    }

    /// <summary>The world begins.</summary>
    public sealed record Created(ServedFacts Facts, ulong Seed, WorldSettings Settings) : WorldCall;

    /// <summary>The server was started with other settings: they hold from here on, what is under way keeps its durations.</summary>
    public sealed record Settled(WorldSettings Settings) : WorldCall;

    /// <summary>The pools are to be like this.</summary>
    public sealed record Shaped(ShapeOrder Order) : WorldCall;

    public sealed record NodeUpdated(string Node, string Version, NodeUpdate Update) : WorldCall;

    public sealed record Evicted(ObjectKey Pod, string Uid) : WorldCall;

    public sealed record Deleted(ObjectKey Pod, string Uid) : WorldCall;

    public sealed record Asked(ProviderRequest Request) : WorldCall;

    /// <summary>A rollout record was written.</summary>
    /// <param name="Pool">Its pool.</param>
    /// <param name="Expected">The version that had to be stored.</param>
    /// <param name="Patch">What it says that the stored one does not.</param>
    public sealed record Recorded(string Pool, string? Expected, JsonElement Patch) : WorldCall;

    /// <summary>A client of the cluster's API created an object.</summary>
    /// <param name="Kind">Its kind: <c>apps/v1/deployments</c>.</param>
    /// <param name="Document">What it wrote.</param>
    public sealed record ObjectCreated(string Kind, JsonElement Document) : WorldCall;

    /// <summary>A client of the cluster's API replaced an object, or a part of it.</summary>
    /// <param name="Kind">Its kind.</param>
    /// <param name="Subresource">The part; null: all of it.</param>
    /// <param name="Document">What it wrote.</param>
    public sealed record ObjectReplaced(string Kind, string? Subresource, JsonElement Document) : WorldCall;

    /// <summary>A client of the cluster's API deleted an object.</summary>
    public sealed record ObjectDeleted(string Kind, ObjectKey Key, DeletionAsked How) : WorldCall;

    /// <summary>A client of the cluster's API, other than the engine of this cluster, asked to evict a pod.</summary>
    public sealed record EvictionAsked(ObjectKey Pod, DeletionAsked How) : WorldCall;

    /// <summary>Upgrades told what they do.</summary>
    public sealed record Told(ImmutableArray<ClusterEvent> Events) : WorldCall;
}
