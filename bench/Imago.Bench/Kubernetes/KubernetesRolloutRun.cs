using System.Diagnostics;
using System.Globalization;
using Imago.Bench.Kubernetes.Serving;
using Imago.Bench.Servers;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Bench.Kubernetes;

/// <summary>
/// One pool rolled over HTTP: this process observes, decides and acts; the cluster and the provider are in another one. Simulated work takes one part of its time; what
/// HTTP, coalescing and deciding take is real, so that the ratio to the lower bound is the worse, the faster the cluster is.
/// </summary>
internal static class KubernetesRolloutRun
{
    public const string NewImage = "AKSUbuntu-2204gen2containerd-202611.20.0";
    private const int Surge = 10;
    private const int PodsPerNode = 10;

    public static async Task PrintAsync(TextWriter writer, int nodes, int scale)
    {
        await using var twin = await ServedTwin.StartAsync(new TwinPlan(nodes, PodsPerNode, GracePeriod: 30, scale, Churns: false));
        var watch = new RolloutWatch();
        var managed = new ManagedCluster(twin, watch);
        var cluster = await managed.OpenAsync();
        var opened = await twin.CountsAsync();
        var providerBefore = await twin.ProviderRequestsAsync();
        var before = ProcessUse.Of(Environment.ProcessId);
        var took = Stopwatch.StartNew();
        var record = await managed.RollAsync(cluster, Spec(), Duration.FromMinutes(30));
        took.Stop();
        var after = ProcessUse.Of(Environment.ProcessId);
        await cluster.DisposeAsync();
        await managed.DisposeAsync();
        var requests = (await twin.CountsAsync()).Since(opened);
        var upgraded = record.Settled.Values.Count(s => s.Result == NodeResult.Upgraded);

        await PrintSummaryAsync(writer, record, watch, scale);
        await writer.WriteLineAsync($"\n{nodes} nodes, {nodes * PodsPerNode} pods, every Deployment with a budget that lets one pod go; {managed.Passes} passes, {watch.Evictions} evictions asked for, {watch.Refused} refused\n");
        await requests.PrintAsync(writer, "Per node", upgraded);
        var providerRequests = await twin.ProviderRequestsAsync() - providerBefore;
        var others = requests.Of(r => r.Verb is not ("evict" or "watch"));
        await writer.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"""

            | Without evictions and watches, per upgraded node | Bytes per node, sent and received | Provider requests per node | Processor of this process | Memory of this process |
            |---:|---:|---:|---:|---:|
            | {others.Count / (double)upgraded:0.00} | {requests.Sent / 1024.0 / upgraded:0.0} KiB and {requests.Received / 1024.0 / upgraded:0.0} KiB | {providerRequests / (double)upgraded:0.0} | {(after.Processor - before.Processor).TotalSeconds:0.0} s of {took.Elapsed.TotalSeconds:0} s | {after.Resident:0} MiB |
            """));
    }

    // As in the makespans: longest node, Σ node durations ÷ concurrency. Once with what each node took to come back, noticed late or not, and once with what the
    // cluster takes by itself. Budgets never bind here: 12 rounds of 20 s are shorter than one round of nodes.
    private static Task PrintSummaryAsync(TextWriter writer, RolloutRecord record, RolloutWatch watch, int scale)
    {
        var timing = new TimingModel();
        var outcomes = record.Settled.Values.ToList();
        var makespan = (outcomes.Max(o => o.EndedAt) - outcomes.Min(o => o.StartedAt)).TotalSeconds;
        var stop = timing.PodStop.TotalSeconds / scale;
        var rounds = Math.Max(1, outcomes.Count / (double)Math.Max(1, Surge * outcomes.Count / 100));
        var returns = watch.Returns(record).ToList();
        var measured = rounds * (stop + returns.Average());
        var ideal = rounds * (timing.PodStop + timing.Reimage + timing.NodeBoot + timing.DaemonPodStart).TotalSeconds / scale;
        var late = (makespan - ideal) / rounds;
        return writer.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            | Phase | Upgraded | Time is so many times as fast | Makespan | ÷ bound with nodes as measured | ÷ bound with the cluster's own durations | Real delay per round of nodes | The same ratio at real durations |
            |---|---:|---:|---:|---:|---:|---:|---:|
            | {record.Phase} | {outcomes.Count(o => o.Result == NodeResult.Upgraded)} | {scale} | {makespan:0.0} s | {makespan / measured:0.000} | {makespan / ideal:0.000} | {late:0.00} s | {1 + (late / (ideal * scale / rounds)):0.000} |
            """));
    }

    private static ClusterSpec Spec() => new()
    {
        Name = "c",
        Channel = NodeOsChannel.NodeImage,
        Pools =
        [
            new PoolSpec
            {
                Name = "apps",
                RequestedTarget = new RolloutTarget.Opaque(NewImage),
                Settings = new UpgradeSettings { MaxSurge = IntOrPercent.Percent(Surge), Canary = Canary.None },
            },
        ],
    };
}
