using Imago.Domain.Clusters;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Faults.Tests.Checking;

/// <summary>
/// Invariants 1, 2, 3 and 7 as far as they are about agents: what they are told and when, and that a machine is restarted only when nothing runs on it. Outside windows nothing
/// is told but to stage, and to machines that have just joined.
/// </summary>
internal sealed class MachineRule
{
    // How long after its rollout has given a node up an agent may still find the order: until the next pass, whoever makes it.
    private static readonly Duration TakingBack = Duration.FromMinutes(5);

    private readonly Truth _truth;
    private readonly Coverage _coverage;
    private readonly Dictionary<string, Instant> _lastPatched = new(StringComparer.Ordinal);

    // What agents have begun to install, by node and order.
    private readonly HashSet<(string Node, string Order)> _begun = [];

    public MachineRule(Truth truth, Coverage coverage)
    {
        (_truth, _coverage) = (truth, coverage);
        truth.World.AgentPlay.Acting += Acts;
    }

    /// <summary>When a process was last there to do anything; one that is away takes nothing back.</summary>
    public Func<Instant> LastAtWork { get; set; } = () => Instant.MaxValue;

    public void Stored(RolloutRecord? before, RolloutRecord after)
    {
        foreach (var (name, progress) in (before?.Active ?? RolloutRecord.EmptyActive).Concat(after.Active))
        {
            if (progress.Work == NodeWork.LivePatch)
            {
                _lastPatched[name] = _truth.Now;
            }
        }
    }

    /// <summary>A node was told something.</summary>
    public void Updating(Node before, NodeUpdate update)
    {
        if (update.Order is not { } order)
        {
            return;
        }

        _coverage.Saw($"order {order.Mode}");
        if (order.Mode == OrderMode.Live && !IsPatchedLive(before.Name))
        {
            _truth.Violated(1, $"node {before.Name} was ordered to install while it serves, which no record speaks of: {order.Id}");
        }

        // CH-37
        if (order.Mode == OrderMode.Drained && !before.NotPatchedYet)
        {
            _truth.Violated(3, $"node {before.Name} was ordered {order.Id} as if it were drained");
        }

        // CH-16
        if (order.Mode != OrderMode.Stage && order.Content != OrderContent.Security && _truth.Intent.Since(_truth.Now - Tolerance).All(s => s.Channel == Domain.Channels.NodeOsChannel.SecurityPatch))
        {
            _truth.Violated(7, $"node {before.Name} was ordered {order.Content} under channel SecurityPatch: {order.Id}");
        }
    }

    private Duration Tolerance => _truth.Scenario.Faults.Tolerance;

    private void Acts(string name, NodeOrder order, AgentPhase phase)
    {
        // The middle of a step: the other checks have not seen it yet, and must not miss it.
        var view = _truth.World.Look();
        _coverage.Saw($"agent {phase} {order.Mode}");
        if (phase == AgentPhase.Applying)
        {
            // MW-53, NM-46: begun before the limit, it is ended whenever that is.
            if (_truth.Now >= order.NotAfter && !_begun.Contains((name, order.Id)))
            {
                _truth.Violated(1, $"node {name} begins to install at or after {order.NotAfter}: {order.Id}");
            }

            _begun.Add((name, order.Id));
        }

        if (order.Mode == OrderMode.Stage)
        {
            _truth.Violated(1, $"node {name} does more than stage: {order.Id}");
        }
        else if (order.Mode == OrderMode.Live && phase == AgentPhase.Rebooting)
        {
            _truth.Violated(3, $"node {name} restarts while it serves: {order.Id}");
        }
        else if (order.Mode == OrderMode.Live)
        {
            InstallsLive(name, order);
        }
        else if (phase == AgentPhase.Rebooting)
        {
            Restarts(view, view.Nodes[name], order);
        }
    }

    private void InstallsLive(string name, NodeOrder order)
    {
        var open = _truth.Intent.Since(_truth.Now - Tolerance).Any(s => PlainCalendar.IsOpen(s, _truth.Now));
        var latest = Instant.Min(_truth.Now, LastAtWork());
        if (!open && !IsPatchedLive(name) && (!_lastPatched.TryGetValue(name, out var last) || latest - last > TakingBack + Tolerance))
        {
            _truth.Violated(1, $"node {name} installs outside a window what its rollout gave up: {order.Id}");
        }
    }

    // CH-31
    private void Restarts(ClusterView view, Node node, NodeOrder order)
    {
        if (node.NotPatchedYet || _truth.UncordonedByHand.Contains(node.Name) || _truth.Records().GetValueOrDefault(node.Pool)?.Record is { Forced: true })
        {
            return;
        }

        if (!node.Unschedulable)
        {
            _truth.Violated(3, $"node {node.Name} restarts and is not cordoned: {order.Id}");
        }

        foreach (var entry in view.PodsOn(node.Name))
        {
            if (entry.Pod is { LeavesOnDrain: true, Ready: true })
            {
                _truth.Violated(3, $"node {node.Name} restarts with pod {entry.Pod.Key} on it: {order.Id}");
            }
        }
    }

    private bool IsPatchedLive(string node) =>
        _truth.Records().Values.Any(r => r.Record.Active.TryGetValue(node, out var progress) && progress.Work == NodeWork.LivePatch)
        || (_lastPatched.TryGetValue(node, out var last) && _truth.Now - last <= Tolerance);
}
