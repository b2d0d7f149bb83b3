using Imago.Api.Credentials;
using Imago.Kubernetes.Serving.Access;

namespace Imago.Server.Hosting;

/// <summary>Where a cluster's Kubernetes API is: below this server's address, by the cluster's key.</summary>
internal sealed class KubeconfigAccesses(ServerAddress address, ClusterTokens tokens, string? authorityPem) : IKubeconfigSource
{
    public const string Path = "/kubernetes";

    public ValueTask<KubeconfigAccess> AccessAsync(string clusterKey, bool admin, string caller, CancellationToken cancellation) =>
        ValueTask.FromResult(Of(new TwinCaller(clusterKey, caller, admin ? ClusterRole.Admin : ClusterRole.User)));

    public ValueTask<KubeconfigAccess> NodeAccessAsync(string clusterKey, string node, CancellationToken cancellation) =>
        ValueTask.FromResult(Of(TwinCaller.OfNode(clusterKey, node)));

    private KubeconfigAccess Of(TwinCaller caller) => new(new Uri($"{address.Text}{Path}{caller.Cluster}"), authorityPem, tokens.Make(caller));
}
