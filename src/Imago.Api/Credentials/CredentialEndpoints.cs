using System.Text;
using System.Text.Json.Nodes;
using Imago.Api.Activities;
using Imago.Api.Clusters;
using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Api.Subscriptions;
using Imago.Application.Storage;

namespace Imago.Api.Credentials;

/// <summary>Hands out kubeconfigs (AZ-12, AZ-57).</summary>
internal sealed class CredentialEndpoints(IStore store, Scopes scopes, IKubeconfigSource source) : IRouteSource
{
    public IEnumerable<ApiRoute> Routes =>
    [
        new("POST", ClusterRoutes.One + "/listClusterUserCredential", "ManagedClusters_ListClusterUserCredentials", VersionSet.ContainerService, r => ListAsync(r, admin: false))
        {
            Summary = "A kubeconfig for the caller.", AnswerSchema = "CredentialResults", Operation = OperationNames.UserCredential,
        },
        new("POST", ClusterRoutes.One + "/listClusterAdminCredential", "ManagedClusters_ListClusterAdminCredentials", VersionSet.ContainerService, r => ListAsync(r, admin: true))
        {
            Summary = "A kubeconfig that may do everything.", AnswerSchema = "CredentialResults", Operation = OperationNames.AdminCredential,
        },
    ];

    // AZ-12
    private async ValueTask<ApiAnswer> ListAsync(ApiRequest request, bool admin)
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        if (refusal is not null)
        {
            return refusal;
        }

        if (cluster!.Attachment is not null)
        {
            // What was given to reach it was given to the server, for its own use.
            return Problems.Of(400, "BadRequest", $"Cluster '{ClusterResources.NameOf(cluster.Cluster)}' is attached: its kubeconfig is its owner's, and is never handed out. Use the one that the cluster itself, or its distribution, gives you.");
        }

        if (admin && (bool?)JsonNode.Parse(cluster.Cluster.Document)?["properties"]?["disableLocalAccounts"] is true)
        {
            return Problems.Of(400, "BadRequest", $"Getting static credential is not allowed because cluster '{ClusterResources.NameOf(cluster.Cluster)}' is set to disable local accounts.");
        }

        var access = await source.AccessAsync(cluster.Cluster.Key, admin, request.Caller, request.Cancellation);

        // Whoever holds it is on the cluster: that it was handed out belongs into the log, before it is.
        await store.CommitAsync(new StoreBatch { Activities = [ActivityJournal.Succeeded(request, cluster.Cluster.Id)] }, request.Cancellation);
        var role = admin ? "clusterAdmin" : "clusterUser";
        var name = ClusterResources.NameOf(cluster.Cluster);
        var kubeconfig = Kubeconfig.Of(name, $"{role}_{request.Group}_{name}", access);
        return ApiAnswer.Ok(new JsonObject
        {
            ["kubeconfigs"] = new JsonArray(new JsonObject { ["name"] = role, ["value"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(kubeconfig)) }),
        });
    }
}
