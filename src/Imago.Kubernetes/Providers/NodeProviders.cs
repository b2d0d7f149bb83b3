using System.Collections.Frozen;
using Imago.Application.Attachments;
using Imago.Application.Ports;
using Imago.Kubernetes.Providers.External;
using Imago.Kubernetes.Providers.InPlace;

namespace Imago.Kubernetes.Providers;

/// <summary>Makes the node provider of an attached cluster. Further kinds, such as Cluster API, are added to its table.</summary>
/// <param name="clock">The clock that time-outs and the ages of operations go by.</param>
public sealed class NodeProviders(TimeProvider clock)
{
    private static readonly FrozenDictionary<string, Func<string, ProviderAccess, INodeOrders, TimeProvider, INodeProvider>> Makers =
        new Dictionary<string, Func<string, ProviderAccess, INodeOrders, TimeProvider, INodeProvider>>(StringComparer.OrdinalIgnoreCase)
        {
            [ProviderKinds.External] = (cluster, access, _, clock) => new ExternalProvider(cluster, access, clock),
            [ProviderKinds.InPlace] = (cluster, _, orders, clock) => new InPlaceProvider(cluster, orders, clock),
        }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The kinds that an attachment may name.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [.. Makers.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The provider of a cluster. Whoever makes it disposes it if it is disposable.</summary>
    /// <param name="clusterKey">Key of the cluster.</param>
    /// <param name="access">How to reach it; null: the cluster has none, and what is asked of it fails.</param>
    /// <param name="orders">The cluster's nodes, for a provider that is in the cluster itself.</param>
    /// <exception cref="ConnectionException">It cannot be reached like this; the message says what to change.</exception>
    internal INodeProvider Make(string clusterKey, ProviderAccess? access, INodeOrders orders)
    {
        if (access is null)
        {
            return new NoProvider(clusterKey, clock);
        }

        return Makers.TryGetValue(access.Kind, out var make)
            ? make(clusterKey, access, orders, clock)
            : throw new ConnectionException($"Node provider kind '{access.Kind}' of cluster '{clusterKey}' is not known. Known kinds: {string.Join(", ", Kinds)}. Attach the cluster again with one of them.");
    }
}
