using System.Globalization;
using System.Text.Json.Nodes;
using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using NodaTime;

namespace Imago.Kubernetes.Tests.Clusters.Kit;

/// <summary>
/// What goes on behind a <see cref="MiniApi"/>: pods that are deleted end and come back on another node, budgets are counted, and a provider makes, reimages and deletes
/// nodes at once. A reimaged node is another object, with none of the annotations and taints of the old one.
/// </summary>
internal sealed class MiniCluster : INodeProvider, IAsyncDisposable
{
    private readonly MiniApi _api;
    private readonly int _replicas;
    private readonly Dictionary<string, ProviderOperation> _operations = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _controllers;
    private long _highestEpoch;
    private int _made;

    public MiniCluster(MiniApi api, int nodes, int replicas)
    {
        (_api, _replicas) = (api, replicas);
        for (var i = 1; i <= nodes; i++)
        {
            api.Put("nodes", null, $"n{i}", Objects.Node());
        }

        Control();
        _controllers = ControlAsync();
    }

    /// <summary>The nodes with their images, in order.</summary>
    public IReadOnlyList<string> Images => [.. _api.All("nodes").Select(n => n["metadata"]!["labels"]![NodeLabels.NodeImageVersion]!.GetValue<string>())];

    public int Operations => _operations.Count;

    /// <summary>The fewest pods of the workload that were Ready at a time.</summary>
    public int FewestReady { get; private set; } = int.MaxValue;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _controllers;
        _stop.Dispose();
    }

    public ValueTask<ProviderOperation> BeginAsync(ProviderRequest request, CancellationToken cancellation)
    {
        lock (_operations)
        {
            if (request.Epoch < _highestEpoch)
            {
                return ValueTask.FromResult(new ProviderOperation(request.OperationId, OperationState.Failed, null, ProviderCodes.StaleEpoch, "stale"));
            }

            _highestEpoch = request.Epoch;
            if (!_operations.TryGetValue(request.OperationId, out var operation))
            {
                Do(request);
                operation = _operations[request.OperationId] = new ProviderOperation(request.OperationId, OperationState.Succeeded, SystemInstant(), null, null);
            }

            return ValueTask.FromResult(operation);
        }
    }

    public ValueTask<ProviderOperation?> FindAsync(string operationId, CancellationToken cancellation)
    {
        lock (_operations)
        {
            return ValueTask.FromResult(_operations.GetValueOrDefault(operationId));
        }
    }

    private void Do(ProviderRequest request)
    {
        if (request.Verb != ProviderVerb.Create)
        {
            _api.Remove("nodes", null, request.Node);
        }

        if (request.Verb != ProviderVerb.Delete)
        {
            _api.Put("nodes", null, request.Node, Objects.Node(request.Pool, request.Image!, n => n["metadata"]!["uid"] = $"uid-{request.Node}-{++_made}"));
        }
    }

    private async Task ControlAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Control();
            await Task.WhenAny(Task.Delay(5, _stop.Token));
        }
    }

    private void Control()
    {
        var nodes = _api.All("nodes").Where(n => n["spec"]!["unschedulable"] is null).Select(n => n["metadata"]!["name"]!.GetValue<string>()).ToList();
        var pods = _api.All("pods");
        foreach (var gone in pods.Where(p => p["metadata"]!["deletionTimestamp"] is not null))
        {
            _api.Remove("pods", "shop", gone["metadata"]!["name"]!.GetValue<string>());
        }

        var ready = pods.Count(p => p["metadata"]!["deletionTimestamp"] is null);
        FewestReady = Math.Min(FewestReady, ready == 0 ? int.MaxValue : ready);
        for (; ready < _replicas && nodes.Count > 0; ready++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"web-1-{++_made}");
            _api.Put("pods", "shop", name, Objects.Pod(nodes[_made % nodes.Count]));
        }

        var budget = _api.Find("poddisruptionbudgets", "shop", "web") ?? Objects.Budget(0);
        if (budget["status"]!["disruptionsAllowed"]!.GetValue<int>() is var before && (Math.Max(0, ready - _replicas + 1) != before || budget["metadata"]!["name"] is null))
        {
            var counted = (JsonObject)budget.DeepClone();
            counted["status"]!["disruptionsAllowed"] = Math.Max(0, ready - _replicas + 1);
            _api.Put("poddisruptionbudgets", "shop", "web", counted);
        }
    }

    private static Instant SystemInstant() => Instant.FromDateTimeOffset(new WallClock().GetUtcNow());
}
