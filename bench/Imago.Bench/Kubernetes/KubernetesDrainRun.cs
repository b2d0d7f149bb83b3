using System.Diagnostics;
using System.Globalization;
using Imago.Acceptance.Tests.Serving;
using Imago.Bench.Kubernetes.Serving;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Bench.Kubernetes;

/// <summary>
/// One node drained by <c>kubectl drain</c>, and one as part of a rollout of ours, each in a served cluster of its own, made alike: as many nodes and pods, the same grace
/// periods and budgets, at real durations.
/// </summary>
internal static class KubernetesDrainRun
{
    private const int Nodes = 4;
    private const int PodsPerNode = 10;
    private const int GracePeriod = 30;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public static async Task PrintAsync(TextWriter writer, int runs)
    {
        List<Drained> drained = [];
        for (var run = 0; run < runs; run++)
        {
            drained.Add(await OursAsync());
            drained.Add(await KubectlAsync());
        }

        await writer.WriteLineAsync("| Who | Pods on the node | Most of one Deployment | Until the node is empty | Requests | Evictions, of them refused | Received |\n|---|---:|---:|---:|---:|---:|---:|");
        foreach (var one in drained)
        {
            await writer.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"| {one.Who} | {one.Pods} | {one.OfOne} | {one.Took.TotalSeconds:0.0} s | {one.Requests.Count} | {one.Evictions.Count}, {one.Evictions.Of(r => r.Code == 429).Count} | {one.Requests.Received / 1024.0:0} KiB |"));
        }

        foreach (var who in drained.GroupBy(d => d.Who, StringComparer.Ordinal))
        {
            await writer.WriteLineAsync($"\n{who.Key}, all runs:\n");
            await RequestTable.Sum(who.Select(w => w.Requests)).PrintAsync(writer, "Per drain", runs);
        }
    }

    private static async Task<Drained> OursAsync()
    {
        await using var twin = await StartAsync();
        var watch = new RolloutWatch();
        await using var managed = new ManagedCluster(twin, watch);
        await using var cluster = await managed.OpenAsync();
        var before = await twin.CountsAsync();
        var view = await cluster.Connection.ObserveAsync(CancellationToken.None);
        await managed.PassAsync(cluster, Spec, () => Task.FromResult(watch.FirstEmpty is not null), Duration.FromTimeSpan(Longest));
        var (node, took) = watch.FirstEmpty!.Value;
        var pods = view.PodsOn(node).Select(p => p.Pod).Where(p => p.LeavesOnDrain).ToList();
        var requests = (await twin.CountsAsync()).Since(before);
        return new Drained("Imago", pods.Count, pods.GroupBy(p => p.Workload).Max(g => g.Count()), took.ToTimeSpan(), requests);
    }

    private static async Task<Drained> KubectlAsync()
    {
        await using var twin = await StartAsync();
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, twin.Kubeconfig);
            var node = (await RunAsync(file, "get", "nodes", "-o", "name")).Out.Split('\n')[0].Split('/')[1];
            var pods = (await RunAsync(file, "get", "pods", "-n", "default", "--field-selector", $"spec.nodeName={node}", "-o", "custom-columns=app:.metadata.labels.app", "--no-headers")).Out
                .Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var before = await twin.CountsAsync();
            var took = Stopwatch.StartNew();
            await RunAsync(file, "drain", node, "--ignore-daemonsets", "--delete-emptydir-data");
            var elapsed = took.Elapsed;
            return new Drained("kubectl", pods.Length, pods.GroupBy(p => p.Trim(), StringComparer.Ordinal).Max(g => g.Count()), elapsed, (await twin.CountsAsync()).Since(before));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<ProgramRun> RunAsync(string kubeconfig, params string[] arguments) =>
        (await ProgramRun.Of(new ProcessStartInfo("kubectl", ["--kubeconfig", kubeconfig, .. arguments]), Longest)).MustSucceed();

    private static Task<ServedTwin> StartAsync() => ServedTwin.StartAsync(new TwinPlan(Nodes, PodsPerNode, GracePeriod, TimeScale: 1, Churns: false));

    // Without surge, as kubectl has none; one node at a time.
    private static ClusterSpec Spec { get; } = new()
    {
        Name = "c",
        Channel = NodeOsChannel.NodeImage,
        Pools =
        [
            new PoolSpec
            {
                Name = "apps",
                RequestedTarget = new RolloutTarget.Opaque(KubernetesRolloutRun.NewImage),
                Settings = new UpgradeSettings { MaxSurge = IntOrPercent.Of(0), MaxUnavailable = IntOrPercent.Of(1), Canary = Canary.None },
            },
        ],
    };

    private sealed record Drained(string Who, int Pods, int OfOne, TimeSpan Took, RequestTable Requests)
    {
        public RequestTable Evictions => Requests.Of(r => r.Verb == "evict");
    }
}
