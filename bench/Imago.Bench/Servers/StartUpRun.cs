using System.Diagnostics;
using Imago.Acceptance.Tests.Serving;

namespace Imago.Bench.Servers;

/// <summary>How long the server takes from its start to being ready: on an empty data folder, and again.</summary>
internal static class StartUpRun
{
    public static async Task PrintAsync(TextWriter writer, int runs)
    {
        List<double> first = [], again = [];
        for (var run = 0; run < runs; run++)
        {
            var clock = Stopwatch.StartNew();
            await using var server = await ImagoServer.StartEmptyAsync(new ServerSettings());
            first.Add(clock.Elapsed.TotalMilliseconds);
            await server.StopAsync();
            clock.Restart();
            await server.StartAgainAsync();
            again.Add(clock.Elapsed.TotalMilliseconds);
        }

        await writer.WriteLineAsync($"ready on an empty folder: least {first.Min() / 1000:0.00} s, median {new Latencies(first).At(0.5) / 1000:0.00} s");
        await writer.WriteLineAsync($"ready again:              least {again.Min() / 1000:0.00} s, median {new Latencies(again).At(0.5) / 1000:0.00} s");
    }
}
