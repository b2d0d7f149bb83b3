using System.Globalization;
using System.Text.Json;

namespace Imago.Simulation.Tests.Strangers;

/// <summary>
/// Checks the invariants of a run from its trace alone, as somebody could who has only docs/trace.md: it reads JSON lines and uses none of the product's types.
/// It takes for granted that nobody but the rollout disturbed the cluster.
/// </summary>
internal sealed class TraceChecker
{
    private readonly List<string> _violations = [];
    private readonly Dictionary<string, NodeState> _initial = [];
    private readonly Dictionary<string, NodeState> _nodes = [];
    private readonly Dictionary<string, PodState> _pods = [];
    private readonly Dictionary<string, (int Allowed, int Desired)> _budgets = [];
    private readonly Dictionary<string, PoolRun> _runs = [];
    private readonly Dictionary<string, int> _usableAtStart = [];
    private readonly bool _hasWindows;
    private DateTimeOffset? _windowEnd;
    private DateTimeOffset _now = DateTimeOffset.MinValue;
    private int _number;

    private TraceChecker(bool hasWindows) => _hasWindows = hasWindows;

    /// <summary>What is wrong with a trace; empty for a good one.</summary>
    /// <param name="lines">The lines, each one JSON object.</param>
    /// <param name="hasWindows">Whether a maintenance configuration was given.</param>
    public static IReadOnlyList<string> Check(IEnumerable<string> lines, bool hasWindows)
    {
        var checker = new TraceChecker(hasWindows);
        foreach (var line in lines)
        {
            using var document = JsonDocument.Parse(line);
            checker._number++;
            checker.Read(document.RootElement);
        }

        checker.End();
        return checker._violations;
    }

    private void Read(JsonElement line)
    {
        var time = Time(line, "time")!.Value;
        Demand(time >= _now, "time goes back");
        _now = time;
        var kind = line.GetProperty("kind").GetString()!;
        var name = Text(line, "node");
        switch (kind)
        {
            case "NodePresent":
                _initial[name!] = _nodes[name!] = NodeState.Of(line);
                break;
            case "NodeJoined" or "NodeReady" or "NodeNotReady" or "NodeCordoned" or "NodeUncordoned" or "NodeSteered" or "NodeUnsteered" or "NodeQuarantined":
                _nodes[name!] = NodeState.Of(line);
                break;
            case "NodeRemoved":
                _nodes.Remove(name!);
                break;
            case "PodPresent" or "PodCreated" or "PodBound" or "PodReady" or "PodUnready" or "PodStopping" or "PodGone":
                Pod(kind, line.GetProperty("pod"));
                break;
            case "BudgetPresent" or "BudgetChanged":
                Budget(line.GetProperty("budget"));
                break;
            case "PodEvicted":
                Evicted(line);
                break;
            case "WindowOpened":
                _windowEnd = Time(line, "windowEnd");
                break;
            case "WindowClosed":
                _windowEnd = null;
                break;
            case "RolloutStarted":
                Started(line);
                break;
            case "RolloutEnded":
                Ended(line);
                break;
            case "CanaryPassed":
                _runs[Text(line, "pool")!].CanaryOpen = false;
                break;
            case "NodeStarted" or "SurgeNamed":
                Begun(kind, line);
                break;
            case "NodeFinished":
                _runs[Text(line, "pool")!].Active.Remove(name!);
                break;
        }

        if (kind.StartsWith("Node", StringComparison.Ordinal) && _usableAtStart.Count > 0)
        {
            Bounds(Text(line, "pool")!);
        }
    }

    private void Pod(string kind, JsonElement pod)
    {
        var key = Key(pod);
        if (kind == "PodGone")
        {
            _pods.Remove(key);
            return;
        }

        Demand(kind is "PodPresent" or "PodCreated" ? !_pods.ContainsKey(key) : _pods.ContainsKey(key), $"{kind} of pod {key} comes out of order");
        _pods[key] = new PodState(
            pod.GetProperty("ready").GetBoolean() && !pod.GetProperty("terminating").GetBoolean(), [.. pod.GetProperty("budgets").EnumerateArray().Select(b => b.GetString()!)]);
    }

    private void Budget(JsonElement budget)
    {
        var key = Key(budget);
        var allowed = budget.GetProperty("allowedAfter").GetInt32();
        Demand(allowed >= 0, $"budget {key} is below zero");
        Demand(budget.GetProperty("currentHealthy").GetInt32() == Healthy(key), $"budget {key} says {budget.GetProperty("currentHealthy").GetInt32()} healthy pods, there are {Healthy(key)}");
        _budgets[key] = (allowed, budget.GetProperty("desiredHealthy").GetInt32());
    }

    private void Evicted(JsonElement line)
    {
        var pod = line.GetProperty("pod");
        var key = Key(pod);
        var covering = pod.GetProperty("budgets").EnumerateArray().Select(b => b.GetString()!).ToList();
        if (!_pods[key].Healthy || covering.Count == 0)
        {
            return;
        }

        Demand(covering.Count == 1, $"pod {key} was evicted though several budgets cover it");
        var budget = covering[0];
        if (!line.TryGetProperty("budget", out var charged))
        {
            Demand(false, $"pod {key} was evicted and budget {budget} not charged");
            return;
        }

        var (before, after) = (charged.GetProperty("allowedBefore").GetInt32(), charged.GetProperty("allowedAfter").GetInt32());
        Demand(before == _budgets[budget].Allowed, $"budget {budget} allowed {_budgets[budget].Allowed}, the eviction says {before}");
        Demand(before > 0 && after == before - 1, $"pod {key} was evicted while budget {budget} allowed {before}");
        Demand(Healthy(budget) - 1 >= _budgets[budget].Desired, $"the eviction of pod {key} leaves budget {budget} with fewer than {_budgets[budget].Desired} healthy pods");
        _budgets[budget] = (after, _budgets[budget].Desired);
    }

