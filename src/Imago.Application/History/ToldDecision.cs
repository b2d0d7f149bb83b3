using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Application.Storage;
using NodaTime;

namespace Imago.Application.History;

/// <summary>A decision for people: what was done, and what held the rest.</summary>
/// <param name="Number">From 1 within the rollout.</param>
/// <param name="At">When.</param>
/// <param name="Actions">What was done, one sentence each, in order.</param>
/// <param name="Notes">What was noted: the beginning, changes of phase, faults, and why nothing more was started.</param>
public sealed record ToldDecision(int Number, Instant At, ImmutableArray<string> Actions, ImmutableArray<string> Notes)
{
    /// <summary>Tells a stored decision.</summary>
    public static ToldDecision Of(StoredDecision decision)
    {
        var plan = JsonNode.Parse(decision.Plan)!.AsObject();
        var record = plan["record"]?.AsObject();
        var notes = ImmutableArray.CreateBuilder<string>();
        if (plan["start"]?.GetValue<string>() is { } pool)
        {
            notes.Add($"The rollout of node pool '{pool}' begins.");
        }

        if (record?["phase"]?.GetValue<string>() is { } phase && plan["start"] is null)
        {
            notes.Add($"It is {phase} now.");
        }

        if (record?["fault"]?["message"]?.GetValue<string>() is { } fault)
        {
            notes.Add(fault);
        }

        notes.AddRange(plan["holds"]!.AsArray().Select(h => h!["message"]!.GetValue<string>()));
        return new ToldDecision(
            decision.Number, decision.At, [.. plan["actions"]!.AsArray().Select(a => a!["says"]!.GetValue<string>())],
            [.. notes.Distinct(StringComparer.Ordinal)]);
    }
}
