using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Worlds;

/// <summary>
/// Brings the pods of controllers whose template was changed to the new one: of a Deployment a quarter at a time, of a StatefulSet or DaemonSet one at a time, as
/// Kubernetes does where nobody says otherwise. Nothing of it happens in a world in which nobody changes templates.
/// </summary>
internal sealed class RollingUpdates
{
    private static readonly IntOrPercent Step = IntOrPercent.Percent(25);

    private readonly ClusterState _state;
    private readonly PodLifecycle _pods;
    private readonly WorkloadController _workloads;
    private readonly List<SimulatedWorkload> _rolling = [];
    private bool _planned;

    public RollingUpdates(ClusterState state, PodLifecycle pods, WorkloadController workloads)
    {
        (_state, _pods, _workloads) = (state, pods, workloads);
        state.PodNews += _ => Plan();
    }

    /// <summary>A controller has another template than its pods, or its Deployment has another ReplicaSet than before.</summary>
    public void Begin(SimulatedWorkload workload)
    {
        workload.Rolling = true;
        if (!_rolling.Contains(workload))
        {
            _rolling.Add(workload);
        }

        Plan();
    }

    /// <summary>Goes on with what was under way, but could not go on, when the world was put away.</summary>
    public void Resume() => _rolling.AddRange(_state.Workloads.Where(w => w.Rolling));

    private void Plan()
    {
        if (!_planned && _rolling.Count > 0)
        {
            _planned = true;
            _state.Time.After(_state.Timing.ControllerReaction, Look);
        }
    }

    private void Look()
    {
        _planned = false;
        foreach (var workload in _rolling.ToList())
        {
            var done = workload.Deleted || !workload.Rolling || (workload.Kind == WorkloadKind.ReplicaSet ? ShiftReplicas(workload) : ReplaceOne(workload));
            if (done)
            {
                workload.Rolling = false;
                _rolling.Remove(workload);
                _state.Changed(workload);
            }
        }
    }

    // Example: 4 replicas may have 5 pods and must have 3 ready ones. So one new pod comes and one old one goes; whenever a new one is ready the next old one goes.
    private bool ShiftReplicas(SimulatedWorkload newest)
    {
        var sets = _state.Workloads.Where(w => w.Kind == WorkloadKind.ReplicaSet && w.Parent == newest.Parent && string.Equals(w.Namespace, newest.Namespace, StringComparison.Ordinal)).ToList();
        var desired = newest.Scaled.Replicas;
        var room = desired + Step.RoundedUp(desired) - sets.Sum(s => s.Replicas);
        if (newest.Replicas != desired && Math.Min(desired, newest.Replicas + Math.Max(0, room)) is var next && next != newest.Replicas)
        {
            Resize(newest, next);
        }

        var spare = sets.Sum(Lasting) - (desired - (desired / 4));
        foreach (var old in sets.Where(s => s != newest && s.Replicas > 0))
        {
            var ready = Lasting(old);
            var goes = Math.Max(0, old.Replicas - ready) + Math.Clamp(spare, 0, ready);
            spare -= Math.Clamp(spare, 0, ready);
            if (goes > 0)
            {
                Resize(old, Math.Max(0, old.Replicas - goes));
            }
        }

        return newest.Replicas == desired && sets.TrueForAll(s => s == newest || s.Replicas == 0);
    }

    // Ready pods that have not been told to go, nor are about to.
    private static int Lasting(SimulatedWorkload set)
    {
        var counted = set.Pods.Where(p => p.CountsForController).ToList();
        return Math.Min(counted.Count(p => p.Ready), set.Replicas);
    }

    private void Resize(SimulatedWorkload set, int replicas)
    {
        set.Blueprint = set.Blueprint with { Replicas = replicas };
        _workloads.Changed(set);
    }

    private bool ReplaceOne(SimulatedWorkload workload)
    {
        var old = workload.Pods.Where(p => p.CountsForController && !ReferenceEquals(p.Template, Wanted(workload, p))).OrderByDescending(p => p.Key).ToList();
        if (old.Count == 0)
        {
            return true;
        }

        // One that is not ready can go at once: nobody misses it.
        var next = old.Find(p => !p.Ready) ?? old[0];
        if (!next.Ready || workload.Pods.All(p => p.CountsForController && p.Ready))
        {
            _pods.Stop(next);
        }

        return false;
    }

    private static PodTemplate? Wanted(SimulatedWorkload workload, SimulatedPod pod) =>
        workload.Kind == WorkloadKind.StatefulSet ? workload.Identities.GetValueOrDefault(pod.Key.Name) : workload.Template;
}
