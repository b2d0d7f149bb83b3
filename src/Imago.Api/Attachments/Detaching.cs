using System.Text.Json.Nodes;
using Imago.Api.Activities;
using Imago.Api.Clusters;
using Imago.Api.Operations;
using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Api.Subscriptions;
using Imago.Api.Writing;
using Imago.Application.Engine.Operations;
using Imago.Application.Storage;
using Imago.Contracts.Errors;

namespace Imago.Api.Attachments;

/// <summary>
/// Letting go of attached clusters. Nothing of the real cluster is deleted: what is under way is aborted and finished, what is ours in it is removed, then its resources
/// go (UP-66, UP-155). Deleting the managed cluster does the same.
/// </summary>
internal sealed class Detaching(IStore store, Scopes scopes, Commits commits, OperationLinks links) : IRouteSource
{
    private const string Force = "force";

    public IEnumerable<ApiRoute> Routes =>
    [
        new("DELETE", AttachmentRoutes.One, "Attachments_Delete", VersionSet.Imago, DeleteAsync)
        {
            Summary = "Detaches a cluster: aborts what is under way, removes what is Imago's in it, then forgets it. With force=true one that cannot be reached is left as it is.",
            Successes = [202, 204],
            Operation = OperationNames.AttachmentDelete,
        },
    ];

    private ValueTask<ApiAnswer> DeleteAsync(ApiRequest request) => commits.RunAsync(request, async () =>
    {
        if (await scopes.GroupAsync(request) is (_, { } refusal))
        {
            return Attempt.Only(refusal);
        }

        var force = false;
        if (request.Query(Force) is { } text && !bool.TryParse(text, out force))
        {
            return Attempt.Only(Problems.Of(400, ErrorCodes.InvalidParameter, $"'{Force}' is '{Problems.Quoted(text)}'; true or false is allowed.", Force));
        }

        var cluster = await scopes.FindClusterAsync(request);
        if (cluster?.Attachment is null)
        {
            return Attempt.Only(cluster is null ? ApiAnswer.Nothing() : AttachmentEndpoints.NotAttached(cluster));
        }

        return Preconditions.RefusalOf(request, cluster.Attachment) is { } unmet ? Attempt.Only(unmet) : await BeginAsync(request, cluster, force);
    });

    /// <summary>Begins to let go, whatever is under way; asked for again, the same operation is followed.</summary>
    public async ValueTask<Attempt> BeginAsync(ApiRequest request, ClusterResources cluster, bool force)
    {
        var open = await store.OpenOperationsAsync(cluster.Cluster.Key, request.Cancellation);
        var going = open.FirstOrDefault(o => o.Kind == OperationKind.DeleteCluster);
        if (going is not null && (!force || cluster.Status.LeftAsItIs))
        {
            return Attempt.Only(links.Accepted(request, Accepted(force), going));
        }

        var operation = going ?? NewOperations.For(request, OperationKind.DeleteCluster, cluster.Cluster, ClusterResources.LocationOf(cluster.Cluster), null);
        var batch = new StoreBatch
        {
            Resources = [NewOperations.Cluster(cluster.Cluster, s => s with { ProvisioningState = Domain.Rollouts.Records.ProvisioningState.Deleting, ProvisioningError = null, LeftAsItIs = force })],
            Operations = going is null ? [new OperationWrite(operation)] : [],
            Activities = [ActivityJournal.Started(request, cluster.Cluster.Id, force ? new JsonObject { [Force] = true } : null)],
            Nudges = [(cluster.Cluster.Key, request.Now)],
        };
        return new Attempt(batch, links.Accepted(request, Accepted(force), operation));
    }

    private static ApiAnswer Accepted(bool force) => force ? new ApiAnswer(202, new JsonObject { ["warning"] = Detachment.LeftBehind }) : ApiAnswer.Nothing(202);
}
