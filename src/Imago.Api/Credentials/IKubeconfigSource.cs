namespace Imago.Api.Credentials;

/// <summary>Where a cluster's Kubernetes API is, whom to trust and who one is there.</summary>
/// <param name="Server">Absolute https address of the cluster's Kubernetes API.</param>
/// <param name="AuthorityPem">The certificate to trust, as PEM; null: one that the machine trusts already.</param>
/// <param name="Token">A bearer token for it.</param>
public sealed record KubeconfigAccess(Uri Server, string? AuthorityPem, string Token);

/// <summary>Hands out access to the Kubernetes APIs of clusters.</summary>
public interface IKubeconfigSource
{
    /// <summary>Access to a cluster.</summary>
    /// <param name="clusterKey">The cluster; it exists.</param>
    /// <param name="admin">Whether the token may do everything there (<c>listClusterAdminCredential</c>).</param>
    /// <param name="caller">For whom, for the token's subject.</param>
    /// <param name="cancellation">Cancels.</param>
    ValueTask<KubeconfigAccess> AccessAsync(string clusterKey, bool admin, string caller, CancellationToken cancellation);

    /// <summary>Access to a cluster for one machine that is, or will be, a node of it: only to what is its own.</summary>
    /// <param name="clusterKey">The cluster; it exists.</param>
    /// <param name="node">Name of the node; it need not exist.</param>
    /// <param name="cancellation">Cancels.</param>
    ValueTask<KubeconfigAccess> NodeAccessAsync(string clusterKey, string node, CancellationToken cancellation);
}
