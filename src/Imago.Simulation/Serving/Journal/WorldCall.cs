using System.Text.Json;
using System.Text.Json.Serialization;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
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
}
