using System.Collections.Immutable;
using Imago.Application.Engine;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Tracing;
using Imago.Simulation.Worlds;

namespace Imago.Simulation.Serving.Pools;

/// <summary>
/// The scale sets of a served cluster: makes and gives back machines until there are as many as asked for, and switches them off and on. Machines that a rollout
/// makes are not counted and not touched, except that they go with their pool.
/// </summary>
internal sealed class NodePools
{
    private readonly SimulatedWorld _world;
    private readonly ServedFacts _facts;
    private readonly SortedDictionary<string, MachinePool> _pools = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _awaited = new(StringComparer.Ordinal);
    private readonly HashSet<string> _leaving = new(StringComparer.Ordinal);

    public NodePools(SimulatedWorld world, ServedFacts facts)
    {
        _world = world;
        _facts = facts;
        world.Provider.Rejoining = Rejoin;
        world.Nodes.CameUp += node =>
        {
            if (_awaited.Remove(node.Name) && _awaited.Count == 0)
            {
                AllCame?.Invoke();
            }
        };
    }

    /// <summary>Told when the last machine that was made or switched on has reported.</summary>
    public event Action? AllCame;

    /// <summary>What was last asked for; null before anything was.</summary>
    public ShapeOrder? Order { get; private set; }

    public IReadOnlyDictionary<string, MachinePool> Pools => _pools;

    /// <summary>Numbers given so far, by pool; also of pools that are gone, whose names may come back.</summary>
    public IReadOnlyDictionary<string, int> Numbers => _numbers;

    /// <summary>Machines that were made or switched on and have not reported since.</summary>
    public IEnumerable<string> Awaited => _awaited;

    private ClusterState State => _world.State;

    /// <summary>Puts back what was known when the world was put away.</summary>
    public void Restore(
        ShapeOrder order, IEnumerable<KeyValuePair<string, int>> numbers, IEnumerable<string> awaited, IEnumerable<(string Pool, Machine Machine)> machines)
    {
        Order = order;
        foreach (var pool in order.Pools)
        {
            _pools[pool.Name] = new MachinePool { Order = pool };
            _world.Factory.Define(pool.Name, NodeLooks.Examples(pool, _facts));
        }

        foreach (var (pool, number) in numbers)
        {
            _numbers[pool] = number;
        }

        _awaited.UnionWith(awaited);
        foreach (var (pool, machine) in machines)
        {
            _pools[pool].Machines[machine.Number] = machine;
        }
    }

    /// <summary>Begins what it takes to get there; the rest happens by itself.</summary>
    public void Follow(ShapeOrder order)
    {
        var wasRunning = Order?.Running ?? true;
        Order = order;
        foreach (var (name, pool) in _pools.Where(p => !order.Pools.Any(o => string.Equals(o.Name, p.Key, StringComparison.Ordinal))).ToList())
        {
            _pools.Remove(name);
            _world.Factory.Forget(name);
            GiveBack(pool);
        }

        if (wasRunning != order.Running)
        {
            Switch(order.Running);
        }

        foreach (var pool in order.Pools)
        {
            Follow(pool);
        }
    }

    /// <summary>How far it is.</summary>
    public ShapeProgress Progress()
    {
        var ready = _pools.ToImmutableSortedDictionary(p => p.Key, p => p.Value.Machines.Values.Count(IsReady), StringComparer.Ordinal);
        var settled = _leaving.Count == 0 && _pools.Values.All(p => p.Machines.Values.All(m => !m.Coming));
        var done = settled && (Order is not { Running: false } ? _awaited.Count == 0 : !State.Nodes.Values.Any(n => n is { IsUp: true, IsGuest: false }));
        return new ShapeProgress(done, ready);
    }

    /// <summary>Whether a name is one that machines of the cluster's scale sets have, or will get.</summary>
    public bool Names(string node) =>
        node.Contains($"-{_facts.ScaleSet}-vmss", StringComparison.Ordinal) || _pools.Values.Any(p => p.Machines.Values.Any(m => string.Equals(m.Name, node, StringComparison.Ordinal)));

    private bool IsReady(Machine machine) => State.Nodes.TryGetValue(machine.Name, out var node) && node.Ready;

    private void Follow(PoolOrder order)
    {
        if (!_pools.TryGetValue(order.Name, out var pool))
        {
            _pools[order.Name] = pool = new MachinePool { Order = order };
        }

        var before = pool.Order;
        pool.Order = order;
        _world.Factory.Define(order.Name, NodeLooks.Examples(order, _facts));
        if (!HaveSameLooks(before, order))
        {
            Repaint(pool, before);
        }

        while (pool.Machines.Count < order.Count)
        {
            Make(pool);
        }

        while (pool.Machines.Count > order.Count)
        {
            // The newest goes first, as from a scale set.
            var newest = pool.Machines.Values.Last();
            pool.Machines.Remove(newest.Number);
            Leave(newest.Name);
        }
    }

