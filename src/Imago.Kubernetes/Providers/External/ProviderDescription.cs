using System.Collections.Immutable;
using Imago.Application.Attachments;

namespace Imago.Kubernetes.Providers.External;

/// <summary>What a provider says of itself.</summary>
/// <param name="Name">What it calls itself.</param>
/// <param name="Version">Its version.</param>
/// <param name="Verbs">What it can do: <c>Create</c>, <c>Reimage</c>, <c>Delete</c>, <c>Reboot</c>.</param>
/// <param name="DryRun">Whether a request can be tried without being carried out.</param>
/// <param name="LongPolling">Whether it waits for news when asked to.</param>
/// <param name="NamesNodes">Whether it chooses the names of nodes itself; Imago cannot use such a provider, because it notes names before nodes are made.</param>
/// <param name="RetentionDays">For how many days it remembers operations that have ended.</param>
/// <param name="LargestPool">Most nodes of a pool, surge included (UP-25); null: it does not say.</param>
/// <param name="Pools">Pools with a limit of their own.</param>
public sealed record ProviderDescription(
    string Name, string Version, ImmutableArray<string> Verbs, bool DryRun, bool LongPolling, bool NamesNodes, int RetentionDays, int? LargestPool, ImmutableSortedDictionary<string, int> Pools)
{
    /// <summary>The version of the protocol that Imago speaks.</summary>
    public const int Protocol = 1;

    /// <summary>What is noted of it for plans. Surge nodes need both verbs.</summary>
    public ProviderLimits Limits => new()
    {
        CanSurge = Verbs.Contains("Create", StringComparer.Ordinal) && Verbs.Contains("Delete", StringComparer.Ordinal),
        Reboots = Verbs.Contains("Reboot", StringComparer.Ordinal),
        LargestPool = LargestPool,
        Pools = Pools,
    };
}
