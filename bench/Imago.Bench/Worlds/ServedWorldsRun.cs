using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Imago.Application.Engine;
using Imago.Application.Storage;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Settings;
using Imago.Persistence;
using Imago.Simulation.Serving;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;

namespace Imago.Bench.Worlds;

/// <summary>How long it takes to bring a served cluster to life, from a picture and from a journal, and what it takes in the database. On SQLite, in a folder of its own.</summary>
internal static class ServedWorldsRun
{
    private const string Image = "AKSUbuntu-2204gen2containerd-202607.02.0";
    private static readonly Duration Lease = Duration.FromMinutes(1);

    public static async Task PrintAsync(TextWriter output, IEnumerable<int> sizes, int clusters)
    {
        output.WriteLine($"{"nodes",6}{"pods",7}{"picture",12}{"load p50",12}{"load p99",12}{"first",10}{"look p50",12}{"call p50",12}");
        foreach (var nodes in sizes)
        {
            var folder = Directory.CreateTempSubdirectory("imago-bench-");
            try
            {
                await MeasureAsync(output, nodes, Math.Max(20, clusters * 3 / nodes), Path.Join(folder.FullName, "imago.db"));
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
    }

    private static async Task MeasureAsync(TextWriter output, int nodes, int clusters, string file)
    {
        var clock = new HandClock { Now = Instant.FromUtc(2026, 11, 1, 0, 0) };
        await using var store = await StoreFactory.OpenAsync(new StoreOptions { DataFile = file }, clock, NullLoggerFactory.Instance, CancellationToken.None);
        var keys = Enumerable.Range(0, clusters).Select(i => $"/subscriptions/s/resourcegroups/rg/providers/microsoft.containerservice/managedclusters/c{i}").ToList();
        var host = new SimulatedClusterHost(store, clock, new ServedClusterOptions());
        await MakeAsync(store, host, clock, keys, nodes);

        var bytes = 0L;
        foreach (var key in keys)
        {
            bytes += (await store.JournalAsync(key, CancellationToken.None))!.Value.Snapshot!.Content.Length;
        }

        var picture = await host.LookAsync(keys[0], CancellationToken.None);
        var loads = new List<double>();
        foreach (var key in keys)
        {
            var lease = await HoldAsync(store, clock, key);
            var begun = Stopwatch.GetTimestamp();
            await using (await host.OpenAsync(key, lease, CancellationToken.None))
            {
                loads.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            }
        }

        var looks = await TimesAsync(keys, key => host.LookAsync(key, CancellationToken.None).AsTask());
        var calls = await TimesAsync(keys, key => CordonAsync(store, host, clock, key));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{nodes,6}{picture!.View.Pods.Count,7}{bytes / clusters / 1024.0,8:0.0} KiB{At(loads, 50),9:0.00} ms{At(loads, 99),9:0.00} ms{loads[0],7:0.0} ms{At(looks, 50),9:0.00} ms{At(calls, 50),9:0.00} ms"));
    }

    private static async Task MakeAsync(IStore store, SimulatedClusterHost host, HandClock clock, List<string> keys, int nodes)
    {
        var shape = new ClusterShape([Pool(nodes)], Running: true);
        for (var pass = 0; pass < 3; pass++)
        {
            foreach (var key in keys)
            {
                await using var cluster = await host.OpenAsync(key, await HoldAsync(store, clock, key), CancellationToken.None);
                await cluster.AdvanceAsync(CancellationToken.None);
                await cluster.ShapeAsync(shape, CancellationToken.None);
            }

            clock.Now += Duration.FromMinutes(20);
        }
    }

    // A call that is stored, and its time alone.
    private static async Task<double> CordonAsync(IStore store, SimulatedClusterHost host, HandClock clock, string key)
    {
        await using var cluster = await host.OpenAsync(key, await HoldAsync(store, clock, key), CancellationToken.None);
        var node = (await cluster.Connection.ObserveAsync(CancellationToken.None)).Nodes.Values.First();
        var begun = Stopwatch.GetTimestamp();
        await cluster.Connection.UpdateNodeAsync(new(node.Name, node.ResourceVersion, new NodeUpdate { Unschedulable = true }), CancellationToken.None);
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }

    private static async ValueTask<StoredLease> HoldAsync(IStore store, HandClock clock, string key) =>
        await store.HoldLeaseAsync(key, "bench", clock.Now, Lease, CancellationToken.None) ?? throw new InvalidOperationException("Nobody else can have the lease.");

    private static PoolShape Pool(int nodes)
    {
        var spec = new PoolSpec { Name = "nodepool1", Mode = PoolMode.System };
        var labels = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
        return new PoolShape("nodepool1", nodes, Image, "1.35.6", new PoolIntent(spec, nodes, ["1", "2", "3"], labels, [], "Ubuntu", "Standard_D4ds_v5"));
    }

    private static async Task<List<double>> TimesAsync<T>(List<string> keys, Func<string, Task<T>> action)
    {
        var times = new List<double>();
        foreach (var key in keys)
        {
            var begun = Stopwatch.GetTimestamp();
            var answer = await action(key);
            times.Add(answer is double own ? own : Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }

        return times;
    }

    private static double At(List<double> times, int percent) => times.Order().ElementAt((times.Count - 1) * percent / 100);

    private sealed class HandClock : TimeProvider
    {
        public Instant Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now.ToDateTimeOffset();
    }
}
