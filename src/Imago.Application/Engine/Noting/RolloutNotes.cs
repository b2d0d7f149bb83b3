using System.Text.Json.Nodes;
using Imago.Application.History;
using Imago.Application.Storage;
using Imago.Domain.Rollouts.Records;

namespace Imago.Application.Engine.Noting;

/// <summary>Notes what the record of a rollout says: its operation, its events, its place in history. Level-based: it looks at what is, and at what is noted.</summary>
/// <remarks>Rules: EV-4…6, EV-12, EV-56…59.</remarks>
internal static class RolloutNotes
{
    /// <summary>Id of the operation that a rollout belongs to.</summary>
    public static string OperationOf(string clusterKey, RolloutRecord record) => record.OperationId ?? DerivedIds.AutomaticOperation(clusterKey, record.Id);

    /// <summary>Notes a rollout, and answers what is noted of it then.</summary>
    public static NotedRollout Note(NotingFrame frame, RolloutRecord record, NotedRollout? before)
    {
        var outline = NotedRollout.OutlineOf(record);
        if (before is { } noted && noted.Outline == outline && noted.Ended == record.Ended)
        {
            return noted;
        }

        var changes = frame.Changes;
        var id = OperationOf(frame.Stored.Key, record);
        if (record.OperationId is null && before is null && changes.Find(id) is null)
        {
            // EV-59: listed and reported like the operations of people.
            var begun = Automatic(frame, record, id);
            changes.Add(begun);
            changes.Note(Activities.Started(begun, Activities.Automatic(frame.Spec.Channel.ToString())));
        }

        if (changes.Find(id) is { Ended: false } operation)
        {
            if (record.Trigger != RolloutTrigger.ChannelTransition)
            {
                changes.Change(operation = operation with { RolloutId = record.Id, PercentComplete = Percent(record) });
                if (record.Ended)
                {
                    Endings.End(changes, operation, StatusOf(record.Phase), record.EndedAt!.Value, OperationErrors.Of(record), PropertiesOf(frame, operation));
                }
            }
        }

        foreach (var message in RollingEvents.Of(frame.Stored.Resource.Id, record, id))
        {
            changes.Send(message);
        }

        changes.Keep(new StoredRollout
        {
            Id = record.Id,
            ClusterKey = frame.Stored.Key,
            Pool = record.Pool,
            Target = record.Target.Name,
            Trigger = record.Trigger.ToString(),
            Phase = record.Phase.ToString(),
            StartedAt = record.StartedAt,
            EndedAt = record.EndedAt,
            OperationId = id,
            Record = RecordText.Write(record),
        });
        return new NotedRollout(outline, record.Ended);
    }

    public static OperationStatus StatusOf(RolloutPhase phase) => phase switch
    {
        RolloutPhase.Succeeded => OperationStatus.Succeeded,
        RolloutPhase.Canceled => OperationStatus.Canceled,
        RolloutPhase.Failed => OperationStatus.Failed,
        _ => OperationStatus.InProgress,
    };

    private static JsonObject PropertiesOf(NotingFrame frame, StoredOperation operation) =>
        operation.Kind == OperationKind.AutomaticUpgrade ? Activities.Automatic(frame.Spec.Channel.ToString()) : [];

    private static StoredOperation Automatic(NotingFrame frame, RolloutRecord record, string id)
    {
        var cluster = frame.Stored.Resource;
        return new StoredOperation
        {
            Id = id,
            Kind = OperationKind.AutomaticUpgrade,
            Status = OperationStatus.InProgress,
            ResourceId = frame.Stored.Pool(record.Pool)?.Resource.Id ?? $"{cluster.Id}/agentPools/{record.Pool}",
            ClusterKey = cluster.Key,
            Pool = record.Pool,
            SubscriptionId = cluster.Key.Split('/') is [_, _, var subscription, ..] ? subscription : "",
            Location = frame.Location,
            StartedAt = record.StartedAt,
            CorrelationId = DerivedIds.Correlation(id),
            Caller = Activities.AutoUpgrader,
            RolloutId = record.Id,
        };
    }

    // Of the nodes that the pool had at the start, how many are done; full only at the end.
    private static int Percent(RolloutRecord record)
    {
        if (record.Phase == RolloutPhase.Succeeded)
        {
            return 100;
        }

        var done = record.Settled.Values.Count(s => s.Result == NodeResult.Upgraded);
        return Math.Min(99, 100 * done / Math.Max(1, Math.Max(record.OriginalSize, done)));
    }
}
