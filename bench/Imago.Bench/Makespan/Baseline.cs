using Imago.Application.Ports;
using Imago.Application.Reconciling;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Bench.Makespan;

/// <summary>
/// A simple controller to compare ours with. It works through the same ports in the same world, hears of changes as late as ours, asks again for a refused
/// eviction as soon as ours, and lets a node count as back under the same conditions; it differs in what it does when, and in nothing else.
/// </summary>
internal abstract class Baseline
{
    private static readonly ReconcilerOptions Options = new() { Holder = "baseline" };

    private readonly SimulatedWorld _world;
    private readonly IClusterConnection _cluster;
    private readonly RolloutTarget _target;
    private readonly List<(Func<bool> Condition, TaskCompletionSource Waiter)> _waiting = [];
    private readonly Dictionary<string, StoredRecord> _records = new(StringComparer.Ordinal);
    private bool _lookPlanned;

    protected Baseline(SimulatedWorld world, RolloutTarget target)
    {
        _world = world;
        _target = target;
        _cluster = world.Connect();
        View = world.Look();
        world.Changed += () => LookAt(world.Time.Now + Options.ChangeCoalescing);
    }

    protected ClusterView View { get; private set; }

    /// <summary>Upgrades everything, and returns when nothing is left to do.</summary>
    public abstract Task RunAsync();

    protected void Cordon(string node) => Update(node, new NodeUpdate { Unschedulable = true });

    protected void Uncordon(string node) => Update(node, new NodeUpdate { Unschedulable = false });

    /// <summary>As <c>kubectl drain</c>: everything at once, and what is refused again after five seconds, until the node is empty.</summary>
    protected async Task DrainAsync(string node)
    {
        while (true)
        {
            var refused = false;
            foreach (var (pod, _) in View.PodsOn(node))
            {
                if (pod is { LeavesOnDrain: true, Terminating: false })
                {
                    var answer = await _cluster.EvictAsync(new RolloutAction.EvictPod(pod.Key, pod.Uid, node), CancellationToken.None);
                    refused |= answer.Status is EvictionStatus.Refused or EvictionStatus.SeveralBudgets;
                }
            }

            if (refused)
            {
                await UntilAsync(_world.Time.Now + Options.RetryEviction);
            }
            else
            {
                await UntilAsync(() => !View.PodsOn(node).Any(e => e.Pod.LeavesOnDrain));
                return;
            }
        }
    }

    protected async Task ReimageAsync(string pool, string node)
    {
        await ProvideAsync(ProviderVerb.Reimage, pool, node);
        await UntilServesAsync(node);
    }

    /// <summary>Makes a surge node and waits until it serves.</summary>
    protected async Task CreateAsync(string pool, string node)
    {
        await ProvideAsync(ProviderVerb.Create, pool, node);
        await UntilServesAsync(node);
    }

    protected Task DeleteAsync(string pool, string node) => ProvideAsync(ProviderVerb.Delete, pool, node);

    protected Task UntilAsync(Func<bool> condition)
    {
        if (condition())
        {
            return Task.CompletedTask;
        }

        var waiter = new TaskCompletionSource();
        _waiting.Add((condition, waiter));
        return waiter.Task;
    }

    protected Task UntilAsync(Instant instant)
    {
        LookAt(instant);
        return UntilAsync(() => _world.Time.Now >= instant);
    }

    /// <summary>Notes that a node is under way, where the trace reads it.</summary>
    protected async Task StartedAsync(string pool, string node)
    {
        var record = RecordOf(pool);
        await WriteAsync(record with { Active = record.Active.SetItem(node, ProgressOf(node)) });
    }

    /// <summary>Notes that a node is done.</summary>
    protected async Task FinishedAsync(string pool, string node)
    {
        var record = RecordOf(pool);
        var progress = record.Active[node];
        await WriteAsync(record with
        {
            Active = record.Active.Remove(node),
            Settled = record.Settled.SetItem(node, new NodeOutcome
            {
                Result = NodeResult.Upgraded,
                Work = NodeWork.Reimage,
                StartedAt = progress.StartedAt,
                EndedAt = _world.Time.Now,
                From = progress.From,
            }),
        });
    }

    private void Update(string node, NodeUpdate update)
    {
        // Ports of the simulated world answer at once.
        var seen = _cluster.ObserveAsync(CancellationToken.None).Result.Nodes[node];
        var outcome = _cluster.UpdateNodeAsync(new RolloutAction.UpdateNode(node, seen.ResourceVersion, update), CancellationToken.None).Result;
        if (outcome != PatchOutcome.Patched)
        {
            throw new InvalidOperationException($"Node '{node}' could not be patched: {outcome}.");
        }
    }

    private async Task ProvideAsync(ProviderVerb verb, string pool, string node)
    {
        var id = $"baseline/{node}/{verb}";
        await _world.Provider.BeginAsync(
            new ProviderRequest(id, verb, pool, node, verb == ProviderVerb.Delete ? null : _target.Name, null, Epoch: 1), CancellationToken.None);
        await UntilAsync(() => _world.Provider.Operations[id].State != OperationState.Running);
    }

    private Task UntilServesAsync(string node) => UntilAsync(() => View.Nodes.TryGetValue(node, out var seen) && seen.Ready
        && !View.PodsOn(node).Any(e => e.Pod is { BelongsToDaemonSet: true, Ready: false }));

    private NodeProgress ProgressOf(string node) => new()
    {
        Work = NodeWork.Reimage,
        Step = NodeStep.Draining,
        StartedAt = _world.Time.Now,
        Since = _world.Time.Now,
        From = View.Nodes[node].Image.Text,
        To = _target.Name,
        Uid = View.Nodes[node].Uid,
    };

    private RolloutRecord RecordOf(string pool) => _records.TryGetValue(pool, out var stored) ? stored.Record : new RolloutRecord
    {
        Id = $"baseline-{pool}",
        Pool = pool,
        Target = _target,
        StartedAt = _world.Time.Now,
        Settings = new UpgradeSettings(),
    };

    private async Task WriteAsync(RolloutRecord record) =>
        _records[record.Pool] = (await _cluster.WriteRecordAsync(record, _records.GetValueOrDefault(record.Pool)?.Version, CancellationToken.None)).Stored
            ?? throw new InvalidOperationException($"The record of pool '{record.Pool}' could not be written.");

    private void LookAt(Instant instant)
    {
        // Changes within a second are heard of together; a wait for an instant is planned by itself.
        var coalesced = instant == _world.Time.Now + Options.ChangeCoalescing;
        if (coalesced && _lookPlanned)
        {
            return;
        }

        _lookPlanned |= coalesced;
        _world.Time.At(instant, () =>
        {
            _lookPlanned &= !coalesced;
            Look();
        });
    }

    private void Look()
    {
        View = _cluster.ObserveAsync(CancellationToken.None).Result;
        foreach (var waiting in _waiting.Where(w => w.Condition()).ToList())
        {
            _waiting.Remove(waiting);

            // Whoever waited goes on here and now, on the loop's thread.
            waiting.Waiter.SetResult();
        }
    }
}
