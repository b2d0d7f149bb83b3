using Imago.Api.Activities;
using Imago.Api.Admission;
using Imago.Api.Clusters;
using Imago.Api.Documents;
using Imago.Api.Operations;
using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Api.Subscriptions;
using Imago.Api.Writing;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Contracts.Errors;
using Imago.Domain.Channels;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Api.Pools;

/// <summary>Reading, upgrading and deleting agent pools (EV-71, EV-72).</summary>
internal sealed class PoolEndpoints(IStore store, Scopes scopes, Commits commits, OperationLinks links, KubernetesCalendar calendar) : IRouteSource
{
    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", ClusterRoutes.Pools, "AgentPools_List", VersionSet.ContainerService, ListAsync) { Summary = "All pools of a cluster.", AnswerSchema = "AgentPoolListResult" },
        new("GET", ClusterRoutes.Pool, "AgentPools_Get", VersionSet.ContainerService, GetAsync) { Summary = "One pool.", AnswerSchema = "AgentPool" },
        new("DELETE", ClusterRoutes.Pool, "AgentPools_Delete", VersionSet.ContainerService, DeleteAsync)
        {
            Summary = "Deletes a pool and its nodes.", Successes = [202, 204], Operation = OperationNames.PoolDelete,
        },
        new("POST", ClusterRoutes.Pool + "/upgradeNodeImageVersion", "AgentPools_UpgradeNodeImageVersion", VersionSet.ContainerService, UpgradeAsync)
        {
            Summary = "Moves the nodes of a pool to the newest node image, now. Several pools of a cluster are taken in turn.",
            AnswerSchema = "AgentPool",
            Successes = [202],
            Operation = OperationNames.PoolUpgrade,
        },
    ];

    public static ApiAnswer NotFound(ApiRequest request) =>
        Problems.ResourceNotFound($"{ResourceTypes.ManagedCluster}/{request.Cluster}/agentPools/{request["pool"]}", request.Group);

    // AZ-15
    private async ValueTask<ApiAnswer> ListAsync(ApiRequest request)
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        return refusal ?? Paging.Answer(
            request,
            [.. cluster!.Pools.OrderBy(p => p.Key, StringComparer.Ordinal)],
            p => WireDocuments.AgentPool(p, cluster.Status.Running, request.ApiVersion!.Value));
    }

    private async ValueTask<ApiAnswer> GetAsync(ApiRequest request)
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        return refusal ?? (cluster!.Pool(request["pool"]) is { } pool
            ? ApiAnswer.Ok(WireDocuments.AgentPool(pool, cluster.Status.Running, request.ApiVersion!.Value)).WithETag(ETags.Of(pool))
            : NotFound(request));
    }

    // AZ-24
    private ValueTask<ApiAnswer> DeleteAsync(ApiRequest request) => commits.RunAsync(request, async () =>
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        if (refusal is not null)
        {
            return Attempt.Only(refusal);
        }

        var pool = cluster!.Pool(request["pool"]);
        if (Preconditions.RefusalOf(request, pool) is { } refused)
        {
            return Attempt.Only(refused);
        }

        if (pool is null)
        {
            return Attempt.Only(ApiAnswer.Nothing());
        }

        var name = ClusterResources.NameOf(pool);
        if (cluster.Attachment is not null)
        {
            return Attempt.Only(Problems.NotAllowedNow(
                $"Node pool '{name}' cannot be deleted: cluster '{request.Cluster}' is attached, and Imago deletes no nodes of it. Remove its nodes from the cluster itself; its resource goes some time later."));
        }

        var open = await store.OpenOperationsAsync(cluster.Cluster.Key, request.Cancellation);
        if (open.FirstOrDefault(o => o.Kind == OperationKind.DeletePool && name.Equals(o.Pool, StringComparison.OrdinalIgnoreCase)) is { } going)
        {
            return Attempt.Only(links.Accepted(request, ApiAnswer.Nothing(202), going));
        }

        if (ClusterState.RefusalOf(cluster, open) is { } busy)
        {
            return Attempt.Only(busy);
        }

        if (!cluster.Pools.Any(p => p.Key != pool.Key && PoolDocument.Of(p).Mode == PoolMode.System) && PoolDocument.Of(pool).Mode == PoolMode.System)
        {
            return Attempt.Only(Problems.Of(
                400, ErrorCodes.InvalidParameter, $"Node pool '{name}' is the last one of mode System; a cluster needs one. Add another System pool first, or delete the cluster.", "mode"));
        }

        return Begin(request, cluster, pool, OperationKind.DeletePool, ProvisioningState.Deleting, operation => links.Accepted(request, ApiAnswer.Nothing(202), operation));
    });

    // AZ-19, AZ-21
    private ValueTask<ApiAnswer> UpgradeAsync(ApiRequest request) => commits.RunAsync(request, async () =>
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        if (refusal is not null)
        {
            return Attempt.Only(refusal);
        }

        if (cluster!.Pool(request["pool"]) is not { } pool)
        {
            return Attempt.Only(NotFound(request));
        }

        var name = ClusterResources.NameOf(pool);
        var open = await store.OpenOperationsAsync(cluster.Cluster.Key, request.Cancellation);
        if ((RefusalOfProvider(cluster, request) ?? ClusterState.RefusalOfImageUpgrade(cluster, name, open) ?? RefusalOfVersion(cluster, request)) is { } refused)
        {
            return Attempt.Only(refused);
        }

        return Begin(request, cluster, pool, OperationKind.UpgradeNodeImage, ProvisioningState.UpgradingNodeImageVersion, operation =>
        {
            var after = pool with { Status = StatusText.Write(StatusText.ReadPool(pool.Status) with { ProvisioningState = ProvisioningState.UpgradingNodeImageVersion, ProvisioningError = null }) };
            return links.Accepted(request, new ApiAnswer(202, WireDocuments.AgentPool(after, running: true, request.ApiVersion!.Value)), operation);
        });
    });

    private static ApiAnswer? RefusalOfProvider(ClusterResources cluster, ApiRequest request) => AttachedRules.Of(cluster.All) is { HasProvider: false }
        ? Problems.Of(400, ErrorCodes.NotSupported, $"Cluster '{request.Cluster}' is attached without a node provider, so nobody can reimage its nodes. Attach it again with a provider (imago cluster attach … --provider).")
        : null;

    // CH-87
    private ApiAnswer? RefusalOfVersion(ClusterResources cluster, ApiRequest request)
    {
        var text = cluster.Status.KubernetesVersion;
        if (!KubernetesVersion.TryParse(text, out var version))
        {
            return null;
        }

        var support = calendar.SupportOf(version, ClusterDocument.Of(cluster.Cluster).HasLongTermSupport, request.Now);
        return SupportRules.ManualImageUpgradeAllowed(support, attached: cluster.Attachment is not null)
            ? null
            : Problems.Of(400, ErrorCodes.K8sVersionNotSupported, $"Kubernetes version {text} of cluster '{request.Cluster}' is no longer supported, so its node images cannot be upgraded. Upgrade Kubernetes first.");
    }

    private static Attempt Begin(
        ApiRequest request, ClusterResources cluster, StoredResource pool, OperationKind kind, ProvisioningState meanwhile, Func<StoredOperation, ApiAnswer> answer)
    {
        var operation = NewOperations.For(request, kind, pool, ClusterResources.LocationOf(cluster.Cluster), ClusterResources.NameOf(pool));
        var batch = new StoreBatch
        {
            Resources = [NewOperations.Pool(pool, s => s with { ProvisioningState = meanwhile, ProvisioningError = null }), NewOperations.Claim(cluster.Cluster)],
            Operations = [new OperationWrite(operation)],
            Activities = [ActivityJournal.Started(request, pool.Id)],
            Nudges = [(cluster.Cluster.Key, request.Now)],
        };
        return new Attempt(batch, answer(operation));
    }
}
