using System.Text.Json.Nodes;
using Imago.Application.Storage;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Application.Engine.Noting;

/// <summary>The events that a pool's rollout sends: one Started, and exactly one of Succeeded and Failed.</summary>
/// <remarks>Rules: EV-4…6, EV-10…12, EV-15, EV-16.</remarks>
internal static class RollingEvents
{
    private const string Prefix = "Microsoft.ContainerService.";

    /// <summary>The events due by now. The same events every time: the outbox knows them by their ids.</summary>
    public static IEnumerable<OutboxMessage> Of(string clusterId, RolloutRecord record, string operationId)
    {
        if (!TakesNodesOut(record))
        {
            yield break;
        }

        yield return Message(clusterId, "NodePoolRollingStarted", record, operationId, record.StartedAt);
        if (record.Ended)
        {
            // EV-12: a canceled one ends with Failed.
            var type = record.Phase == RolloutPhase.Succeeded ? "NodePoolRollingSucceeded" : "NodePoolRollingFailed";
            yield return Message(clusterId, type, record, operationId, record.EndedAt!.Value);
        }
    }

    // EV-12: live patching sends none. A rollout to a patch level may turn out to have nodes to reimage; then it does.
    private static bool TakesNodesOut(RolloutRecord record) =>
        record.Target is not RolloutTarget.Patch { LivePatching: true }
        || record.SurgeNodes.Count > 0
        || record.Active.Values.Any(a => a.Work == NodeWork.Reimage)
        || record.Settled.Values.Any(s => s.Work == NodeWork.Reimage);

    // EV-10: the source is the cluster's id. EV-11: the pool's name is all that everybody gets; what else is here is for subscribers who ask for more.
    private static OutboxMessage Message(string clusterId, string type, RolloutRecord record, string operationId, Instant at)
    {
        var payload = new JsonObject { ["nodePoolName"] = record.Pool, ["operationId"] = operationId };
        if (record.Target is not RolloutTarget.Reboot)
        {
            // CH-13: rebooted nodes keep their image.
            payload["toNodeImageVersion"] = record.Target.Name;
        }

        if (record.Fault is { } fault)
        {
            payload["reason"] = fault.Code;
        }

        // One operation may be carried out by rollouts of several pools (CH-50); each of them sends its own.
        var rolling = record.Trigger == RolloutTrigger.ChannelTransition ? $"{operationId}/{record.Pool}" : operationId;
        return new OutboxMessage(DerivedIds.Event(clusterId, Prefix + type, rolling), Prefix + type, clusterId, at, payload.ToJsonString());
    }
}
