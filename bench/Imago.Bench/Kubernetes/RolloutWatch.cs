using Imago.Application.Ports;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Bench.Kubernetes;

/// <summary>Notes from the decisions of a rollout when each node was begun, was empty, and was done.</summary>
internal sealed class RolloutWatch : IReconcileObserver
{
    private readonly Dictionary<string, Instant> _empty = new(StringComparer.Ordinal);

    /// <summary>The first node that was empty, and how long after its start that was noticed; null: none yet.</summary>
    public (string Node, Duration Took)? FirstEmpty { get; private set; }

    public int Evictions { get; private set; }

    public int Refused { get; private set; }

    /// <summary>From the moment at which a node was empty until it was back, in seconds.</summary>
    public IEnumerable<double> Returns(RolloutRecord record) => record.Settled.Where(s => _empty.ContainsKey(s.Key)).Select(s => (s.Value.EndedAt - _empty[s.Key]).TotalSeconds);

    public void Decided(ClusterInput input, ClusterPlan plan)
    {
    }

    public void Decided(ClusterInput input, RolloutPlan plan)
    {
        foreach (var (name, progress) in plan.Record.Active.Where(a => a.Value.Step >= NodeStep.Replacing))
        {
            _empty.TryAdd(name, progress.Step == NodeStep.Replacing ? progress.Since : input.Now);
            FirstEmpty ??= (name, _empty[name] - progress.StartedAt);
        }
    }

    public void Acting(RolloutAction action)
    {
        if (action is RolloutAction.EvictPod)
        {
            Evictions++;
        }
    }

    void IReconcileObserver.Refused(RolloutAction action, string answer)
    {
        if (action is RolloutAction.EvictPod)
        {
            Refused++;
        }
    }
}
