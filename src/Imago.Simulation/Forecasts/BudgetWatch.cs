using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Simulation.Forecasts;

/// <summary>
/// Measures how long each budget held evictions back: from the decision in which a pod of a draining node was not evicted because its budget was used up, to
/// the first one in which nothing waits for that budget.
/// </summary>
public sealed class BudgetWatch : IReconcileObserver
{
    private readonly Dictionary<(string Pool, ObjectKey Budget), Instant> _since = [];
    private readonly Dictionary<ObjectKey, Duration> _blocked = [];
    private readonly Dictionary<ObjectKey, SortedSet<string>> _nodes = [];

    public void Decided(ClusterInput input, ClusterPlan plan)
    {
    }

    public void Decided(ClusterInput input, RolloutPlan plan)
    {
        var record = plan.Record;
        if (record.Active.IsEmpty && _since.Count == 0)
        {
            return;
        }

        var waiting = Waiting(input.View, plan);
        foreach (var budget in waiting)
        {
            _since.TryAdd((record.Pool, budget), input.Now);
        }

        foreach (var (pool, budget) in _since.Keys.Where(k => string.Equals(k.Pool, record.Pool, StringComparison.Ordinal) && !waiting.Contains(k.Budget)).ToList())
        {
            Close((pool, budget), input.Now);
        }
    }

    public void Acting(RolloutAction action)
    {
    }

    public void Refused(RolloutAction action, string answer)
    {
    }

    /// <summary>What was measured up to an instant, longest first, then by key.</summary>
    public IEnumerable<ForecastBudget> Until(Instant end)
    {
        foreach (var key in _since.Keys.ToList())
        {
            Close(key, end);
        }

        return _blocked.OrderByDescending(b => b.Value).ThenBy(b => b.Key)
            .Select(b => new ForecastBudget(b.Key, Math.Round(b.Value.TotalSeconds, 3), [.. _nodes[b.Key]]));
    }

    private void Close((string Pool, ObjectKey Budget) key, Instant now)
    {
        _since.Remove(key, out var since);
        _blocked[key.Budget] = _blocked.GetValueOrDefault(key.Budget) + (now - since);
    }

    private HashSet<ObjectKey> Waiting(ClusterView view, RolloutPlan plan)
    {
        var waiting = new HashSet<ObjectKey>();
        var evicted = plan.Actions.OfType<RolloutAction.EvictPod>().Select(a => a.Pod).ToHashSet();
        Dictionary<ObjectKey, int> spent = [];
        foreach (var pod in evicted)
        {
            foreach (var budget in view.Pods.TryGetValue(pod, out var entry) ? entry.Budgets : [])
            {
                spent[budget] = spent.GetValueOrDefault(budget) + 1;
            }
        }

        foreach (var (name, progress) in plan.Record.Active)
        {
            if (progress.Step != NodeStep.Draining)
            {
                continue;
            }

            foreach (var (pod, budgets) in view.PodsOn(name))
            {
                if (!pod.LeavesOnDrain || pod.Terminating || evicted.Contains(pod.Key))
                {
                    continue;
                }

                // A pod may also wait because another pod of its node can never leave; then its own budget is not to blame.
                foreach (var key in budgets)
                {
                    if (budgets.Length > 1 || (view.Budgets.TryGetValue(key, out var budget) && budget.DisruptionsAllowed - spent.GetValueOrDefault(key) <= 0))
                    {
                        waiting.Add(key);
                        (_nodes.TryGetValue(key, out var nodes) ? nodes : _nodes[key] = new(StringComparer.Ordinal)).Add(name);
                    }
                }
            }
        }

        return waiting;
    }
}
