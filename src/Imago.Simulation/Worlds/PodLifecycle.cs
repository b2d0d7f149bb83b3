using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Simulation.Scheduling;
using Imago.Simulation.Tracing;
using NodaTime;

namespace Imago.Simulation.Worlds;

/// <summary>A pod's way from creation over a node to its end: scheduler's bindings and kubelets' starts and stops.</summary>
internal sealed class PodLifecycle(ClusterState state, Scheduler scheduler, BudgetController budgets)
{
    // Pending pods in the order of priority and creation; those that fit nowhere wait until nodes or pods change.
    private readonly SortedSet<(int NegativePriority, long Number, SimulatedPod Pod)> _pending =
        new(Comparer<(int NegativePriority, long Number, SimulatedPod Pod)>.Create((a, b) => (a.NegativePriority, a.Number).CompareTo((b.NegativePriority, b.Number))));

    private readonly Dictionary<SimulatedPod, (int, long)> _places = [];
    private long _number;
    private bool _cyclePlanned;

    /// <summary>Told when a pod has left; its controller may want another.</summary>
    public event Action<SimulatedPod>? Ended;

    /// <summary>Puts a new pod into the cluster, to be scheduled.</summary>
    public void Create(SimulatedPod pod)
    {
        Register(pod);
        state.Changed(pod);
        state.Trace(TraceKind.PodCreated, pod);
        Wait(pod);
        PlanCycle();
    }

    /// <summary>Puts a new pod into the cluster, bound to a node from the start, as the DaemonSet controller's are.</summary>
    public void CreateOn(SimulatedPod pod, SimulatedNode node)
    {
        Register(pod);
        state.Trace(TraceKind.PodCreated, pod);
        Bind(pod, node);
    }

    /// <summary>Puts a pod of the blueprint into the cluster as it is.</summary>
    public void Place(SimulatedPod pod, SimulatedNode? node, PodPhase phase, bool ready)
    {
        Register(pod);
        if (node is null)
        {
            if (phase == PodPhase.Pending)
            {
                Wait(pod);
            }

            return;
        }

        pod.Node = node;
        pod.Phase = phase;
        pod.Ready = ready && phase == PodPhase.Running;
        node.Pods.Add(pod);
        if (!pod.Finished)
        {
            node.Usage.Add(pod.Template);
            state.Groups.Bound(pod);
        }

        if (phase == PodPhase.Pending && !pod.Terminating)
        {
            PlanStart(pod);
        }
    }

    /// <summary>The pods that wait for a node, in the order in which they are looked at.</summary>
    public IEnumerable<SimulatedPod> Waiting => _pending.Select(p => p.Pod);

    /// <summary>Puts a pod back as it was when the world was put away and nothing was planned for it.</summary>
    public void Restore(SimulatedPod pod, bool waits)
    {
        state.Pods[pod.Key] = pod;
        pod.Workload?.Pods.Add(pod);
        budgets.Cover(pod);
        if (pod.Node is { } node)
        {
            node.Pods.Add(pod);
            if (!pod.Finished)
            {
                node.Usage.Add(pod.Template);
                state.Groups.Bound(pod);
            }
        }

        if (waits)
        {
            Wait(pod);
        }
    }

    /// <summary>Something changed that may let pending pods fit: look at them again soon.</summary>
    public void PlanCycle()
    {
        if (!_cyclePlanned && _pending.Count > 0)
        {
            _cyclePlanned = true;
            state.Time.After(state.Timing.SchedulerReaction, Cycle);
        }
    }

    /// <summary>Asks a pod to stop. It is gone after its stop time, at the latest after its grace period.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="grace">How long it may take; null: what its template says.</param>
    public void Stop(SimulatedPod pod, Duration? grace = null)
    {
        if (pod.Terminating || pod.Gone)
        {
            return;
        }

        pod.Terminating = true;
        pod.GraceAsked = grace;
        state.Changed(pod);
        state.Trace(TraceKind.PodStopping, pod);
        budgets.Note(pod);
        Ended?.Invoke(pod);
        if (pod.Node is null)
        {
            Remove(pod);
        }
        else if (pod.Node.IsUp && !pod.Stuck)
        {
            PlanEnd(pod);
        }
    }

    /// <summary>Somebody gives a pod other labels: whoever selects by labels sees another pod.</summary>
    public void Relabel(SimulatedPod pod, ImmutableDictionary<string, string> labels)
    {
        var counts = pod.Node is not null && !pod.Finished;
        if (counts)
        {
            state.Groups.Unbound(pod);
        }

        pod.Relabel(labels);
        if (counts)
        {
            state.Groups.Bound(pod);
        }

        budgets.Recover(pod);
        state.Changed(pod);
        PlanCycle();
    }

