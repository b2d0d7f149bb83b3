using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Application.History.Json;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Application.History;

/// <summary>What was decided, as it is kept: the change of the record, the actions, what holds the rest.</summary>
internal sealed record DecisionPlan
{
    /// <summary>The pool; null for the decision that began the rollout.</summary>
    public string? Steps { get; init; }

    /// <summary>The pool whose rollout began; null for its later steps.</summary>
    public string? Start { get; init; }

    /// <summary>The change from the record before to the one after, as a merge patch; null: none.</summary>
    public JsonObject? Record { get; init; }

    public ImmutableArray<RolloutAction> Actions { get; init; } = [];

    public ImmutableArray<Reason> Holds { get; init; } = [];

    public Instant? WakeAt { get; init; }

    /// <summary>The decision that began a rollout; null if it began none.</summary>
    public static string? Of(ClusterInput input, ClusterPlan plan) => plan.Start is not { } start ? null : Write(new DecisionPlan
    {
        Start = start.Pool,
        Record = Change(input.Records.GetValueOrDefault(start.Pool), start),
        Holds = [.. plan.Holds.SelectMany(h => h.Value)],
    });

    /// <summary>The decision about the next steps of a rollout.</summary>
    public static string Of(ClusterInput input, RolloutPlan plan) => Write(new DecisionPlan
    {
        Steps = plan.Record.Pool,
        Record = Change(input.Records.GetValueOrDefault(plan.Record.Pool), plan.Record),
        Actions = plan.Actions,
        Holds = plan.Holds,
        WakeAt = plan.WakeAt,
    });

    private static string Write(DecisionPlan plan) => JsonSerializer.Serialize(plan, HistoryJson.Options);

    private static JsonObject? Change(RolloutRecord? before, RolloutRecord after) => ReferenceEquals(before, after)
        ? null
        : MergePatch.Between(
            before is null ? [] : (JsonObject)JsonSerializer.SerializeToNode(before, HistoryJson.Options)!,
            (JsonObject)JsonSerializer.SerializeToNode(after, HistoryJson.Options)!);
}
