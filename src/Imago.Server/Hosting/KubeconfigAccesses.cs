using Imago.Api.Credentials;
using Imago.Kubernetes.Serving.Access;

namespace Imago.Server.Hosting;

/// <summary>Where a cluster's Kubernetes API is: below this server's address, by the cluster's key.</summary>
internal sealed class KubeconfigAccesses(ServerAddress address, ClusterTokens tokens, string? authorityPem) : IKubeconfigSource
{
    public const string Path = "/kubernetes";

    public ValueTask<KubeconfigAccess> AccessAsync(string clusterKey, bool admin, string caller, CancellationToken cancellation)
    {
        var token = tokens.Make(new TwinCaller(clusterKey, caller, admin ? ClusterRole.Admin : ClusterRole.User));
        return ValueTask.FromResult(new KubeconfigAccess(new Uri($"{address.Text}{Path}{clusterKey}"), authorityPem, token));
    }
}