    /// <summary>A node's kubelet is back: what waited for it goes on.</summary>
    public void NodeUp(SimulatedNode node)
    {
        foreach (var pod in node.Pods.ToList())
        {
            if (pod.Terminating)
            {
                if (!pod.Stuck)
                {
                    PlanEnd(pod);
                }
            }
            else if (!pod.Finished)
            {
                PlanStart(pod);
            }
        }

        PlanCycle();
    }

    /// <summary>A kubelet that is not Ready still takes down what was asked to stop.</summary>
    public void EndStopped(SimulatedNode node)
    {
        foreach (var pod in node.Pods.Where(p => p is { Terminating: true, Stuck: false }).ToList())
        {
            PlanEnd(pod);
        }
    }

    /// <summary>A node's kubelet no longer reports: its pods are not ready.</summary>
    public void NodeDown(SimulatedNode node)
    {
        foreach (var pod in node.Pods)
        {
            Unready(pod);
        }
    }

    /// <summary>A running pod fails its readiness probe.</summary>
    public void Unready(SimulatedPod pod)
    {
        if (pod.Ready)
        {
            pod.Ready = false;
            state.Changed(pod);
            state.Trace(TraceKind.PodUnready, pod);
            budgets.Note(pod);
        }
    }

    /// <summary>Takes a pod out of the cluster at once.</summary>
    public void Remove(SimulatedPod pod)
    {
        if (pod.Gone)
        {
            return;
        }

        pod.Gone = true;
        pod.Ready = false;
        if (_places.Remove(pod, out var place))
        {
            _pending.Remove((place.Item1, place.Item2, pod));
        }

        state.Trace(TraceKind.PodGone, pod);
        state.Pods.Remove(pod.Key);
        pod.Workload?.Pods.Remove(pod);
        if (pod.Node is { } node)
        {
            node.Pods.Remove(pod);
            if (!pod.Finished)
            {
                node.Usage.Remove(pod.Template);
                state.Groups.Unbound(pod);
            }

            if (pod.Template.AttachedVolumes > 0)
            {
                var detached = state.Time.In(state.Draw(state.Timing.VolumeDetach, "detach", pod.Uid));
                node.VolumesDetachedAt = Instant.Max(node.VolumesDetachedAt, detached);
            }
        }

        state.Changed(pod);
        budgets.Note(pod);
        budgets.Uncover(pod);
        PlanCycle();
        Ended?.Invoke(pod);
    }

    private void Wait(SimulatedPod pod)
    {
        var place = (-pod.Template.Priority, _number++);
        _places[pod] = place;
        _pending.Add((place.Item1, place.Item2, pod));
    }

    private void Register(SimulatedPod pod)
    {
        state.Pods[pod.Key] = pod;
        pod.Workload?.Pods.Add(pod);
        budgets.Cover(pod);
        budgets.Note(pod);
    }

    private void Cycle()
    {
        _cyclePlanned = false;
        foreach (var (_, _, pod) in _pending.ToList())
        {
            if (!pod.Gone && scheduler.Place(pod) is { } node)
            {
                if (_places.Remove(pod, out var place))
                {
                    _pending.Remove((place.Item1, place.Item2, pod));
                }

                Bind(pod, node);
            }
        }
    }

    private void Bind(SimulatedPod pod, SimulatedNode node)
    {
        pod.Node = node;
        node.Pods.Add(pod);
        node.Usage.Add(pod.Template);
        state.Groups.Bound(pod);
        state.Changed(pod);
        state.Trace(TraceKind.PodBound, pod);
        if (node.IsUp)
        {
            PlanStart(pod);
        }
    }

    private void PlanStart(SimulatedPod pod)
    {
        var node = pod.Node!;
        var nominal = pod.Template.StartupTime * state.Timing.Pace ?? (pod.BelongsToDaemonSet ? state.Timing.DaemonPodStart : state.Timing.PodStart);
        state.Time.After(state.Draw(nominal, "start", pod.Uid), () =>
        {
            if (pod is { Gone: false, Terminating: false } && pod.Node == node && node.IsUp && (node.Ready || !node.IsGuest) && !pod.Finished && !pod.Ready)
            {
                pod.Phase = PodPhase.Running;
                pod.Ready = true;
                state.Changed(pod);
                state.Trace(TraceKind.PodReady, pod);
                budgets.Note(pod);
            }
        });
    }

    private void PlanEnd(SimulatedPod pod)
    {
        var stop = Duration.Min(pod.GraceAsked ?? pod.Template.GracePeriod, state.Draw(state.Timing.PodStop, "stop", pod.Uid));
        state.Time.After(stop, () =>
        {
            if (pod.Node is { IsUp: true } && !pod.Stuck)
            {
                Remove(pod);
            }
        });
    }
}
