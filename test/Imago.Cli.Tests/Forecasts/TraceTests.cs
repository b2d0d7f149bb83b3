using System.Text.Json;
using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Forecasts;

public sealed class TraceTests(Files files) : IClassFixture<Files>
{
    [Fact]
    public async Task Trace_OfAForecast_IsOneObjectPerLineInOrderOfTime()
    {
        var trace = files.PathOf("trace.jsonl");
        var run = await CommandRun.Of("forecast", "--cluster", files.Shop, "--maintenance", files.Weekly, "--trace", trace, "--output", "json");

        run.ExitCode.ShouldBe(ExitCode.Ok, run.Error);
        var text = await File.ReadAllTextAsync(trace, TestContext.Current.CancellationToken);
        text.ShouldEndWith("}\n");
        var events = text.TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement).ToList();
        events.Select(e => e.GetProperty("time").GetDateTimeOffset()).ShouldBe(events.Select(e => e.GetProperty("time").GetDateTimeOffset()).Order());
        events.Count(e => e.GetProperty("kind").GetString() == "PodEvicted").ShouldBe(run.Json.GetProperty("summary").GetProperty("evictions").GetInt32());
        events.ShouldContain(e => e.GetProperty("kind").GetString() == "NodeJoined" && e.GetProperty("surge").GetBoolean());
    }

    [Fact]
    public async Task Trace_ChangesNothingInTheAnswer() =>
        (await CommandRun.Of("forecast", "--cluster", files.Shop, "--trace", files.PathOf("same.jsonl"))).Out.ShouldBe((await CommandRun.Of("forecast", "--cluster", files.Shop)).Out);

    [Fact]
    public async Task Trace_IntoAFileThatIsRead_IsRefusedBeforeAnythingIsLost()
    {
        var before = await File.ReadAllBytesAsync(files.Shop, TestContext.Current.CancellationToken);

        (await CommandRun.Of("forecast", "--cluster", files.Shop, "--trace", Path.Combine(files.Folder, ".", "shop.json"))).ShouldFail(ExitCode.Usage, "is also read. Name another file");
        (await File.ReadAllBytesAsync(files.Shop, TestContext.Current.CancellationToken)).ShouldBe(before);
    }

    [Fact]
    public async Task Trace_IntoAFolderThatIsNotThere_IsRefused() => (await CommandRun.Of("forecast", "--cluster", files.Shop, "--trace", files.PathOf("no/such/trace.jsonl"))).ShouldFail(
        ExitCode.Failed, $"'{files.PathOf("no/such/trace.jsonl")}'");

    [Fact]
    public async Task Trace_OntoAFullDisk_IsSaid()
    {
        if (!File.Exists("/dev/full"))
        {
            Assert.Skip("This system has no disk that is always full.");
        }

        (await CommandRun.Of("forecast", "--cluster", files.Shop, "--trace", "/dev/full")).ShouldFail(ExitCode.Failed, "No space left on device", "/dev/full");
    }

    [Fact]
    public async Task Trace_OfARunThatIsBrokenOff_HasWholeLines()
    {
        // Ctrl-C while a forecast over 27 years runs. It writes into a pipe, so it cannot be done before somebody has read what it says: on a busy machine it
        // would be, if it wrote to a file.
        var nightly = files.Write("nightly.json", """{"maintenanceWindow":{"schedule":{"daily":{"intervalDays":1}},"durationHours":4,"startTime":"22:00","startDate":"2026-01-01"}}""");
        var trace = files.PathOf("broken-off.jsonl");
        await System.Diagnostics.Process.Start("mkfifo", [trace]).WaitForExitAsync(TestContext.Current.CancellationToken);
        using var process = ProcessRun.Start("forecast", "--cluster", files.Shop, "--from", "2026-07-01", "--maintenance", nightly, "--horizon", "10000d", "--trace", trace);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        using var pipe = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("cat", [trace]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var reader = pipe.StandardOutput;
        var first = reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask();
        if (await Task.WhenAny(first, process.WaitForExitAsync(TestContext.Current.CancellationToken)) != first)
        {
            pipe.Kill();
            Assert.Fail(await error);
        }

        await System.Diagnostics.Process.Start("kill", ["-INT", process.Id.ToString()]).WaitForExitAsync(TestContext.Current.CancellationToken);
        var lines = await first + "\n" + await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        process.ExitCode.ShouldBe(ExitCode.Canceled);
        (await error).ShouldBeEmpty();
        lines.ShouldEndWith("}\n");
        lines.TrimEnd('\n').Split('\n').ShouldAllBe(l => JsonDocument.Parse(l, default).RootElement.ValueKind == JsonValueKind.Object);
    }
}
