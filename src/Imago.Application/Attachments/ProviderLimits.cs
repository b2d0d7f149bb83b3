using System.Collections.Immutable;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Application.Attachments;

/// <summary>What a node provider says it can do and has room for, as it is noted beside the attachment of the cluster.</summary>
/// <remarks>Rules: UP-25, UP-31.</remarks>
public sealed record ProviderLimits
{
    /// <summary>What agents on the nodes can do: no machine is made or deleted by them (UP-31).</summary>
    public static ProviderLimits OfAgents { get; } = new() { CanSurge = false, InPlace = true };

    /// <summary>Whether it can make and delete surge nodes.</summary>
    public bool CanSurge { get; init; } = true;

    /// <summary>Whether it patches machines in place instead of giving them new disks.</summary>
    public bool InPlace { get; init; }

    /// <summary>Whether it says that it reboots nodes (CH-13).</summary>
    public bool Reboots { get; init; }

    /// <summary>Most nodes of a pool, surge included; null: it does not say.</summary>
    public int? LargestPool { get; init; }

    /// <summary>Pools with a limit of their own.</summary>
    public ImmutableSortedDictionary<string, int> Pools { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>Most nodes of a pool, surge included; null: it does not say.</summary>
    public int? LargestPoolOf(string pool) => Pools.TryGetValue(pool, out var limit) ? limit : LargestPool;

    /// <summary>What plans of a pool may count on. Without surge nodes it is upgraded in place (UP-31).</summary>
    public ProviderCapabilities For(string pool) => new(CanSurge, LargestPoolOf(pool) ?? ProviderCapabilities.Default.SizeLimit) { InPlace = InPlace, Reboots = Reboots };
}