    private void Started(JsonElement line)
    {
        Demand(IsOpen, "a rollout starts outside every window");
        foreach (var pool in _initial.Values.GroupBy(n => n.Pool))
        {
            _usableAtStart.TryAdd(pool.Key, pool.Count(n => n.Usable));
        }

        _runs[Text(line, "pool")!] = new PoolRun
        {
            Size = line.GetProperty("size").GetInt32(),
            MaxSurge = line.GetProperty("maxSurge").GetInt32(),
            MaxUnavailable = line.GetProperty("maxUnavailable").GetInt32(),
            CanaryOpen = line.GetProperty("canary").GetBoolean(),
        };
    }

    private void Begun(string kind, JsonElement line)
    {
        var run = _runs[Text(line, "pool")!];
        var name = Text(line, "node")!;
        if (kind == "NodeStarted" && _hasWindows)
        {
            Demand(IsOpen, $"node {name} starts outside every window");
            Demand(Time(line, "window") is not null, $"node {name} does not say to which window it belongs");
        }

        if (run.CanaryOpen)
        {
            // One surge node tries the target, then one node of the pool; each alone.
            Demand(run.Tried.Add(kind), $"{name} begins before the canary has passed");
            Demand(line.GetProperty("canary").GetBoolean(), $"{name} goes first and is no canary");
            Demand(run.Tried is not { Count: 2 } || _nodes.Any(n => n.Value is { Usable: true } && n.Key == run.First), $"{name} does not wait until {run.First} is ready");
            run.First ??= name;
        }

        if (kind == "NodeStarted")
        {
            run.Active.Add(name);
            Demand(run.Active.Count <= Math.Max(run.MaxSurge, run.MaxUnavailable), $"{run.Active.Count} nodes of pool {Text(line, "pool")} are under way");
        }
    }

    private void Ended(JsonElement line)
    {
        var pool = Text(line, "pool")!;
        Demand(_runs[pool].Active.Count == 0, $"the rollout of pool {pool} ends with nodes under way");
        if (Text(line, "phase") == "Succeeded")
        {
            Demand(
                Members(_initial, pool).SequenceEqual(Members(_nodes, pool)),
                $"pool {pool} had nodes {string.Join(' ', Members(_initial, pool))} and has {string.Join(' ', Members(_nodes, pool))}");
        }
    }

    private void Bounds(string pool)
    {
        if (!_runs.TryGetValue(pool, out var run))
        {
            return;
        }

        // Quarantined nodes and their replacements count for nothing: one each, so they are even.
        var quarantined = _nodes.Values.Count(n => n.Pool == pool && n.Quarantined);
        var count = _nodes.Values.Count(n => n.Pool == pool);
        Demand(count <= run.Size + run.MaxSurge + quarantined, $"pool {pool} has {count} nodes");
        var missing = _usableAtStart[pool] - _nodes.Values.Count(n => n.Pool == pool && n.Usable);
        Demand(missing <= run.MaxUnavailable, $"pool {pool} misses {missing} nodes");
    }

    private void End()
    {
        foreach (var (name, node) in _nodes)
        {
            Demand(!node.Steered, $"node {name} is left with the steering taint");
            Demand(node.Schedulable || node.Quarantined || _initial.GetValueOrDefault(name) is { Schedulable: false }, $"node {name} is left cordoned");
        }

        var quarantined = _nodes.Values.Count(n => n.Quarantined);
        var left = _nodes.Count(n => !_initial.ContainsKey(n.Key));
        Demand(left <= quarantined, $"{left} surge nodes are left for {quarantined} quarantined ones");
    }

    private bool IsOpen => !_hasWindows || _now < _windowEnd;

    private int Healthy(string budget) => _pods.Values.Count(p => p.Healthy && p.Budgets.Contains(budget));

    private static IEnumerable<string> Members(Dictionary<string, NodeState> nodes, string pool) =>
        nodes.Where(n => n.Value.Pool == pool).Select(n => $"{n.Key}/{n.Value.Zone}").Order(StringComparer.Ordinal);

    private void Demand(bool holds, string otherwise)
    {
        if (!holds)
        {
            _violations.Add(string.Create(CultureInfo.InvariantCulture, $"line {_number}: {otherwise}"));
        }
    }

    private static string Key(JsonElement namespaced) => $"{namespaced.GetProperty("namespace").GetString()}/{namespaced.GetProperty("name").GetString()}";

    private static string? Text(JsonElement line, string name) => line.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static DateTimeOffset? Time(JsonElement line, string name) => line.TryGetProperty(name, out var value) ? value.GetDateTimeOffset() : null;

    private sealed record NodeState(string Pool, string? Zone, bool Usable, bool Schedulable, bool Steered, bool Quarantined)
    {
        public static NodeState Of(JsonElement line) => new(
            Text(line, "pool")!, Text(line, "zone"), line.GetProperty("ready").GetBoolean() && line.GetProperty("schedulable").GetBoolean(),
            line.GetProperty("schedulable").GetBoolean(), line.GetProperty("steered").GetBoolean(), line.GetProperty("quarantined").GetBoolean());
    }

    private sealed record PodState(bool Healthy, List<string> Budgets);

    private sealed class PoolRun
    {
        public required int Size { get; init; }

        public required int MaxSurge { get; init; }

        public required int MaxUnavailable { get; init; }

        public required bool CanaryOpen { get; set; }

        public string? First { get; set; }

        public HashSet<string> Tried { get; } = [];

        public HashSet<string> Active { get; } = [];
    }
}
