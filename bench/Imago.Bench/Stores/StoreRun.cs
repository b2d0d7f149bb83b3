using System.Diagnostics;
using System.Globalization;
using Imago.Persistence;
using Microsoft.Extensions.Logging.Abstractions;

namespace Imago.Bench.Stores;

/// <summary>How many batches a store commits in a second, and how long each waits: as fast as it goes at several concurrencies, and at 500 in a second with reads beside.</summary>
internal static class StoreRun
{
    private const int Clusters = 1_000;
    private static readonly int[] Concurrencies = [1, 8, 32, 128];
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(5);

    public static async Task PrintAsync(TextWriter output, string? connectionString)
    {
        var folder = Directory.CreateTempSubdirectory("imago-bench-");
        try
        {
            await PrintAsync(output, new StoreOptions { DataFile = Path.Join(folder.FullName, "imago.db") });
            if (connectionString is not null)
            {
                await PrintAsync(output, new StoreOptions { Provider = StoreProvider.Postgres, ConnectionString = connectionString });
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task PrintAsync(TextWriter output, StoreOptions options)
    {
        await using var store = await StoreFactory.OpenAsync(options, new StandingClock(), NullLoggerFactory.Instance, CancellationToken.None);
        for (var i = 0; i < Clusters; i += 100)
        {
            await store.CommitAsync(StoreLoad.Clusters(i, 100), CancellationToken.None);
        }

        var load = new StoreLoad(store);
        await FastAsync(load, 8, TimeSpan.FromSeconds(1));
        foreach (var concurrency in Concurrencies)
        {
            var (latencies, elapsed) = await FastAsync(load, concurrency, Length);
            await output.WriteLineAsync(Line($"{options.Provider}, {concurrency} at a time", latencies, elapsed));
        }

        var (paced, paceLength) = await PacedAsync(500, Length, load.CommitAsync);
        await output.WriteLineAsync(Line($"{options.Provider}, 500 writes/s", paced, paceLength));
        var writing = PacedAsync(500, Length, load.CommitAsync);
        var (reads, readLength) = await PacedAsync(1_000, Length, load.ReadAsync);
        await writing;
        await output.WriteLineAsync(Line($"{options.Provider}, 1,000 reads/s beside 500 writes/s", reads, readLength));
    }

    /// <summary>So many loops, each beginning the next commit when its last one is acknowledged.</summary>
    private static async Task<(List<double> Latencies, TimeSpan Elapsed)> FastAsync(StoreLoad load, int concurrency, TimeSpan length)
    {
        var since = Stopwatch.StartNew();
        var loops = await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(async () =>
        {
            var latencies = new List<double>();
            while (since.Elapsed < length)
            {
                latencies.Add(await TimedAsync(load.CommitAsync));
            }

            return latencies;
        })));
        return ([.. loops.SelectMany(l => l)], since.Elapsed);
    }

    /// <summary>So many calls begun in a second, whether the ones before have ended or not: waiting counts into the latency.</summary>
    private static async Task<(List<double> Latencies, TimeSpan Elapsed)> PacedAsync(int perSecond, TimeSpan length, Func<Task> call)
    {
        var since = Stopwatch.StartNew();
        var calls = new List<Task<double>>();
        while (since.Elapsed < length)
        {
            var due = (int)(since.Elapsed.TotalSeconds * perSecond) - calls.Count;
            for (var i = 0; i < due; i++)
            {
                calls.Add(Task.Run(() => TimedAsync(call)));
            }

            await Task.Delay(1);
        }

        var latencies = await Task.WhenAll(calls);
        return ([.. latencies], since.Elapsed);
    }

    private static async Task<double> TimedAsync(Func<Task> call)
    {
        var begun = Stopwatch.GetTimestamp();
        await call();
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }

    private static string Line(string name, List<double> latencies, TimeSpan elapsed)
    {
        latencies.Sort();
        double Percentile(double p) => latencies[(int)((latencies.Count - 1) * p)];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {latencies.Count / elapsed.TotalSeconds:N0} | {Percentile(0.5):N1} | {Percentile(0.99):N1} | {latencies[^1]:N1} |");
    }

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }
}
