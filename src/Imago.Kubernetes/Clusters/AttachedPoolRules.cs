using System.Collections.Immutable;
using Imago.Application.Attachments;
using Imago.Application.Ports;
using Imago.Domain.Clusters.Pools;
using Imago.Kubernetes.Transport;

namespace Imago.Kubernetes.Clusters;

/// <summary>Makes the client of an attached cluster. Nothing is sent yet.</summary>
/// <exception cref="ConnectionException">The attachment cannot be used; the message says why.</exception>
public delegate KubernetesClient ConnectCluster(Attachment attachment);

/// <summary>How the nodes of an attached cluster are told apart.</summary>
internal static class AttachedPoolRules
{
    /// <summary>By the selectors of the attachment, or else by the usual labels.</summary>
    /// <exception cref="ConnectionException">A selector cannot be read.</exception>
    public static PoolOf Of(Attachment attachment)
    {
        if (attachment.Pools.IsDefaultOrEmpty)
        {
            return (labels, annotations) => PoolRules.Of(labels, annotations);
        }

        var pools = Chosen(attachment);
        return (labels, annotations) => PoolRules.Chosen(labels, annotations, pools);
    }

    /// <summary>The pools that an attachment names; empty: none.</summary>
    /// <exception cref="ConnectionException">A selector cannot be read.</exception>
    public static ImmutableArray<ChosenPool> Chosen(Attachment attachment)
    {
        var chosen = ImmutableArray.CreateBuilder<ChosenPool>();
        foreach (var pool in attachment.Pools.IsDefault ? [] : attachment.Pools)
        {
            chosen.Add(LabelSelectorText.TryRead(pool.Selector, out var selector, out var problem)
                ? new ChosenPool(pool.Name, pool.Selector, selector)
                : throw new ConnectionException($"Pool '{pool.Name}': {problem}"));
        }

        return chosen.ToImmutable();
    }

    /// <summary>Whether two attachments reach the same cluster in the same way.</summary>
    public static bool IsSame(Attachment one, Attachment other) =>
        one with { Pools = [] } == other with { Pools = [] }
        && (one.Pools.IsDefaultOrEmpty ? other.Pools.IsDefaultOrEmpty : !other.Pools.IsDefaultOrEmpty && one.Pools.SequenceEqual(other.Pools));
}
