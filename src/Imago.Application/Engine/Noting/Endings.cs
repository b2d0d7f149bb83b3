using System.Text.Json.Nodes;
using Imago.Application.Engine.Operations;
using Imago.Application.History;
using Imago.Application.Storage;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Application.Engine.Noting;

/// <summary>Decides which operations have come to their end, and how. Level-based and pure: asked again after a crash it says the same.</summary>
internal static class Endings
{
    /// <summary>Ends an operation and notes it in the activity log.</summary>
    public static void End(PassChanges changes, StoredOperation operation, OperationStatus status, Instant at, JsonObject? error, JsonObject? properties = null)
    {
        var ended = operation with
        {
            Status = status,
            EndedAt = at,
            Error = status == OperationStatus.Succeeded ? null : error?.ToJsonString() ?? operation.Error,
            PercentComplete = status == OperationStatus.Succeeded ? 100 : operation.PercentComplete,
        };
        changes.Change(ended);
        changes.Note(Activities.Ended(ended, properties ?? []));
    }

    /// <summary>Ends what has come to its end, except what a rollout's record has ended already (<see cref="RolloutNotes"/>).</summary>
    public static void Decide(NotingFrame frame)
    {
        var answers = Requests.Answers(frame.Input).ToLookup(a => (a.OperationId, a.Pool));
        foreach (var operation in frame.Changes.Open)
        {
            switch (operation.Kind)
            {
                case OperationKind.UpgradeNodeImage:
                    EndUpgrade(frame, operation, answers[(operation.Id, frame.Stored.Pool(operation.Pool)?.Name ?? "")].FirstOrDefault());
                    break;
                case OperationKind.ChannelTransition:
                    EndTransition(frame, operation, answers);
                    break;
                case OperationKind.AutomaticUpgrade:
                    EndOrphan(frame, operation);
                    break;
                case OperationKind.DeletePool:
                    EndDeletion(frame, operation);
                    break;
                case OperationKind.Abort or OperationKind.DeleteCluster:
                    break;
                default:
                    EndShaping(frame, operation);
                    break;
            }
        }
    }

    /// <summary>Ends aborts whose operation has ended; <paramref name="targets"/> are the operations that are to be aborted, as far as they exist.</summary>
    public static void DecideAborts(PassChanges changes, Func<string, StoredOperation?> targets, Instant now)
    {
        foreach (var abort in changes.Open.Where(o => o.Kind == OperationKind.Abort))
        {
            var target = abort.TargetOperationId is { } id ? changes.Find(id) ?? targets(id) : null;
            switch (target)
            {
                case { Ended: false }:
                    break;
                case { Status: OperationStatus.Canceled } or null:
                    End(changes, abort, OperationStatus.Succeeded, now, null);
                    break;
                default:
                    // UP-66: it finished first.
                    End(changes, abort, OperationStatus.Failed, now, OperationErrors.Error(
                        "OperationNotAllowed", $"Operation '{target.Id}' ended as {target.Status} before it could be aborted.", abort.Pool));
                    break;
            }
        }
    }

    /// <summary>Marks operations that somebody wants to abort; from then on nothing new starts for them.</summary>
    public static void BeginAborts(PassChanges changes)
    {
        foreach (var abort in changes.Open.Where(o => o.Kind == OperationKind.Abort))
        {
            if (abort.TargetOperationId is { } id && changes.Find(id) is { Status: OperationStatus.InProgress, Kind: not (OperationKind.DeleteCluster or OperationKind.DeletePool) } target)
            {
                changes.Change(target with { Status = OperationStatus.Canceling });
            }
        }
    }

    private static void EndShaping(NotingFrame frame, StoredOperation operation)
    {
        if (operation.Status == OperationStatus.Canceling)
        {
            // UP-66: what is done stays done, and the documents stay what they are.
            Cancel(frame, operation);
        }
        else if (frame.Imageless.Where(p => operation.Pool is null || string.Equals(p.Key, operation.Pool, StringComparison.OrdinalIgnoreCase)).Select(p => OperationErrors.Error("NodeImageNotFound", p.Value, p.Key)).ToList() is { Count: > 0 } errors)
        {
            End(frame.Changes, operation, OperationStatus.Failed, frame.Now, OperationErrors.Together(errors));
        }
        else if (frame.Shaped == true)
        {
            End(frame.Changes, operation, OperationStatus.Succeeded, frame.Now, null);
        }
    }

