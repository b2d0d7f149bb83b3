using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using NodaTime;

namespace Imago.Faults.Tests.Checking;

/// <summary>
/// Invariant 3: no pod goes that a budget holds, unless force is in effect. What a budget allows is worked out from the pods themselves. The status that the
/// API goes by follows them with a lag; so it is enough that an eviction was allowed at some moment within it.
/// </summary>
internal sealed class BudgetRule(Truth truth)
{
    private readonly Queue<(Instant Until, int Number, ClusterView View)> _recent = [];
    private readonly Queue<(Instant At, int Number, ObjectKey Budget)> _admitted = [];
    private readonly Dictionary<(string Namespace, WorkloadRef Owner), WorkloadBlueprint> _workloads =
        truth.Scenario.Blueprint.Workloads.ToDictionary(w => (w.Namespace, w.Ref));

    private int _number;

    private Duration Lag => truth.Scenario.World.Timing.BudgetReaction;

    /// <summary>The world has changed from this to another.</summary>
    public void Changed(ClusterView before)
    {
        _recent.Enqueue((truth.Now, _number++, before));
        Forget();
    }

    /// <summary>A pod of ours is about to go.</summary>
    public void Leaves(PodOnNode entry, bool forced)
    {
        var pod = entry.Pod;
        if (pod.BelongsToDaemonSet || pod.Mirror)
        {
            truth.Violated(3, $"pod {pod.Key} was evicted, which stays on a drained node");
        }

        if (forced || pod.Terminating || pod.Phase is not PodPhase.Running)
        {
            return;
        }

        var covering = truth.Scenario.Blueprint.Budgets.Where(b => Covers(b, pod)).ToList();
        if (covering.Count > 1)
        {
            truth.Violated(3, $"pod {pod.Key} was evicted although several budgets cover it");
        }

        if (covering.Count != 1 || MayGoUnready(covering[0], pod))
        {
            return;
        }

        Forget();
        var budget = covering[0];

        // What was admitted since a view was current has used up what that view allowed.
        var allowed = _recent.Select(r => (r.View, r.Number)).Append((truth.View, _number))
            .Any(v => Allowed(budget, v.Item1) > _admitted.Count(a => a.Budget == budget.Key && a.Number >= v.Item2));
        if (!allowed)
        {
            truth.Violated(3, $"pod {pod.Key} was evicted although budget {budget.Key} allows none: {Describe(budget, truth.View)}");
        }

        _admitted.Enqueue((truth.Now, _number, budget.Key));
    }

    private void Forget()
    {
        while (_recent.Count > 0 && _recent.Peek().Until < truth.Now - Lag)
        {
            _recent.Dequeue();
        }

        while (_admitted.Count > 0 && _admitted.Peek().At < truth.Now - Lag)
        {
            _admitted.Dequeue();
        }
    }

    private bool MayGoUnready(BudgetBlueprint budget, Pod pod)
    {
        if (pod.Ready)
        {
            return false;
        }

        if (budget.UnhealthyPodEviction == UnhealthyPodEvictionPolicy.AlwaysAllow)
        {
            return true;
        }

        return _recent.Select(r => r.View).Append(truth.View).Any(v =>
        {
            var (healthy, desired, _) = Count(budget, v);
            return desired > 0 && healthy >= desired;
        });
    }

    private int Allowed(BudgetBlueprint budget, ClusterView view)
    {
        var (healthy, desired, expected) = Count(budget, view);
        return expected > 0 ? Math.Max(0, healthy - desired) : 0;
    }

    private (int Healthy, int Desired, int Expected) Count(BudgetBlueprint budget, ClusterView view)
    {
        var (healthy, present) = (0, 0);
        var owners = new HashSet<(string, WorkloadRef)>();
        foreach (var (_, entry) in view.Pods)
        {
            if (!Covers(budget, entry.Pod))
            {
                continue;
            }

            present++;
            healthy += entry.Pod is { Ready: true, Terminating: false } ? 1 : 0;
            if (entry.Pod.Owner is { } owner)
            {
                owners.Add((entry.Pod.Key.Namespace, owner));
            }
        }

        var scale = owners.Where(_workloads.ContainsKey).Select(o => _workloads[o]).Where(w => w.Kind is not (WorkloadKind.DaemonSet or WorkloadKind.Job)).Sum(w => w.Replicas);
        if (budget.MinAvailable is { IsPercent: false } least)
        {
            return (healthy, least.Value, present);
        }

        var desired = budget.MinAvailable is { } share ? PartOf(share, scale) : scale - PartOf(budget.MaxUnavailable!.Value, scale);
        return (healthy, Math.Max(0, desired), scale);
    }

    private static int PartOf(IntOrPercent part, int whole) => part.IsPercent ? (int)Math.Ceiling(part.Value / 100.0 * whole) : part.Value;

    // The generator writes two forms only, so that what a selector means can be said in one line here: the app's label.
    private static bool Covers(BudgetBlueprint budget, Pod pod) =>
        string.Equals(budget.Key.Namespace, pod.Key.Namespace, StringComparison.Ordinal)
        && pod.Labels.TryGetValue("app", out var app)
        && budget.Selector.Requirements.First(r => string.Equals(r.Key, "app", StringComparison.Ordinal)).Values.Contains(app, StringComparer.Ordinal);

    private string Describe(BudgetBlueprint budget, ClusterView view)
    {
        var (healthy, desired, expected) = Count(budget, view);
        return $"{healthy} of {expected} healthy, {desired} wanted";
    }
}
