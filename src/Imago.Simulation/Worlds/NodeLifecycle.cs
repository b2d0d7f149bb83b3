using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Scheduling;
using Imago.Simulation.Tracing;
using NodaTime;

namespace Imago.Simulation.Worlds;

/// <summary>Nodes join, become Ready or not, patch themselves when ordered, stop reporting, and leave.</summary>
internal sealed class NodeLifecycle(ClusterState state, Scheduler scheduler, PodLifecycle pods, WorkloadController workloads)
{
    /// <summary>Told when a kubelet has begun to report.</summary>
    public event Action<SimulatedNode>? CameUp;

    /// <summary>A node of the blueprint: it is there from the beginning.</summary>
    public SimulatedNode Place(NodeBlueprint blueprint)
    {
        var node = new SimulatedNode(blueprint, blueprint.Uid, scheduler.ShapeOf(blueprint), isSurge: false)
        {
            IsUp = blueprint.Ready,
            Ready = blueprint.Ready,
            ReachedLevel = LevelOf(blueprint),
            RebootPending = blueprint.RebootPending,
        };
        state.Nodes[node.Name] = node;
        scheduler.Add(node);
        return node;
    }

    /// <summary>A machine has been made or made anew, and registers.</summary>
    public void Join(NodeBlueprint blueprint, string image, PatchLevel? level, bool isSurge, bool boots) => Join(
        new SimulatedNode(blueprint, state.NewUid("node"), scheduler.ShapeOf(blueprint), isSurge)
        {
            Image = image,
            ReachedLevel = level,
            CreatedAt = state.Time.Now,
            Unschedulable = false,
            UnderPressure = false,
        },
        boots);

    /// <summary>A client registers a machine that is somewhere else: it neither boots nor patches itself here.</summary>
    public SimulatedNode Welcome(NodeBlueprint blueprint)
    {
        var guest = new SimulatedNode(blueprint, state.NewUid("node"), scheduler.ShapeOf(blueprint), isSurge: false)
        {
            IsGuest = true,
            CreatedAt = state.Time.Now,
            HeardAt = state.Time.Now,
        };
        Join(guest, boots: false);
        return guest;
    }

    private void Join(SimulatedNode node, bool boots)
    {
        state.Nodes[node.Name] = node;
        scheduler.Add(node);
        state.Changed(node);
        state.Trace(TraceKind.NodeJoined, node);
        workloads.NodeJoined(node);
        if (boots)
        {
            Boot(node);
        }
    }

    /// <summary>A machine starts (again) on an image. On a bad image its kubelet never reports.</summary>
    public void Boot(SimulatedNode node)
    {
        if (state.Settings.BadImages.Contains(node.Image))
        {
            return;
        }

        state.Time.After(state.Draw(state.Timing.NodeBoot, "boot", node.Uid + node.Image), () =>
        {
            if (IsPresent(node) && !node.Ready && !state.Stopped)
            {
                Up(node);
            }
        });
    }

    /// <summary>CH-13: a machine is restarted as it is: the same node is away for a while, and what waited for a reboot has had it.</summary>
    public void Restart(SimulatedNode node, Duration extra, bool comesBack)
    {
        Down(node);
        state.Time.After(state.Draw(state.Timing.NodeReboot, "reboot", $"{node.Uid}{node.Boots}") + extra, () =>
        {
            if (!IsPresent(node))
            {
                return;
            }

            node.Boots++;
            node.RebootPending = false;
            state.Changed(node);
            state.Trace(TraceKind.NodeRebooted, node);
            if (comesBack && !node.Ready && !state.Stopped)
            {
                Up(node);
            }
        });
    }

    /// <summary>CH-11, CH-13: the OS has patched itself, and waits for a reboot.</summary>
    public void WaitForReboot(SimulatedNode node)
    {
        if (!node.RebootPending)
        {
            node.RebootPending = true;
            state.Changed(node);
            state.Trace(TraceKind.RebootPending, node);
        }
    }

