using System.Diagnostics;
using System.Globalization;
using Imago.Kubernetes.Clusters;
using Imago.Kubernetes.Configuration;
using Imago.Kubernetes.Records;
using Imago.Kubernetes.Transport;
using NodaTime;

namespace Imago.Bench.Kubernetes;

/// <summary>What observing a large cluster costs: the memory of the whole process that lists it, watches it, and looks at it once a second while it changes.</summary>
internal static class ObservedMemoryRun
{
    private const double MiB = 1 << 20;

    private const string Namespace = "imago-system";

    public static async Task PrintAsync(TextWriter writer, int nodes, int pods)
    {
        await using var server = OwnProcess.Start("--kube-synthetic", nodes.ToString(CultureInfo.InvariantCulture), pods.ToString(CultureInfo.InvariantCulture));
        await ObserveAsync(writer, new Uri(await server.ReadAsync()), nodes, pods);
    }

    private static async Task ObserveAsync(TextWriter writer, Uri address, int nodes, int pods)
    {
        var clock = new MachineClock();
        var traffic = new Traffic();
        using var client = new KubernetesClient(new ClusterAccess { Server = address }, new KubernetesClientOptions { Time = clock, Observer = traffic });
        var options = new AttachedClusterOptions { LongestSync = Duration.FromMinutes(10), OwnersFirst = Duration.FromMinutes(2) };
        var view = new LiveView(new NodeReader((labels, _) => new(labels.GetValueOrDefault("kubernetes.azure.com/agentpool", "default"), "a label")), new Nobody());
        var took = Stopwatch.StartNew();
        var lease = new LeaseKeeper(client, Namespace, new RecordStore(client, Namespace), clock);
        await using var watch = new ClusterWatch(client, view, lease, Namespace, options, clock);
        var seen = await watch.LookAsync(CancellationToken.None);
        await writer.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {seen.Nodes.Count:N0} nodes, {seen.Pods.Count:N0} pods, {seen.Budgets.Count:N0} budgets (asked for {nodes:N0} and {pods:N0}) after {took.Elapsed.TotalSeconds:0.0} s, {traffic.Requests} requests and {traffic.Bytes / MiB:0} MiB

            | When | Resident | At most | Heap | Processor |
            |---|---:|---:|---:|---:|
            """));
        await PrintAsync(writer, "listed");
        for (var second = 0; second < 30; second++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            seen = await watch.LookAsync(CancellationToken.None);
        }

        await PrintAsync(writer, "after 30 s in which 500 nodes and 500 pods changed each second");
        GC.Collect();
        await PrintAsync(writer, "after a full collection");
        GC.KeepAlive(seen);
    }

    private static async Task PrintAsync(TextWriter writer, string when)
    {
        using var self = Process.GetCurrentProcess();
        await writer.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"| {when} | {self.WorkingSet64 / MiB:0} MiB | {self.PeakWorkingSet64 / MiB:0} MiB | {GC.GetTotalMemory(forceFullCollection: false) / MiB:0} MiB | {self.TotalProcessorTime.TotalSeconds:0.0} s |"));
    }

    private sealed class MachineClock : TimeProvider;

    /// <summary>What the lists cost. Watches tell their bytes when they end, so they are not in it.</summary>
    private sealed class Traffic : IRequestObserver
    {
        private int _requests;
        private long _bytes;

        public int Requests => Volatile.Read(ref _requests);

        public long Bytes => Interlocked.Read(ref _bytes);

        public void Answered(string verb, string resource, int code, long sent) => Interlocked.Increment(ref _requests);

        public void Received(string verb, string resource, long bytes) => Interlocked.Add(ref _bytes, bytes);
    }

    private sealed class Nobody : IClusterWatcher
    {
        public void NodeChanged(string name)
        {
        }

        public void NodesChanged()
        {
        }

        public void PodChanged(string? node)
        {
        }

        public void BudgetChanged()
        {
        }
    }
}
