using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Events;
using Imago.Domain.Rollouts.Records;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Providers.InPlace;
using Imago.Kubernetes.Transport;
using NodaTime;

namespace Imago.Kubernetes.Clusters;

/// <summary>A real cluster as the reconciler sees it. It translates and decides nothing.</summary>
internal sealed class KubernetesConnection(ClusterSession session) : IClusterConnection, INodeOrders
{
    /// <summary>The session in use; another one when the attachment has changed.</summary>
    public ClusterSession Session { get; set; } = session;

    /// <inheritdoc />
    public bool LeaseIsWritten => true;

    /// <inheritdoc />
    public bool Tells => true;

    /// <inheritdoc />
    public async ValueTask<ClusterView> ObserveAsync(CancellationToken cancellation)
    {
        await Session.Cordoned.CatchUpAsync(cancellation);
        return await Session.Watch.LookAsync(cancellation);
    }

    /// <inheritdoc />
    public ValueTask<ClusterView> LookAsync(CancellationToken cancellation) => Session.Watch.LookAsync(cancellation);

    /// <inheritdoc />
    public async ValueTask<ImmutableSortedDictionary<string, StoredRecord>> ReadRecordsAsync(CancellationToken cancellation)
    {
        var records = await Session.Records.ReadAsync(cancellation);
        Session.Note(records);
        return records;
    }

    /// <inheritdoc />
    public async ValueTask<WriteResult> WriteRecordAsync(RolloutRecord record, string? expectedVersion, CancellationToken cancellation)
    {
        // A writer whose lease has gone is refused even if its successor has not written yet.
        if (Session.Lease.Epoch is not { } epoch || record.Epoch < epoch || Session.Lease.IsLost)
        {
            return new WriteResult(null);
        }

        var result = await Session.Records.WriteAsync(record, expectedVersion, cancellation);
        Session.Note(await Session.Records.ReadAsync(cancellation));
        return result;
    }

    /// <inheritdoc />
    public async ValueTask<PatchOutcome> UpdateNodeAsync(RolloutAction.UpdateNode action, CancellationToken cancellation)
    {
        RefuseIfLost();
        if (Session.View.Find(action.Node) is not { } seen)
        {
            return PatchOutcome.NotFound;
        }

        if (seen.Metadata.ResourceVersion != action.ResourceVersion)
        {
            // Decided on an older one: asking the API would get the same answer.
            return PatchOutcome.Conflict;
        }

        if (action.Update.Unschedulable == true)
        {
            Session.Cordoned.Add(action.Node);
        }

        var answer = await PatchAsync(Session.Client, action.Node, NodePatch.Of(seen, action.Update), cancellation);
        if (answer.Object is { } patched)
        {
            Session.View.NodeAnswered(patched);
            return PatchOutcome.Patched;
        }

        return answer switch
        {
            { NotFound: true } => PatchOutcome.NotFound,
            { Conflict: true } => await RefreshAsync(action.Node, cancellation),
            _ => throw new ConnectionException($"The cluster refused to change node '{action.Node}': {answer.Refusal}"),
        };
    }

    /// <inheritdoc />
    public async ValueTask<EvictionOutcome> EvictAsync(RolloutAction.EvictPod action, CancellationToken cancellation)
    {
        RefuseIfLost();

        // UP-40: through the eviction API, which asks the budgets; the UID keeps a pod safe that has taken the name meanwhile.
        var charged = Session.View.BudgetOf(action.Pod);
        var answer = await Session.Client.EvictAsync(action.Pod, action.Uid, null, cancellation);
        var status = answer.Result switch
        {
            EvictionResult.Evicted => EvictionStatus.Evicted,
            EvictionResult.Refused => EvictionStatus.Refused,
            EvictionResult.SeveralBudgets => EvictionStatus.SeveralBudgets,
            EvictionResult.WrongUid => EvictionStatus.WrongUid,
            EvictionResult.NotFound => EvictionStatus.NotFound,
            _ => throw new InvalidOperationException($"Eviction result {answer.Result} is not known."),
        };
        if (status == EvictionStatus.Evicted)
        {
            Session.View.PodLeaves(action.Pod, action.Uid, charged);
        }

        return new EvictionOutcome(status, answer.RetryAfter is { } wait ? Duration.FromTimeSpan(wait) : null, answer.Status?.ToString());
    }

    /// <inheritdoc />
    public async ValueTask<EvictionOutcome> DeletePodAsync(RolloutAction.DeletePod action, CancellationToken cancellation)
    {
        RefuseIfLost();

        // UP-94: a plain deletion, which no budget is asked about.
        var how = new DeleteOptions { Preconditions = new Preconditions { Uid = action.Uid } };
        var answer = await Session.Client.DeleteAsync(ResourceTypes.Pods, action.Pod, how, cancellation);
        if (answer.Done)
        {
            Session.View.PodLeaves(action.Pod, action.Uid, null);
            return new EvictionOutcome(EvictionStatus.Evicted);
        }

        return answer switch
        {
            { NotFound: true } => new EvictionOutcome(EvictionStatus.NotFound, Message: answer.Refusal?.ToString()),
            { Conflict: true } => new EvictionOutcome(EvictionStatus.WrongUid, Message: answer.Refusal?.ToString()),
            _ => throw new ConnectionException($"The cluster refused to delete pod '{action.Pod}': {answer.Refusal}"),
        };
    }

    /// <inheritdoc />
    public ValueTask<ClusterLease?> HoldLeaseAsync(string holder, Duration length, CancellationToken cancellation) =>
        // One process may have the same cluster attached under two names: these are two who must not work on it at once.
        Session.Lease.HoldAsync($"{holder} as {Session.Attachment.ClusterKey}", length, cancellation);

    /// <inheritdoc />
    public ValueTask TellAsync(ImmutableArray<ClusterEvent> events, CancellationToken cancellation)
    {
        Session.Teller.Tell(events);
        return ValueTask.CompletedTask;
    }

    /// <summary>Whoever has taken the lease from us works already: what is left of our pass is not ours to do.</summary>
    internal void RefuseIfLost()
    {
        if (Session.Lease.IsLost)
        {
            throw new ConnectionException($"Another server has taken the lease of cluster '{Session.Attachment.ClusterKey}'. Nothing more is done here until it is free again.");
        }
    }

    internal static Task<Answer<KubernetesNode>> PatchAsync(KubernetesClient client, string node, JsonObject patch, CancellationToken cancellation) =>
        client.PatchAsync(ResourceTypes.Nodes, new ObjectKey("", node), PatchKind.Merge, System.Text.Encoding.UTF8.GetBytes(patch.ToJsonString()), cancellation);

    // The watch will tell, some time; the next look must not wait for it and run into the same conflict.
    private async ValueTask<PatchOutcome> RefreshAsync(string node, CancellationToken cancellation)
    {
        if (await Session.Client.FindAsync(ResourceTypes.Nodes, new ObjectKey("", node), cancellation) is { } now)
        {
            Session.View.NodeAnswered(now);
        }

        return PatchOutcome.Conflict;
    }
}
