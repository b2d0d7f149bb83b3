using System.Collections.Immutable;

namespace Imago.Application.Attachments;

/// <summary>How to reach a cluster that Imago did not make.</summary>
/// <param name="ClusterKey">Its key.</param>
/// <param name="Kubeconfig">The kubeconfig as text, self-contained. A secret: never logged, encrypted where it is stored.</param>
/// <param name="Context">The context to use; null: the current one.</param>
/// <param name="Pools">How its nodes are told apart; empty: by the usual labels.</param>
/// <param name="Provider">Who makes and reimages its nodes; null: nobody, so that channels which reimage are not possible.</param>
public sealed record Attachment(string ClusterKey, string Kubeconfig, string? Context, ImmutableArray<PoolSelector> Pools, ProviderAccess? Provider)
{
    /// <summary>Imago's namespace in a cluster. It is the same everywhere, so that all servers meet at one lease; a choice would let two of them work on a cluster at once.</summary>
    public const string OwnNamespace = "imago-system";

    /// <summary>Namespace of the records and the lease in the cluster.</summary>
    public string Namespace { get; init; } = OwnNamespace;

    /// <summary>Not the secrets.</summary>
    public override string ToString() => $"attachment of {ClusterKey}";
}

/// <summary>A pool that is chosen by labels.</summary>
/// <param name="Name">Name of the pool.</param>
/// <param name="Selector">A label selector as <c>kubectl -l</c> takes it.</param>
public sealed record PoolSelector(string Name, string Selector);

/// <summary>A node provider and how to reach it.</summary>
/// <param name="Kind">One of <see cref="ProviderKinds"/>.</param>
/// <param name="Endpoint">Its address; null: it has none, because it is in the cluster itself.</param>
/// <param name="Token">Its bearer token. A secret.</param>
/// <param name="AuthorityPem">The authority of its certificate; null: those of the system.</param>
public sealed record ProviderAccess(string Kind, Uri? Endpoint, string? Token, string? AuthorityPem)
{
    /// <summary>Not the secrets.</summary>
    public override string ToString() => Endpoint is null ? $"{Kind} provider" : $"{Kind} provider at {Endpoint}";
}

/// <summary>Finds how clusters are reached.</summary>
public interface IAttachments
{
    /// <summary>The attachment of a cluster; null: it is not attached, but simulated.</summary>
    ValueTask<Attachment?> FindAsync(string clusterKey, CancellationToken cancellation);
}

/// <summary>Encrypts what must not lie readable in the store.</summary>
public interface ISecretBox
{
    /// <summary>Encrypts; <paramref name="purpose"/> binds the result to what it is, so that no stored value can take another one's place.</summary>
    byte[] Protect(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> purpose);

    /// <summary>Decrypts; null if another key encrypted it, or it was changed.</summary>
    byte[]? Unprotect(ReadOnlySpan<byte> value, ReadOnlySpan<byte> purpose);
}