    private void Make(MachinePool pool)
    {
        var number = _numbers.GetValueOrDefault(pool.Order.Name);
        _numbers[pool.Order.Name] = number + 1;
        var zone = pool.Order.Zones.Select(z => NodeLooks.ZoneName(_facts, z)).OrderBy(z => pool.Machines.Values.Count(m => string.Equals(m.Zone, z, StringComparison.Ordinal)))
            .ThenBy(z => z, StringComparer.Ordinal).FirstOrDefault();
        var machine = new Machine(number, NodeLooks.NameOf(pool.Order, _facts, number), zone) { Coming = true };
        pool.Machines[number] = machine;
        _awaited.Add(machine.Name);
        State.Time.After(State.Draw(State.Timing.SurgeProvision, "provision", machine.Name), () =>
        {
            // It may have been given back before it was there.
            if (pool.Machines.GetValueOrDefault(number) == machine)
            {
                machine.Coming = false;
                var blueprint = NodeLooks.Make(pool.Order, _facts, machine.Name, State.NewUid("machine"), machine.Zone);
                _world.Nodes.Join(blueprint, pool.Order.Image, level: null, isSurge: false, boots: !State.Stopped);
            }
        });
    }

    private void GiveBack(MachinePool pool)
    {
        foreach (var machine in pool.Machines.Values)
        {
            Leave(machine.Name);
        }

        pool.Machines.Clear();
        foreach (var extra in State.Nodes.Values.Where(n => n.IsSurge && string.Equals(n.Pool, pool.Order.Name, StringComparison.Ordinal)).ToList())
        {
            Leave(extra.Name);
        }
    }

    // Budgets are not asked: a pool that shrinks does so because its owner said so.
    private void Leave(string name)
    {
        _awaited.Remove(name);
        _leaving.Add(name);
        if (State.Nodes.TryGetValue(name, out var node))
        {
            if (!node.Unschedulable)
            {
                node.Unschedulable = true;
                State.Changed(node);
                State.Trace(TraceKind.NodeCordoned, node, "to be removed");
            }

            foreach (var pod in node.Pods.Where(p => !p.BelongsToDaemonSet && !p.Mirror && !p.Finished).ToList())
            {
                _world.Pods.Stop(pod);
            }
        }

        State.Time.After(State.Draw(State.Timing.NodeDelete, "remove", name), () =>
        {
            _leaving.Remove(name);
            if (State.Nodes.TryGetValue(name, out var present))
            {
                _world.Nodes.Remove(present);
            }

            State.Tell();
        });
    }

    private void Switch(bool on)
    {
        State.Stopped = !on;
        if (on)
        {
            _world.Guests.Resumed();
        }

        foreach (var node in State.Nodes.Values.Where(n => !n.IsGuest && !_leaving.Contains(n.Name)))
        {
            if (on)
            {
                _awaited.Add(node.Name);
                State.Time.After(State.Draw(State.Timing.SurgeProvision, "start", node.Name), () => _world.Nodes.Boot(node));
            }
            else
            {
                State.Time.After(State.Draw(State.Timing.NodeDelete, "stop", node.Name), () =>
                {
                    if (State.Stopped && State.Nodes.GetValueOrDefault(node.Name) == node)
                    {
                        _world.Nodes.Down(node);
                    }
                });
            }
        }

        if (!on)
        {
            _awaited.Clear();
        }
    }

    // CH-6: whatever is asked of new nodes by now, a node that is made anew keeps its Kubernetes version.
    private NodeBlueprint? Rejoin(SimulatedNode node) =>
        _pools.TryGetValue(node.Pool, out var pool) && (node.IsSurge || pool.Machines.Values.Any(m => string.Equals(m.Name, node.Name, StringComparison.Ordinal)))
            ? Looks(pool.Order, node)
            : null;

    // What somebody put on the node by hand stays as long as the node is the same machine with the same system on it.
    private static NodeBlueprint WithEdits(NodeBlueprint next, NodeBlueprint present, NodeBlueprint former) => next with
    {
        Labels = next.Labels
            .RemoveRange(former.Labels.Keys.Where(k => !present.Labels.ContainsKey(k)))
            .SetItems(present.Labels.Where(l => l.Key is not NodeLabels.NodeImageVersion && !string.Equals(former.Labels.GetValueOrDefault(l.Key), l.Value, StringComparison.Ordinal))),
        Annotations = present.Annotations,
        Taints = [.. next.Taints.Where(t => present.Taints.Contains(t) || !former.Taints.Contains(t)).Union(present.Taints.Where(t => !former.Taints.Contains(t)))],
    };

    private NodeBlueprint Looks(PoolOrder order, SimulatedNode node) =>
        NodeLooks.Make(order, _facts, node.Name, node.Blueprint.Uid, node.Zone) with { KubeletVersion = node.Blueprint.KubeletVersion };

    // Whoever is on a node stays there; only where new pods may go changes.
    private void Repaint(MachinePool pool, PoolOrder before)
    {
        foreach (var node in State.Nodes.Values.Where(n => string.Equals(n.Pool, pool.Order.Name, StringComparison.Ordinal)))
        {
            var blueprint = Looks(pool.Order, node) with { CreatedAt = node.Blueprint.CreatedAt };
            _world.Painting.Paint(node, node.Edited ? WithEdits(blueprint, node.Blueprint, Looks(before, node)) : blueprint);
        }

        _world.Pods.PlanCycle();
    }

    private static bool HaveSameLooks(PoolOrder first, PoolOrder second) =>
        first.Mode == second.Mode && first.Labels.SequenceEqual(second.Labels) && first.Taints.SequenceEqual(second.Taints, StringComparer.Ordinal)
        && string.Equals(first.OsSku, second.OsSku, StringComparison.Ordinal);
}

/// <summary>A pool and its machines, by number.</summary>
internal sealed class MachinePool
{
    public required PoolOrder Order { get; set; }

    public SortedDictionary<int, Machine> Machines { get; } = [];
}
