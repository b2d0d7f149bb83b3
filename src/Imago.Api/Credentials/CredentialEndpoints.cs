using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Imago.Api.Activities;
using Imago.Api.Clusters;
using Imago.Api.Extensions;
using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Api.Subscriptions;
using Imago.Application.Storage;
using Imago.Contracts.Errors;

namespace Imago.Api.Credentials;

/// <summary>Hands out kubeconfigs (AZ-12, AZ-57).</summary>
internal sealed partial class CredentialEndpoints(IStore store, Scopes scopes, IKubeconfigSource source) : IRouteSource
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
        new("POST", ExtensionRoutes.Base + "/listNodeCredential", "Clusters_ListNodeCredential", VersionSet.Imago, ListForNodeAsync)
        {
            Summary = "A kubeconfig for one machine, with which it can be one node and nothing else.",
            Body = BodyUse.Required,
            BodySchema = "NodeCredential",
            AnswerSchema = "CredentialResults",
            Operation = OperationNames.NodeCredential,
        },
    ];

    // AZ-12
    private async ValueTask<ApiAnswer> ListAsync(ApiRequest request, bool admin)
    {
        var (cluster, refusal) = await FindAsync(request, isStatic: admin);
        if (cluster is null)
        {
            return refusal!;
        }

        var access = await source.AccessAsync(cluster.Cluster.Key, admin, request.Caller, request.Cancellation);
        var role = admin ? "clusterAdmin" : "clusterUser";
        return await HandOutAsync(request, cluster, role, $"{role}_{request.Group}_{ClusterResources.NameOf(cluster.Cluster)}", access);
    }

    private async ValueTask<ApiAnswer> ListForNodeAsync(ApiRequest request)
    {
        var (body, problems) = ExtensionSchemas.Read(ExtensionSchemas.NodeCredential, request);
        var node = (string?)body["node"] ?? "";
        if (problems.IsEmpty && (node.Length > 253 || !NodeName().IsMatch(node)))
        {
            problems = [new ArmError(ErrorCodes.InvalidParameter, $"'{Problems.Quoted(node)}' is no name of a node. Write up to 253 lower case letters, digits, '-' and '.', which begin and end with a letter or digit.", "node")];
        }

        if (!problems.IsEmpty)
        {
            return Problems.BadRequest(problems);
        }

        // A machine has no account of its own anywhere: what it gets is as static as an administrator's.
        var (cluster, refusal) = await FindAsync(request, isStatic: true);
        if (cluster is null)
        {
            return refusal!;
        }

        var access = await source.NodeAccessAsync(cluster.Cluster.Key, node, request.Cancellation);
        return await HandOutAsync(request, cluster, "node", $"system:node:{node}", access);
    }

    private async ValueTask<(ClusterResources? Cluster, ApiAnswer? Refusal)> FindAsync(ApiRequest request, bool isStatic)
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        if (refusal is not null)
        {
            return (null, refusal);
        }

        if (cluster!.Attachment is not null)
        {
            // What was given to reach it was given to the server, for its own use.
            return (null, Problems.Of(400, "BadRequest", $"Cluster '{ClusterResources.NameOf(cluster.Cluster)}' is attached: its kubeconfig is its owner's, and is never handed out. Use the one that the cluster itself, or its distribution, gives you."));
        }

        return isStatic && (bool?)JsonNode.Parse(cluster.Cluster.Document)?["properties"]?["disableLocalAccounts"] is true
            ? (null, Problems.Of(400, "BadRequest", $"Getting static credential is not allowed because cluster '{ClusterResources.NameOf(cluster.Cluster)}' is set to disable local accounts."))
            : (cluster, null);
    }

    private async ValueTask<ApiAnswer> HandOutAsync(ApiRequest request, ClusterResources cluster, string role, string user, KubeconfigAccess access)
    {
        // Whoever holds it is on the cluster: that it was handed out belongs into the log, before it is.
        await store.CommitAsync(new StoreBatch { Activities = [ActivityJournal.Succeeded(request, cluster.Cluster.Id)] }, request.Cancellation);
        var kubeconfig = Kubeconfig.Of(ClusterResources.NameOf(cluster.Cluster), user, access);
        return ApiAnswer.Ok(new JsonObject
        {
            ["kubeconfigs"] = new JsonArray(new JsonObject { ["name"] = role, ["value"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(kubeconfig)) }),
        });
    }

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NodeName();
}
