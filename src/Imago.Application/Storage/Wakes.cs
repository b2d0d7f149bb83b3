using NodaTime;

namespace Imago.Application.Storage;

/// <summary>When a cluster is to be looked at next.</summary>
/// <param name="ClusterKey">The cluster.</param>
/// <param name="Shard">The shard it belongs to; follows from the key.</param>
/// <param name="At">When; null: only when something changes.</param>
/// <param name="Generation">Grows with every change that somebody else than the engine makes; a pass that began before such a change must not put the wake off.</param>
public sealed record ClusterWake(string ClusterKey, int Shard, Instant? At, long Generation);

/// <summary>The right to act on one cluster, as the store holds it. The epoch grows with every change of holder and is checked on each write under it.</summary>
public sealed record StoredLease(string ClusterKey, string Holder, long Epoch, Instant ExpiresAt);
