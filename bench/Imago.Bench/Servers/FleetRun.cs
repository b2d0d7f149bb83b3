using System.Diagnostics;
using System.Net;
using Imago.Acceptance.Tests.Rollouts;
using Imago.Acceptance.Tests.Serving;

namespace Imago.Bench.Servers;

/// <summary>A server with many clusters: what it uses while nothing happens, and how late it wakes when many windows open at once.</summary>
internal static class FleetRun
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    public static async Task PrintAsync(TextWriter writer, string? postgres, int clusters, int opening)
    {
        await using var server = await ImagoServer.StartAsync(BenchFleet.Settings(postgres));
        var arm = server.Client;
        await writer.WriteLineAsync($"Making {clusters:N0} clusters of one node on {(postgres is null ? "SQLite" : "PostgreSQL")} …");
        var making = Stopwatch.StartNew();
        await BenchFleet.MakeAsync(arm, clusters, "NodeImage");
        await writer.WriteLineAsync($"  made in {making.Elapsed.TotalSeconds:0} s, {clusters / making.Elapsed.TotalSeconds:0}/s; {ProcessUse.Of(server.ProcessId).Resident:0} MiB");

        // All windows are shut for a month, so that the image that comes out moves nobody before its time.
        var now = (await arm.GetAsync(arm.Group(BenchFleet.Group))).Date;
        var far = OpeningWindow.After(now.AddDays(30));
        await BenchFleet.EachAsync(clusters, n => WindowAsync(arm, n, far));
        await PublishedImage.PublishAsync(arm, BenchFleet.Path(arm, 0), daysOld: 30);

        await writer.WriteLineAsync("Started again; idle:");
        await server.StopAsync();
        var starting = Stopwatch.StartNew();
        await server.StartAgainAsync();
        await writer.WriteLineAsync($"  ready after {starting.Elapsed.TotalSeconds:0.0} s");
        await Task.Delay(Idle / 2);
        var before = ProcessUse.Of(server.ProcessId);
        await Task.Delay(Idle);
        var after = ProcessUse.Of(server.ProcessId);
        await writer.WriteLineAsync($"  {after.Resident:0} MiB, {(after.Processor - before.Processor) / Idle:0.000} cores over {Idle.TotalSeconds:0} s");

        now = (await arm.GetAsync(arm.Group(BenchFleet.Group))).Date;
        var soon = OpeningWindow.After(now.AddMinutes(1));
        await BenchFleet.EachAsync(opening, n => WindowAsync(arm, n, soon));
        await writer.WriteLineAsync($"{opening:N0} windows open at {soon.Start:HH:mm:ss}:");
        var starts = await Until.Async("All rollouts having begun", LongestWait, () => StartsAsync(arm, opening), s => s.Count == opening);
        var lags = new Latencies(starts.Select(s => (s - soon.Start).TotalMilliseconds));
        await writer.WriteLineAsync($"  from the window's opening to the rollout's start: p50 {lags.At(0.5) / 1000:0.0} s, p99 {lags.At(0.99) / 1000:0.0} s, most {lags.Most / 1000:0.0} s; {ProcessUse.Of(server.ProcessId).Resident:0} MiB");
    }

    private static async Task WindowAsync(ArmClient arm, int number, OpeningWindow window) =>
        (await arm.PutAsync($"{BenchFleet.Path(arm, number)}/maintenanceConfigurations/aksManagedNodeOSUpgradeSchedule", window.Body)).Must(HttpStatusCode.OK, HttpStatusCode.Created);

    private static async Task<IReadOnlyCollection<DateTimeOffset>> StartsAsync(ArmClient arm, int count)
    {
        // Asked once every few seconds: a thousand questions at a time would be the load that is measured.
        await Task.Delay(TimeSpan.FromSeconds(10));
        var rollouts = await BenchFleet.AskAsync(count, n => arm.ListAsync($"{BenchFleet.Path(arm, n)}/providers/Imago/rollouts"));
        return [.. rollouts.Where(r => r.Count > 0).Select(r => r[0].GetProperty("properties").GetProperty("startedAt").GetDateTimeOffset())];
    }
}