    private static void EndDeletion(NotingFrame frame, StoredOperation operation)
    {
        if (frame.Shaped != true)
        {
            return;
        }

        if (frame.Stored.Pool(operation.Pool) is { } pool)
        {
            frame.Changes.Write(new ResourceWrite.Delete(null) { Key = pool.Resource.Key });
        }

        End(frame.Changes, operation, OperationStatus.Succeeded, frame.Now, null);
    }

    private static void EndUpgrade(NotingFrame frame, StoredOperation operation, RequestAnswer? answer)
    {
        var pool = frame.Stored.Pool(operation.Pool);
        if (pool is not null && frame.Input.Records.TryGetValue(pool.Name, out var record) && AskedSpec.IsOf(record, operation))
        {
            return;
        }

        if (operation.Status == OperationStatus.Canceling || pool is null)
        {
            Cancel(frame, operation);
        }
        else if (answer is { Refusal: { } refusal })
        {
            End(frame.Changes, operation, OperationStatus.Failed, frame.Now, OperationErrors.Of(refusal, pool.Name));
        }
        else if (answer is not null)
        {
            End(frame.Changes, operation, OperationStatus.Succeeded, frame.Now, null);
        }
    }

    private static void EndTransition(NotingFrame frame, StoredOperation operation, ILookup<(string, string), RequestAnswer> answers)
    {
        var errors = new List<JsonObject>();
        var (waiting, underWay, canceled) = (frame.Shaped != true, false, false);
        foreach (var pool in frame.Spec.Pools.Where(operation.Concerns))
        {
            if (frame.Input.Records.TryGetValue(pool.Name, out var record) && AskedSpec.IsOf(record, operation))
            {
                underWay |= !record.Ended;
                Collect(record);
            }
            else if (frame.Transitions.TryGetValue((operation.Id, pool.Name), out var past))
            {
                Collect(RecordText.Read(past.Record));
            }
            else if (answers[(operation.Id, pool.Name)].FirstOrDefault() is { } answer)
            {
                if (answer.Refusal is { } refusal)
                {
                    errors.Add(OperationErrors.Of(refusal, pool.Name));
                }
            }
            else
            {
                waiting = true;
            }
        }

        if (underWay || (waiting && operation.Status != OperationStatus.Canceling))
        {
            return;
        }

        var status = operation.Status == OperationStatus.Canceling || canceled ? OperationStatus.Canceled
            : errors.Count > 0 ? OperationStatus.Failed
            : OperationStatus.Succeeded;

        // EV-59: what caused the work on the nodes.
        End(frame.Changes, operation, status, frame.Now, OperationErrors.Together(errors), new JsonObject { ["trigger"] = "ChannelTransition", ["channel"] = frame.Spec.Channel.ToString() });

        void Collect(RolloutRecord record)
        {
            canceled |= record.Phase == RolloutPhase.Canceled;
            if (record.Ended && OperationErrors.Of(record) is { } error)
            {
                errors.Add(error);
            }
        }
    }

    // The record of an automatic rollout is in the cluster as long as its operation is open. If it is not, somebody restored an old database or took the pool away.
    private static void EndOrphan(NotingFrame frame, StoredOperation operation)
    {
        var pool = frame.Stored.Pool(operation.Pool);
        if (pool is null)
        {
            Cancel(frame, operation);
        }
        else if (!frame.Input.Records.TryGetValue(pool.Name, out var record) || !AskedSpec.IsOf(record, operation))
        {
            End(frame.Changes, operation, OperationStatus.Failed, frame.Now, OperationErrors.Error(
                "RolloutNotFound", $"Rollout '{operation.RolloutId}' of node pool '{pool.Name}' is not in the cluster any more; how it ended is not known.", pool.Name));
        }
    }

    private static void Cancel(NotingFrame frame, StoredOperation operation) =>
        End(frame.Changes, operation, OperationStatus.Canceled, frame.Now, OperationErrors.Error("OperationAborted", $"Operation '{operation.Id}' was aborted. What it had done stays done.", operation.Pool));
}