    /// <summary>The kubelet reports.</summary>
    public void Up(SimulatedNode node)
    {
        node.IsUp = true;
        node.Ready = true;
        state.Changed(node);
        state.Trace(TraceKind.NodeReady, node);
        CameUp?.Invoke(node);
        pods.NodeUp(node);
        if (node.DesiredLevel is { } level && !(node.ReachedLevel >= level) && node.Order is null)
        {
            // The agent comes up with the node, and finds the order that it has not carried out.
            PlanPatch(node, level);
        }

        state.Tell();
    }

    /// <summary>The kubelet stops reporting. After a while the node's pods are deleted; they stay terminating until the node is back or gone.</summary>
    public void Down(SimulatedNode node)
    {
        if (!node.IsUp && !node.Ready)
        {
            return;
        }

        node.IsUp = false;
        node.Ready = false;
        state.Changed(node);
        state.Trace(TraceKind.NodeNotReady, node);
        pods.NodeDown(node);
        PlanEviction(node);
    }

    /// <summary>A guest says of itself that it is not Ready: it can stop pods, and its pods go after the same while.</summary>
    public void Unready(SimulatedNode guest)
    {
        var wasReady = guest.Ready;
        (guest.IsUp, guest.Ready) = (true, false);
        state.Changed(guest);
        pods.EndStopped(guest);
        if (wasReady)
        {
            state.Trace(TraceKind.NodeNotReady, guest);
            pods.NodeDown(guest);
            PlanEviction(guest);
        }
    }

    private void PlanEviction(SimulatedNode node)
    {
        var outage = ++node.Outages;
        if (state.Stopped)
        {
            // Whoever would miss the node is switched off, too.
            return;
        }

        state.Time.After(state.Timing.NotReadyEviction, () =>
        {
            // A node that came back and failed again meanwhile has its whole time again.
            if (!IsPresent(node) || (node.IsGuest ? node.Ready : node.IsUp) || node.Outages != outage || state.Stopped)
            {
                return;
            }

            foreach (var pod in node.Pods.Where(p => !p.BelongsToDaemonSet && !p.Mirror && !p.Finished).ToList())
            {
                pods.Stop(pod);
            }
        });
    }

    /// <summary>The node object goes, and its pods with it.</summary>
    public void Remove(SimulatedNode node)
    {
        if (!IsPresent(node))
        {
            return;
        }

        node.IsUp = false;
        node.Ready = false;
        state.Nodes.Remove(node.Name);
        scheduler.Remove(node);
        state.Removed(node);
        state.Trace(TraceKind.NodeRemoved, node);
        foreach (var pod in node.Pods.ToList())
        {
            pods.Remove(pod);
        }
    }

    /// <summary>CH-34: a patch level has been ordered. CH-35: the agent looks every so often, and works a while.</summary>
    public void PatchOrdered(SimulatedNode node, PatchLevel level)
    {
        node.DesiredLevel = level;
        state.Trace(TraceKind.PatchOrdered, node, level.ToString());
        PlanPatch(node, level);
    }

    private void PlanPatch(SimulatedNode node, PatchLevel level)
    {
        // A guest has an agent of its own, or none.
        if (node.IsGuest)
        {
            return;
        }

        var poll = state.Timing.AgentPoll * state.Seed.Fork("agent").Fork(node.Uid).Fraction;
        state.Time.After(poll + state.Draw(state.Timing.LivePatch, "patch", node.Uid + level), () => Patched(node, level));
    }

    private void Patched(SimulatedNode node, PatchLevel level)
    {
        if (IsPresent(node) && node.IsUp && !(node.ReachedLevel >= level))
        {
            node.ReachedLevel = level;
            state.Changed(node);
            state.Trace(TraceKind.PatchReached, node, level.ToString());
        }
    }

    /// <summary>Whether it is still in the cluster.</summary>
    public bool IsPresent(SimulatedNode node) => state.Nodes.TryGetValue(node.Name, out var present) && present == node;

    private static PatchLevel? LevelOf(NodeBlueprint blueprint) =>
        blueprint.Annotations.TryGetValue(NodeAnnotations.LivePatchingCurrent, out var text) && PatchLevel.TryParse(text, out var level) ? level : null;
}
