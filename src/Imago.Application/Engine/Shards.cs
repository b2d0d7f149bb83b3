using Imago.Domain;

namespace Imago.Application.Engine;

/// <summary>Clusters are spread over a fixed number of shards; a shard is worked on by one process at a time.</summary>
public static class Shards
{
    /// <summary>Number of shards. Stored with every wake: it never changes for an existing database.</summary>
    public const int Count = 64;

    /// <summary>The shard of a cluster, by its key.</summary>
    public static int Of(string clusterKey) => (int)(StableHash.Of(clusterKey) % Count);
}
