using Imago.Domain.Clusters;
using Imago.Simulation.Tracing;

namespace Imago.Simulation.Worlds;

/// <summary>
/// What is done to the cluster by others, or by bad luck: operators who cordon, machines that die, pods that hang. For rehearsals and tests; every method
/// answers whether there was something to do it to.
/// </summary>
public sealed class Troubles
{
    private readonly ClusterState _state;
    private readonly NodeLifecycle _nodes;
    private readonly PodLifecycle _pods;
    private readonly MachineAgents _agents;

    internal Troubles(ClusterState state, NodeLifecycle nodes, PodLifecycle pods, MachineAgents agents)
    {
        _agents = agents;
        _state = state;
        _nodes = nodes;
        _pods = pods;
    }

    /// <summary>The kubelet stops reporting.</summary>
    public bool NodeFails(string name) => With(name, _nodes.Down);

    /// <summary>The kubelet reports again.</summary>
    public bool NodeRecovers(string name) => With(name, node =>
    {
        if (!node.IsUp)
        {
            _nodes.Up(node);
        }
    });

    /// <summary>Somebody else deletes the node and its machine.</summary>
    public bool NodeVanishes(string name) => With(name, _nodes.Remove);

    /// <summary>Somebody else cordons or uncordons the node by hand.</summary>
    public bool SomebodyCordons(string name, bool unschedulable = true) => With(name, node =>
    {
        node.Unschedulable = unschedulable;
        _state.Changed(node);
        _state.Trace(unschedulable ? TraceKind.NodeCordoned : TraceKind.NodeUncordoned, node, "by somebody else");
    });

    /// <summary>CH-13: the OS has patched itself, and waits for a reboot.</summary>
    public bool RebootPending(string name) => With(name, _nodes.WaitForReboot);

    /// <summary>The agent of a machine, which had died, is started again.</summary>
    public bool AgentRevives(string name) => _state.Nodes.TryGetValue(name, out var node) && _agents.Revive(node);

    /// <summary>A pressure condition appears or goes.</summary>
    public bool NodeUnderPressure(string name, bool pressure) => With(name, node =>
    {
        node.UnderPressure = pressure;
        _state.Changed(node);
    });

    /// <summary>The pod will not stop when asked, or does again.</summary>
    public bool PodHangs(ObjectKey key, bool hangs = true)
    {
        if (!_state.Pods.TryGetValue(key, out var pod))
        {
            return false;
        }

        pod.Stuck = hangs;
        if (!hangs && pod is { Terminating: true, Node: { IsUp: true } })
        {
            _pods.Remove(pod);
        }

        return true;
    }

    /// <summary>The pod fails its readiness probe until it is replaced.</summary>
    public bool PodUnready(ObjectKey key)
    {
        if (!_state.Pods.TryGetValue(key, out var pod))
        {
            return false;
        }

        _pods.Unready(pod);
        return true;
    }

    private bool With(string name, Action<SimulatedNode> act)
    {
        if (!_state.Nodes.TryGetValue(name, out var node))
        {
            return false;
        }

        act(node);
        return true;
    }
}
