using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Application.History.Json;
using Imago.Application.Storage;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Application.History;

/// <summary>A decision that today's code would make differently.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Was">What was decided, as JSON.</param>
/// <param name="Is">What would be decided now, as JSON.</param>
public sealed record ReplayDifference(int Number, string Was, string Is);

/// <summary>Decides what was decided once again, with the code of today, from what was kept of it.</summary>
public static class Replay
{
    /// <summary>The decisions of one rollout that come out differently now; empty when all are the same.</summary>
    /// <param name="decisions">The decisions in order, from one that holds everything on.</param>
    /// <exception cref="JsonException">A decision cannot be read, or the first one does not hold everything.</exception>
    public static IEnumerable<ReplayDifference> Check(IEnumerable<StoredDecision> decisions)
    {
        ClusterInput? input = null;
        foreach (var decision in decisions)
        {
            var change = JsonSerializer.Deserialize<DecisionInput>(decision.Input, HistoryJson.Options) ?? throw new JsonException($"Decision {decision.Number} has no input.");
            input = change.After(input);
            var was = JsonNode.Parse(decision.Plan)!.AsObject();
            var now = Again(input, was);
            if (!JsonNode.DeepEquals(was, now))
            {
                yield return new ReplayDifference(decision.Number, decision.Plan, now?.ToJsonString() ?? "null");
            }
        }
    }

    private static JsonNode? Again(ClusterInput input, JsonObject was)
    {
        if (was["steps"]?.GetValue<string>() is not { } pool)
        {
            return DecisionPlan.Of(input, ClusterPlanner.Decide(input)) is { } start ? JsonNode.Parse(start) : null;
        }

        if (!input.Records.TryGetValue(pool, out var record))
        {
            return null;
        }

        var spec = input.Spec.Pools.FirstOrDefault(p => string.Equals(p.Name, pool, StringComparison.Ordinal)) ?? new PoolSpec { Name = pool };
        return JsonNode.Parse(DecisionPlan.Of(input, RolloutPlanner.Decide(input, spec, record)));
    }
}
