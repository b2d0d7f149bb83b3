using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Imago.Application.Engine.Noting;
using Imago.Application.Storage;
using Imago.Domain.Maintenance;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Application.Engine;

/// <summary>What the engine measures. The names are a contract: whoever exports them keeps them as they are.</summary>
/// <remarks>Rules: EV-68. Values are of the last pass over a cluster by this process. <c>cluster</c> is the cluster's resource id.</remarks>
public sealed class EngineMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Imago.Engine";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _runs;
    private readonly Histogram<double> _durations;
    private readonly ConcurrentDictionary<string, ClusterReading> _readings = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, string> _unreachable = new(StringComparer.Ordinal);

    public EngineMetrics()
    {
        _runs = _meter.CreateCounter<long>("nodeos_upgrade_runs_total", description: "Rollouts that ended, by result");
        _durations = _meter.CreateHistogram<double>("nodeos_upgrade_duration_seconds", "s", "How long rollouts took");
        _meter.CreateObservableGauge("nodeos_nodes_behind", () => Observe(r => r.Pools.Select(p => new Measurement<long>(p.Behind, new("cluster", r.Cluster), new("pool", p.Name)))), description: "Nodes that are not at their target");
        _meter.CreateObservableGauge("nodeos_image_age_days", () => Observe(r => r.Pools.Where(p => p.Age is not null).Select(p => new Measurement<long>(p.Age!.Value, new("cluster", r.Cluster), new("pool", p.Name)))), description: "Age of the oldest image of a pool");
        _meter.CreateObservableGauge("nodeos_window_next_open_timestamp", () => Observe(r => r.WindowOpens is { } at ? [new Measurement<long>(at, new("cluster", r.Cluster), new("config", ConfigurationNames.NameOf(ConfigurationKind.NodeOsUpgrade)))] : []), description: "When the window opens next, in seconds since 1970");
        _meter.CreateObservableGauge("imago_cluster_unreachable", () => _unreachable.Values.Select(c => new Measurement<long>(1, new KeyValuePair<string, object?>("cluster", c))), description: "Attached clusters that cannot be reached");
        _meter.CreateObservableGauge("nodeos_drain_blocked", () => Observe(r => r.Blocked.Select(n => new Measurement<long>(1, new("cluster", r.Cluster), new("node", n)))), description: "Nodes that could not be drained");
    }

    /// <summary>The meter of this engine; another one of the process has the same name.</summary>
    internal Meter Meter => _meter;

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    internal void Update(NotingFrame frame, PassChanges changes)
    {
        var cluster = frame.Stored.Resource.Id;
        _unreachable.TryRemove(frame.Stored.Key, out _);
        foreach (var operation in changes.Ended.Where(o => o.Kind is OperationKind.AutomaticUpgrade or OperationKind.UpgradeNodeImage))
        {
            _runs.Add(1, new("cluster", cluster), new("pool", operation.Pool), new("channel", frame.Spec.Channel.ToString()), new("result", operation.Status.ToString()));
            _durations.Record((operation.EndedAt!.Value - operation.StartedAt).TotalSeconds, new("cluster", cluster), new("pool", operation.Pool), new("channel", frame.Spec.Channel.ToString()), new("result", operation.Status.ToString()));
        }

        var state = frame.Spec.Window?.Times.StateAt(frame.Now);
        _readings[frame.Stored.Key] = new ClusterReading(
            cluster,
            [.. frame.Stored.Pools.Select(p => new PoolReading(p.Name, StatusNotes.Behind(frame, p.Name), AgeOf(frame, p.Name)))],
            state?.Next?.Start.ToUnixTimeSeconds(),
            [.. frame.Input.Records.Values.SelectMany(r => r.Settled.Where(s => s.Value.Result is NodeResult.Blocked or NodeResult.Quarantined).Select(s => s.Key)).Where(frame.Input.View.Nodes.ContainsKey)]);
    }

    /// <summary>The cluster could not be reached; what was measured of it last still stands.</summary>
    internal void Lost(StoredCluster cluster) => _unreachable[cluster.Key] = cluster.Resource.Id;

    internal void Forget(string clusterKey)
    {
        _readings.TryRemove(clusterKey, out _);
        _unreachable.TryRemove(clusterKey, out _);
    }

    private static long? AgeOf(NotingFrame frame, string pool)
    {
        var today = frame.Now.InUtc().Date;
        var ages = frame.Input.View.NodesOf(pool).Values.Where(n => n.Image.IsKnown).Select(n => (long)Period.DaysBetween(n.Image.PatchedLevel, today)).ToList();
        return ages.Count == 0 ? null : ages.Max();
    }

    private IEnumerable<Measurement<long>> Observe(Func<ClusterReading, IEnumerable<Measurement<long>>> read) => _readings.Values.SelectMany(read);

    private sealed record ClusterReading(string Cluster, PoolReading[] Pools, long? WindowOpens, string[] Blocked);

    private sealed record PoolReading(string Name, long Behind, long? Age);
}
