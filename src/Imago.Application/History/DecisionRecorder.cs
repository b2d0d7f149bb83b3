using System.Collections.Immutable;
using System.Text.Json;
using Imago.Application.History.Json;
using Imago.Application.Ports;
using Imago.Application.Storage;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;

namespace Imago.Application.History;

/// <summary>
/// Keeps every decision of a cluster's rollouts that decided something, with what is needed to decide it again. Decisions wait here until they are stored; what a crash
/// takes with it was not stored, and is decided again.
/// </summary>
public sealed class DecisionRecorder(string clusterKey) : IReconcileObserver
{
    private readonly Dictionary<string, RolloutHistory> _rollouts = new(StringComparer.Ordinal);
    private readonly List<StoredDecision> _pending = [];

    /// <summary>Decisions that are not stored yet, in order.</summary>
    public ImmutableArray<StoredDecision> Pending => [.. _pending];

    /// <summary>Whether there are any.</summary>
    public bool HasPending => _pending.Count > 0;

    /// <summary>The first so many decisions are stored.</summary>
    public void Written(int count) => _pending.RemoveRange(0, count);

    /// <summary>Goes on with the history of a rollout whose decisions up to a number were stored by somebody else.</summary>
    public void GoOn(string rollout, int number) => _rollouts.TryAdd(rollout, new RolloutHistory { Number = number });

    /// <inheritdoc />
    public void Decided(ClusterInput input, ClusterPlan plan)
    {
        if (DecisionPlan.Of(input, plan) is { } text)
        {
            Keep(plan.Start!.Id, input, text);
        }
    }

    /// <inheritdoc />
    public void Decided(ClusterInput input, RolloutPlan plan)
    {
        var history = HistoryOf(plan.Record.Id);
        var holds = JsonSerializer.Serialize(plan.Holds, HistoryJson.Options);

        // A pass that finds nothing to do is not history; the next one that does tells what had changed since the last that did.
        if (plan.Actions.IsEmpty && ReferenceEquals(plan.Record, input.Records.GetValueOrDefault(plan.Record.Pool)) && holds == history.Holds)
        {
            return;
        }

        history.Holds = holds;
        Keep(plan.Record.Id, input, DecisionPlan.Of(input, plan));
    }

    /// <inheritdoc />
    public void Acting(RolloutAction action)
    {
    }

    /// <inheritdoc />
    public void Refused(RolloutAction action, string answer)
    {
    }

    private void Keep(string rollout, ClusterInput input, string plan)
    {
        var history = HistoryOf(rollout);
        var (change, remembered) = DecisionInput.Between(history.Last, input);
        history.Last = remembered;
        _pending.Add(new StoredDecision(clusterKey, rollout, ++history.Number, input.Now, JsonSerializer.Serialize(change, HistoryJson.Options), plan));
    }

    private RolloutHistory HistoryOf(string rollout)
    {
        if (!_rollouts.TryGetValue(rollout, out var history))
        {
            _rollouts[rollout] = history = new RolloutHistory();
        }

        return history;
    }

    private sealed class RolloutHistory
    {
        public int Number { get; set; }

        public RememberedInput? Last { get; set; }

        public string Holds { get; set; } = "[]";
    }
}
