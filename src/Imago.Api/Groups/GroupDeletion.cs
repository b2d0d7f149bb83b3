using System.Collections.Immutable;
using Imago.Api.Activities;
using Imago.Api.Clusters;
using Imago.Api.Operations;
using Imago.Api.Pipeline;
using Imago.Api.Subscriptions;
using Imago.Api.Writing;
using Imago.Application.Resources;
using Imago.Application.Storage;

namespace Imago.Api.Groups;

/// <summary>
/// Deletes a group with everything in it: each cluster through an operation of its own, in one write. The group itself goes when somebody asks about it after
/// its last cluster has gone; until then it says that it is being deleted. So nothing has to run for it, and nothing is lost by a stop in between.
/// </summary>
internal sealed class GroupDeletion(IStore store, Scopes scopes, Commits commits, OperationLinks links)
{
    private const int PageSize = 500;

    public ValueTask<ApiAnswer> DeleteAsync(ApiRequest request) => commits.RunAsync(request, async () =>
    {
        var (group, refusal) = await scopes.GroupAsync(request);
        if ((refusal ?? Preconditions.RefusalOf(request, group)) is { } refused)
        {
            return Attempt.Only(refused);
        }

        var accepted = Pending(request, GroupDocument.NameOf(group!));
        if (GroupDocument.IsBeingDeleted(group!))
        {
            return Attempt.Only(accepted);
        }

        var clusters = await ClustersAsync(request, group!);
        var writes = new List<ResourceWrite>();
        var operations = new List<OperationWrite>();
        var activities = new List<ActivityEntry> { ActivityJournal.Started(request, group!.Id) };
        foreach (var cluster in clusters)
        {
            var open = await store.OpenOperationsAsync(cluster.Key, request.Cancellation);
            if (open.Any(o => o.Kind == OperationKind.DeleteCluster))
            {
                continue;
            }

            if (open.Length > 0)
            {
                // UP-62
                return Attempt.Only(Problems.NotAllowedNow(
                    $"Resource group '{GroupDocument.NameOf(group)}' cannot be deleted: cluster '{ClusterResources.NameOf(cluster)}' has operation '{open[0].Id}' ({open[0].Kind}) under way. Wait for it, or abort it."));
            }

            var operation = NewOperations.For(request, OperationKind.DeleteCluster, cluster, ClusterResources.LocationOf(cluster), null);
            operations.Add(new OperationWrite(operation));
            writes.Add(NewOperations.Deleting(cluster));
            activities.Add(ActivityJournal.Started(request, cluster.Id) with { OperationName = OperationNames.ClusterDelete });
        }

        if (clusters.IsEmpty)
        {
            writes.Add(new ResourceWrite.Delete(group.Version) { Key = group.Key });
            activities.Add(ActivityJournal.Succeeded(request, group.Id));
        }
        else
        {
            writes.Add(new ResourceWrite.Status(GroupDocument.DeletingStatus, group.StatusVersion) { Key = group.Key });
        }

        var batch = new StoreBatch
        {
            Resources = [.. writes],
            Operations = [.. operations],
            Activities = [.. activities],
            Nudges = [.. operations.Select(o => (o.Operation.ClusterKey, request.Now))],
        };
        return new Attempt(batch, accepted);
    });

    /// <summary>Whether a group has been deleted: 200, and 202 until then.</summary>
    public async ValueTask<ApiAnswer> ResultAsync(ApiRequest request)
    {
        if (await scopes.RefusalOfSubscriptionAsync(request) is { } refused)
        {
            return refused;
        }

        if (WireText.FromToken(request["operation"]) is not { Length: > 0 } name || name.Contains('/', StringComparison.Ordinal))
        {
            return Problems.Of(404, Contracts.Errors.ErrorCodes.NotFound, "The operation was not found in this subscription.");
        }

        var group = await store.FindAsync(Contracts.Resources.ResourceId.OfGroup(request.Subscription, name).Key, request.Cancellation);
        return group is not null && GroupDocument.IsBeingDeleted(group) && !await FinishAsync(request, group) ? Pending(request, name) : ApiAnswer.Nothing(200);
    }

    /// <summary>Removes a group that is being deleted and has nothing left in it. True: it is gone.</summary>
    public async ValueTask<bool> FinishAsync(ApiRequest request, StoredResource group)
    {
        if (!GroupDocument.IsBeingDeleted(group) || (await ClustersAsync(request, group)).Length > 0)
        {
            return false;
        }

        // A conflict means that somebody else removed it, or made it anew: either way it is not the one that was asked about.
        await store.CommitAsync(new StoreBatch { Resources = [new ResourceWrite.Delete(group.Version) { Key = group.Key }] }, request.Cancellation);
        return true;
    }

    /// <summary>The refusal of everything that would put something into a group that goes.</summary>
    public static ApiAnswer UnderWay(ApiRequest request) =>
        Problems.Of(409, "ResourceGroupBeingDeleted", $"The resource group '{Problems.Quoted(request.Group)}' is in deprovisioning state and cannot perform this operation.");

    private ApiAnswer Pending(ApiRequest request, string group) =>
        ApiAnswer.Nothing(202)
            .With("Location", request.Link($"/subscriptions/{request.Subscription}/operationresults/{WireText.Token(group)}?api-version={request.ApiVersion}"))
            .With("Retry-After", links.RetryAfter);

    private async ValueTask<ImmutableArray<StoredResource>> ClustersAsync(ApiRequest request, StoredResource group)
    {
        var clusters = ImmutableArray.CreateBuilder<StoredResource>();
        string? after = null;
        do
        {
            var page = await store.ListAsync(
                new ResourceQuery { Type = ResourceTypes.ManagedCluster, Under = group.Key, After = after, Limit = PageSize }, request.Cancellation);
            clusters.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);
        return clusters.ToImmutable();
    }
}
