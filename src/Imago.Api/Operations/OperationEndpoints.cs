using System.Text.Json.Nodes;
using Imago.Api.Clusters;
using Imago.Api.Documents;
using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Api.Subscriptions;
using Imago.Application.Storage;
using Imago.Contracts.Errors;

namespace Imago.Api.Operations;

/// <summary>How long-running operations go and end (AZ-19, EV-80, EV-81).</summary>
internal sealed class OperationEndpoints(IStore store, Scopes scopes, OperationLinks links) : IRouteSource
{
    private const string Base = "/subscriptions/{subscription}/providers/Microsoft.ContainerService/locations/{location}";

    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", Base + "/operations/{operation}", "Operations_Get", VersionSet.ContainerService, GetAsync) { Summary = "The status of a long-running operation.", AnswerSchema = "OperationStatus" },
        new("GET", Base + "/operationresults/{operation}", "OperationResults_Get", VersionSet.ContainerService, ResultAsync)
        {
            Summary = "The result of a long-running operation: 202 until it has ended.",
            Successes = [200, 202, 204],
        },
    ];

    private async ValueTask<ApiAnswer> GetAsync(ApiRequest request)
    {
        var (operation, refusal) = await FindAsync(request);
        if (refusal is not null)
        {
            return refusal;
        }

        var answer = ApiAnswer.Ok(OperationDocument.Of(operation!));

        // AZ-46
        return operation!.Ended ? answer : answer.With("Retry-After", links.RetryAfter);
    }

    private async ValueTask<ApiAnswer> ResultAsync(ApiRequest request)
    {
        var (operation, refusal) = await FindAsync(request);
        if (refusal is not null)
        {
            return refusal;
        }

        return operation switch
        {
            { Ended: false } => links.StillGoing(request, operation),
            { Status: not OperationStatus.Succeeded } => new ApiAnswer(409, new JsonObject { ["error"] = OperationDocument.ErrorOf(operation!) }),

            // AZ-19: the pool that was upgraded. AZ-61: the other actions have nothing to tell.
            { Kind: OperationKind.UpgradeNodeImage or OperationKind.CreatePool or OperationKind.UpdatePool } => await PoolAsync(request, operation),
            { Kind: OperationKind.CreateCluster or OperationKind.UpdateCluster or OperationKind.ChannelTransition } => await ClusterAsync(request, operation),
            _ => ApiAnswer.Nothing(),
        };
    }

    private async ValueTask<ApiAnswer> PoolAsync(ApiRequest request, StoredOperation operation)
    {
        var cluster = ClusterResources.Of(await store.ClusterAsync(operation.ClusterKey, request.Cancellation));
        return cluster is not null && operation.Pool is { } name && cluster.Pool(name) is { } pool ? ApiAnswer.Ok(WireDocuments.AgentPool(pool, cluster.Status.Running, request.ApiVersion!.Value)) : ApiAnswer.Nothing();
    }

    private async ValueTask<ApiAnswer> ClusterAsync(ApiRequest request, StoredOperation operation)
    {
        var cluster = ClusterResources.Of(await store.ClusterAsync(operation.ClusterKey, request.Cancellation));
        return cluster is null ? ApiAnswer.Nothing() : ApiAnswer.Ok(WireDocuments.Cluster(cluster.Cluster, cluster.Pools, request.ApiVersion!.Value));
    }

    private async ValueTask<(StoredOperation? Operation, ApiAnswer? Refusal)> FindAsync(ApiRequest request)
    {
        if (await scopes.RefusalOfSubscriptionAsync(request) is { } refused)
        {
            return (null, refused);
        }

        var found = Guid.TryParseExact(request["operation"], "D", out var id) ? await store.FindOperationAsync(id.ToString("D"), request.Cancellation) : null;
        return found is not null && found.SubscriptionId.Equals(request.Subscription, StringComparison.OrdinalIgnoreCase)
            ? (found, null)
            : (null, Problems.Of(404, ErrorCodes.NotFound, $"The operation '{Problems.Quoted(request["operation"])}' was not found in this subscription. Ended operations are forgotten after a while."));
    }
}
