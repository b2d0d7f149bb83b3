using System.Text.Json.Nodes;
using Imago.Api.Pipeline;
using Imago.Application.History;
using Imago.Application.Storage;
using Imago.Domain.Rollouts.Records;

namespace Imago.Api.Extensions;

/// <summary>A rollout and its decisions, as history keeps them.</summary>
internal static class RolloutDocument
{
    public static JsonObject Of(string clusterId, StoredRollout rollout)
    {
        var record = RecordText.Read(rollout.Record);
        var settled = record.Settled.Values;
        var fault = record.Fault;
        return new JsonObject
        {
            ["id"] = $"{clusterId}/providers/Imago/rollouts/{rollout.Id}",
            ["name"] = rollout.Id,
            ["type"] = "Imago/rollouts",
            ["properties"] = new JsonObject
            {
                ["pool"] = rollout.Pool,
                ["target"] = rollout.Target,
                ["trigger"] = rollout.Trigger,
                ["phase"] = rollout.Phase,
                ["startedAt"] = WireText.Of(rollout.StartedAt),
                ["endedAt"] = WireText.Of(rollout.EndedAt),
                ["operationId"] = rollout.OperationId,
                ["nodes"] = new JsonObject
                {
                    ["total"] = record.OriginalSize,
                    ["done"] = settled.Count(s => s.Result == NodeResult.Upgraded),
                    ["underWay"] = record.Active.Count,
                    ["failed"] = settled.Count(s => s.Result is not (NodeResult.Upgraded or NodeResult.Gone)),
                },
                ["fault"] = fault is null
                    ? null
                    : new JsonObject { ["code"] = fault.Code, ["message"] = fault.Message, ["node"] = fault.Node, ["at"] = WireText.Of(fault.At) },
            },
        };
    }

    /// <summary>A decision: its number, its instant, and what was decided.</summary>
    public static JsonObject Of(StoredDecision decision)
    {
        var document = new JsonObject { ["number"] = decision.Number, ["at"] = WireText.Of(decision.At), ["actions"] = new JsonArray(), ["notes"] = new JsonArray() };
        foreach (var (name, value) in JsonNode.Parse(decision.Plan) as JsonObject ?? [])
        {
            document[name] = value?.DeepClone();
        }

        return document;
    }
}
