using System.Collections.Concurrent;
using Imago.Domain.Clusters;
using Imago.Simulation.Tracing;

namespace Imago.Kubernetes.Tests.Faults.Kit;

/// <summary>
/// Sees what happens in a twin from inside, whoever does it, and notes what must not be: an eviction that a budget forbids, a pod that went without one, fewer healthy pods than
/// a budget wants, a node too many or too few. It counts for itself and asks no planner. From several threads.
/// </summary>
internal sealed class Witness(TwinSettings settings) : ITraceSink
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentDictionary<string, byte> _wrongs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _evicted = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _operations = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ObjectKey, string> _places = new();
    private readonly ConcurrentQueue<string> _story = new();
    private CancellationTokenSource? _stop;
    private Task _looking = Task.CompletedTask;
    private volatile bool _begun;

    /// <summary>What was wrong; empty if nothing was.</summary>
    public IReadOnlyCollection<string> Wrongs => [.. _wrongs.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Pods that were evicted.</summary>
    public int Evicted => _evicted.Count;

    /// <summary>Provider operations that were begun in the world: one for everything that was asked for, however often.</summary>
    public IReadOnlyCollection<string> Operations => [.. _operations.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The last things that happened, for the message of a failure.</summary>
    public string Story => string.Join('\n', _story.TakeLast(60));

    /// <summary>From here on it counts: the cluster is complete.</summary>
    public void Begin(ClusterView view)
    {
        foreach (var (key, pod) in view.Pods.Where(p => p.Value.Pod.LeavesOnDrain))
        {
            _places[key] = pod.Pod.NodeName ?? "";
        }

        _begun = true;
    }

    /// <summary>Looks at the whole cluster again and again.</summary>
    public void Watch(Func<Task<ClusterView?>> look)
    {
        _stop = new CancellationTokenSource();
        _looking = LookAsync(look, _stop.Token);
    }

    public async Task StopAsync()
    {
        if (_stop is { } stop)
        {
            await stop.CancelAsync();
            await _looking;
            stop.Dispose();
            _stop = null;
        }
    }

    /// <inheritdoc />
    public void Write(TraceEvent happened)
    {
        if (!_begun)
        {
            return;
        }

        // A world that is read from its journal again tells the same again; sets do not mind.
        switch (happened)
        {
            case { Kind: TraceKind.PodForced, Pod: { } pod }:
                Wrong($"{pod.Key} was deleted without asking its budgets");
                break;
            case { Kind: TraceKind.PodEvicted, Pod: { } pod, Budget: { } budget }:
                _evicted.TryAdd($"{happened.At} {pod.Key}", 0);
                if (budget.AllowedBefore <= 0)
                {
                    Wrong($"{pod.Key} was evicted although {budget.Key} allowed {budget.AllowedBefore}");
                }

                break;
            case { Kind: TraceKind.PodEvicted, Pod: { } pod }:
                _evicted.TryAdd($"{happened.At} {pod.Key}", 0);

                // One that is stopping already is asked to stop once more: no budget is asked about that.
                if (pod is { Ready: true, Terminating: false, Budgets.IsEmpty: false })
                {
                    Wrong($"{pod.Key} was evicted at no budget's charge, although {pod.Budgets[0]} covers it");
                }

                break;
            case { Kind: TraceKind.PodBound, Pod: { Owner.Kind: not "DaemonSet" } pod, Node: { } node }:
                _places[pod.Key] = node.Name;
                break;
            case { Kind: TraceKind.PodGone, Pod: { } pod }:
                _places.TryRemove(pod.Key, out _);
                break;
            case { Kind: TraceKind.OperationBegun, Detail: { } operation }:
                Begun(operation, happened.Node?.Name);
                break;
        }

        _story.Enqueue($"{happened.At} {happened.Kind} {happened.Node?.Name} {happened.Pod?.Key} {happened.Detail}");
    }

    // UP-40: whatever is done to a machine that is there takes what is on it along.
    private void Begun(string operation, string? node)
    {
        if (_operations.TryAdd(operation, 0) && node is not null && _places.Where(p => p.Value == node).Select(p => p.Key.ToString()).ToList() is { Count: > 0 } pods)
        {
            Wrong($"{operation} was begun with {string.Join(", ", pods)} on the node");
        }
    }

    private async Task LookAsync(Func<Task<ClusterView?>> look, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (_begun && await look() is { } view)
            {
                Judge(view);
            }

            await Task.Delay(Pause, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private void Judge(ClusterView view)
    {
        var nodes = view.NodesOf(FaultyTwin.Pool).Values.ToList();
        if (nodes.Count > settings.Nodes + settings.Surge)
        {
            Wrong($"the pool had {nodes.Count} nodes: {string.Join(", ", nodes.Select(n => n.Name))}");
        }

        var available = nodes.Count(n => n.Available);
        if (available < settings.Nodes - settings.Unavailable)
        {
            Wrong($"only {available} nodes were in service");
        }

        foreach (var (key, budget) in view.Budgets)
        {
            var healthy = view.Pods.Values.Count(p => p.Pod is { Ready: true, Terminating: false } && p.Budgets.Contains(key));
            if (healthy < budget.DesiredHealthy)
            {
                Wrong($"{key} wants {budget.DesiredHealthy} healthy pods, and there were {healthy}");
            }
        }
    }

    private void Wrong(string what)
    {
        if (_wrongs.TryAdd(what, 0))
        {
            _story.Enqueue($"WRONG: {what}");
        }
    }
}
