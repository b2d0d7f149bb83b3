namespace Imago.Domain.Clusters.Pools;

/// <summary>A node's pool and how it was found.</summary>
/// <param name="Pool">Name of the pool.</param>
/// <param name="Source">How it was found, for people: <c>label agentpool</c>.</param>
/// <param name="Managed">Whether node OS upgrades of the node are ours at all; false for control-plane and virtual nodes and those nobody chose.</param>
/// <param name="AutoProvisioned">Whether a node auto-provisioner made the node and replaces it by itself.</param>
/// <remarks>Rules: CH-89.</remarks>
public sealed record PoolMembership(string Pool, string Source, bool Managed = true, bool AutoProvisioned = false);

/// <summary>A pool that the user chose by a label selector.</summary>
/// <param name="Name">Name of the pool.</param>
/// <param name="Text">The selector as it was written.</param>
/// <param name="Selector">The selector as it was read.</param>
public sealed record ChosenPool(string Name, string Text, LabelSelector Selector);
