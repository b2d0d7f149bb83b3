using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Records;
using Imago.Kubernetes.Transport;
using Imago.Kubernetes.Watching;

namespace Imago.Kubernetes.Clusters;

/// <summary>
/// The watches of one cluster that keep a <see cref="LiveView"/>: nodes, pods, budgets, and of replica sets who owns them; and one of our lease, so that its loss is known at
/// once. They run from its making until it is disposed.
/// </summary>
internal sealed class ClusterWatch : IAsyncDisposable
{
    private readonly KubernetesClient _client;
    private readonly LiveView _view;
    private readonly AttachedClusterOptions _options;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly Informer<KubernetesNode> _nodes;
    private readonly Informer<KubernetesPod> _pods;
    private readonly Informer<KubernetesBudget> _budgets;
    private readonly Informer<PartialObject> _replicaSets;
    private readonly Informer<Lease> _lease;
    private readonly Task _running;
    private volatile bool _synced;

    public ClusterWatch(KubernetesClient client, LiveView view, LeaseKeeper lease, string ns, AttachedClusterOptions options, TimeProvider clock)
    {
        (_client, _view, _options, _clock) = (client, view, options, clock);
        _nodes = new(client, ResourceTypes.Nodes, new Sink<KubernetesNode>(view.NodeSeen, key => view.NodeGone(key.Name)));
        _pods = new(client, ResourceTypes.Pods, new Sink<KubernetesPod>(view.PodSeen, view.PodGone));
        _budgets = new(client, ResourceTypes.Budgets, new Sink<KubernetesBudget>(view.BudgetSeen, view.BudgetGone));
        _replicaSets = new(client, ResourceTypes.ReplicaSetOwners, new Sink<PartialObject>(view.ReplicaSetSeen, view.ReplicaSetGone));
        var ours = new InformerOptions { Namespace = ns, FieldSelector = $"metadata.name={RecordNames.LeaseName}" };
        _lease = new(client, ResourceTypes.Leases, new Sink<Lease>(lease.Heard, _ => lease.HeardGone()), ours);
        _running = Task.WhenAll(_lease.RunAsync(_stop.Token), _nodes.RunAsync(_stop.Token), _budgets.RunAsync(_stop.Token), _replicaSets.RunAsync(_stop.Token), RunPodsAsync());
    }

    /// <summary>The cluster as it is.</summary>
    /// <exception cref="ConnectionException">It does not answer: it was never seen as a whole, or nothing has been heard of it for so long that it must not be decided upon.</exception>
    public async ValueTask<ClusterView> LookAsync(CancellationToken cancellation)
    {
        if (!_synced)
        {
            await SyncAsync(cancellation);
        }

        // Unread is unknown, and unknown never permits disruption: a view that no watch has kept for a while is not looked at.
        foreach (var (kind, state, isCurrent) in States())
        {
            if (!isCurrent)
            {
                throw new ConnectionException(state.Connected
                    ? $"The watch of {kind} is open, but has said nothing for longer than {_options.LongestQuiet.TotalSeconds:0} s. What it did not say is not guessed at; it is opened again."
                    : $"The watch of {kind} has been broken for longer than {_options.LongestSilence.TotalSeconds:0} s: {state.Trouble ?? "the cluster does not answer"}");
            }
        }

        return _view.Look();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async ValueTask SyncAsync(CancellationToken cancellation)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
        try
        {
            await Task.WhenAll(_nodes.WaitSyncedAsync(waiting.Token), _pods.WaitSyncedAsync(waiting.Token), _budgets.WaitSyncedAsync(waiting.Token))
                .WaitAsync(_options.LongestSync.ToTimeSpan(), _clock, waiting.Token);
            _synced = true;
        }
        catch (TimeoutException late)
        {
            var troubles = States().Where(s => !s.State.Synced).Select(s => $"{s.Kind}: {s.State.Trouble ?? "the list has not come to an end"}");
            throw new ConnectionException($"The cluster at {_client.Access} was not seen as a whole within {_options.LongestSync.TotalSeconds:0} s. {string.Join("; ", troubles)}", late);
        }
        catch (OperationCanceledException stopped) when (!cancellation.IsCancellationRequested)
        {
            throw new ConnectionException($"The connection to {_client.Access} has been put away.", stopped);
        }
    }

    // Pods are read after replica sets, so that most find their Deployment at once. Who may not read replica sets sees the names of these instead.
    private async Task RunPodsAsync()
    {
        try
        {
            await _replicaSets.WaitSyncedAsync(_stop.Token).WaitAsync(_options.OwnersFirst.ToTimeSpan(), _clock, _stop.Token);
        }
        catch (TimeoutException)
        {
            // Later, or never.
        }
        catch (OperationCanceledException)
        {
            return;
        }

        await _pods.RunAsync(_stop.Token);
    }

    private IEnumerable<(string Kind, InformerState State, bool IsCurrent)> States()
    {
        var (longestBreak, quiet) = (_options.LongestSilence.ToTimeSpan(), _options.LongestQuiet.ToTimeSpan());
        yield return ("nodes", _nodes.State, _nodes.IsCurrent(longestBreak, quiet));
        yield return ("pods", _pods.State, _pods.IsCurrent(longestBreak, quiet));
        yield return ("poddisruptionbudgets", _budgets.State, _budgets.IsCurrent(longestBreak, quiet));
    }
}
