using System.Globalization;
using Imago.Api.Activities;
using Imago.Api.Clusters;
using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Api.Subscriptions;
using Imago.Api.Writing;
using Imago.Application.Storage;

namespace Imago.Api.Extensions;

/// <summary>The rollouts of a cluster, with every decision and its reasons.</summary>
internal sealed class RolloutEndpoints(IStore store, Scopes scopes, Commits commits, AbortActions aborts) : IRouteSource
{
    private const int PageSize = 50;
    private const int DecisionsPageSize = 200;

    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", ExtensionRoutes.Rollouts, "Rollouts_List", VersionSet.Imago, ListAsync) { Summary = "The rollouts of a cluster, newest first.", AnswerSchema = "RolloutList" },
        new("GET", ExtensionRoutes.Rollout, "Rollouts_Get", VersionSet.Imago, GetAsync) { Summary = "One rollout.", AnswerSchema = "Rollout" },
        new("GET", ExtensionRoutes.Rollout + "/decisions", "Rollouts_ListDecisions", VersionSet.Imago, DecisionsAsync) { Summary = "What was decided in a rollout, and why.", AnswerSchema = "DecisionList" },
        new("POST", ExtensionRoutes.Rollout + "/abort", "Rollouts_Abort", VersionSet.Imago, AbortAsync)
        {
            Summary = "Aborts a rollout: what is in flight finishes, nothing new starts.", Successes = [202], Operation = OperationNames.RolloutAbort,
        },
    ];

    private async ValueTask<ApiAnswer> ListAsync(ApiRequest request)
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        return refusal ?? await Paging.AnswerAsync(
            request,
            PageSize,
            page => store.RolloutsAsync(cluster!.Cluster.Key, page.After, page.Limit, request.Cancellation),
            rollout => RolloutDocument.Of(cluster!.Cluster.Id, rollout));
    }

    private async ValueTask<ApiAnswer> GetAsync(ApiRequest request)
    {
        var (cluster, rollout, refusal) = await FindAsync(request);
        return refusal ?? ApiAnswer.Ok(RolloutDocument.Of(cluster!.Cluster.Id, rollout!));
    }

    private async ValueTask<ApiAnswer> DecisionsAsync(ApiRequest request)
    {
        var (cluster, rollout, refusal) = await FindAsync(request);
        return refusal ?? await Paging.AnswerAsync(
            request,
            DecisionsPageSize,
            async page =>
            {
                // Decisions are numbered, so their number is the position.
                var after = page.After is null ? 0 : int.Parse(page.After, NumberStyles.None, CultureInfo.InvariantCulture);
                var found = await store.DecisionsAsync(cluster!.Cluster.Key, rollout!.Id, after, page.Limit, request.Cancellation);
                return new Page<StoredDecision>(found, found.Length < page.Limit ? null : found[^1].Number.ToString(CultureInfo.InvariantCulture));
            },
            RolloutDocument.Of);
    }

    // UP-66
    private ValueTask<ApiAnswer> AbortAsync(ApiRequest request) => commits.RunAsync(request, async () =>
    {
        var (cluster, rollout, refusal) = await FindAsync(request);
        if (refusal is not null)
        {
            return Attempt.Only(refusal);
        }

        var open = await store.OpenOperationsAsync(cluster!.Cluster.Key, request.Cancellation);
        var target = open.FirstOrDefault(o => o.Kind != OperationKind.Abort && (o.RolloutId == rollout!.Id || o.Id == rollout.OperationId));
        return rollout!.EndedAt is not null || target is null
            ? Attempt.Only(Problems.NotAllowedNow($"Rollout '{rollout.Id}' is {rollout.Phase}, so there is nothing to abort."))
            : aborts.Abort(request, cluster, target, open.FirstOrDefault(o => o.TargetOperationId == target.Id));
    });

    private async ValueTask<(ClusterResources? Cluster, StoredRollout? Rollout, ApiAnswer? Refusal)> FindAsync(ApiRequest request)
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        if (refusal is not null)
        {
            return (null, null, refusal);
        }

        return await store.FindRolloutAsync(cluster!.Cluster.Key, request["rollout"], request.Cancellation) is { } rollout
            ? (cluster, rollout, null)
            : (null, null, Problems.ResourceNotFound($"Imago/rollouts/{request["rollout"]}", request.Group));
    }
}
