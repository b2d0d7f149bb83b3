using System.Diagnostics;
using System.Globalization;
using Imago.Kubernetes.Clusters;
using Imago.Kubernetes.Configuration;
using Imago.Kubernetes.Transport;
using NodaTime;

namespace Imago.Bench.Kubernetes;

/// <summary>What observing a large cluster costs: the memory of the whole process that lists it, watches it, and looks at it once a second while it changes.</summary>
internal static class ObservedMemoryRun
{
    private const double MiB = 1 << 20;

    public static async Task PrintAsync(TextWriter writer, int nodes, int pods)
    {
        await using var server = OwnProcess.Start("--kube-synthetic", nodes.ToString(CultureInfo.InvariantCulture), pods.ToString(CultureInfo.InvariantCulture));
        await ObserveAsync(writer, new Uri(await server.ReadAsync()), nodes, pods);
    }

    private static async Task ObserveAsync(TextWriter writer, Uri address, int nodes, int pods)
    {
        var clock = new MachineClock();
        using var client = new KubernetesClient(new ClusterAccess { Server = address }, new KubernetesClientOptions { Time = clock });
        var options = new AttachedClusterOptions { LongestSync = Duration.FromMinutes(10), OwnersFirst = Duration.FromMinutes(2) };
        var view = new LiveView(new NodeReader((labels, _) => new(labels.GetValueOrDefault("kubernetes.azure.com/agentpool", "default"), "a label")), new Nobody());
        var took = Stopwatch.StartNew();
        await using var watch = new ClusterWatch(client, view, options, clock);
        var seen = await watch.LookAsync(CancellationToken.None);
        await writer.WriteLineAsync($"{seen.Nodes.Count} nodes, {seen.Pods.Count} pods, {seen.Budgets.Count} budgets (asked for {nodes}, {pods}) after {took.Elapsed.TotalSeconds:0.0} s");
        await PrintAsync(writer, "listed");
        for (var second = 0; second < 30; second++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            seen = await watch.LookAsync(CancellationToken.None);
        }

        await PrintAsync(writer, "watched for 30 s, 500 nodes and 500 pods changing per second");
        GC.Collect();
        await PrintAsync(writer, "after a full collection");
        GC.KeepAlive(seen);
    }

    private static async Task PrintAsync(TextWriter writer, string when)
    {
        using var self = Process.GetCurrentProcess();
        await writer.WriteLineAsync($"{when}: resident {self.WorkingSet64 / MiB:0} MiB, at most {self.PeakWorkingSet64 / MiB:0} MiB; heap {GC.GetTotalMemory(forceFullCollection: false) / MiB:0} MiB; processor {self.TotalProcessorTime.TotalSeconds:0.0} s");
    }

    private sealed class MachineClock : TimeProvider;

    private sealed class Nobody : IClusterWatcher
    {
        public void NodeChanged(string name)
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
