using System.Diagnostics;
using Imago.NodeOs.Machine;
using Imago.NodeOs.Rig.Machines;
using Shouldly;
using Xunit;

namespace Imago.NodeOs.Tests.Machine;

public sealed class SystemCommandsTests
{
    private readonly SystemCommands _commands = new(HostClock.Instance);

    [Fact]
    public async Task Run_Program_SaysWhatItSaidWithItsExitCode()
    {
        var result = await _commands.RunAsync(new Command("sh", ["-c", "echo out; echo err >&2; cat; echo $LC_ALL $GIVEN; exit 100"])
        {
            Environment = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("GIVEN", "yes"),
        }, default);

        result.ShouldBe(new CommandResult(100, "out\nC.UTF-8 yes\n", "err\n"));
    }

    [Fact]
    public async Task Run_NoSuchProgram_IsAResult() =>
        (await _commands.RunAsync(new Command("no-such-program-anywhere", []), default)).ExitCode.ShouldBe(CommandResult.NotFound);

    [Fact]
    public async Task Run_LongerThanItMay_EndsAllThatItStarted()
    {
        var file = Path.GetTempFileName();
        var command = new Command("sh", ["-c", $"sleep 300 & echo $! > {file}; wait"]) { Timeout = TimeSpan.FromSeconds(1) };

        var failure = await Should.ThrowAsync<NodeOsException>(async () => await _commands.RunAsync(command, default));

        failure.Reason.ShouldBe(NodeOsReason.TimedOut);
        failure.Message.ShouldContain("1 seconds");
        await EndedAsync(int.Parse(await File.ReadAllTextAsync(file)));
        File.Delete(file);
    }

    [Fact]
    public async Task Run_Cancelled_EndsTheProgramAndSaysSo()
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        await Should.ThrowAsync<OperationCanceledException>(async () => await _commands.RunAsync(new Command("sleep", ["300"]), cancel.Token));
    }

    // The agent is stopped for an update of its own, or because the machine goes down, while a boot loader is being written.
    [Fact]
    [Trait("Rule", "NM-46")]
    public async Task Run_CancelledInWhatEndsByItself_LetsItEnd()
    {
        var file = Path.GetTempFileName();
        using var cancel = new CancellationTokenSource();
        var running = _commands.RunAsync(new Command("sh", ["-c", $"echo began > {file}; sleep 2; echo done > {file}"]) { EndsByItself = true }, cancel.Token);
        while (await File.ReadAllTextAsync(file) != "began\n")
        {
            await Task.Delay(20);
        }

        await cancel.CancelAsync();

        (await running).ExitCode.ShouldBe(0);
        (await File.ReadAllTextAsync(file)).ShouldBe("done\n");
        File.Delete(file);
    }

    [Fact]
    [Trait("Rule", "NM-46")]
    public async Task Run_AlreadyCancelled_BeginsNothing() => await Should.ThrowAsync<OperationCanceledException>(
        async () => await _commands.RunAsync(new Command("false", []) { EndsByItself = true }, new CancellationToken(canceled: true)));

    [Fact]
    public async Task Run_ServiceKeepsThePipeOpen_DoesNotWaitForIt()
    {
        var watch = Stopwatch.StartNew();

        var result = await _commands.RunAsync(new Command("sh", ["-c", "sleep 60 & echo $!"]), default);

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(40));
        Process.GetProcessById(int.Parse(result.Output)).Kill();
    }

    [Fact]
    public async Task Run_Entering_PutsTheProgramBeforeIt() =>
        (await new SystemCommands(HostClock.Instance, "env", "ENTERED=yes").RunAsync(new Command("sh", ["-c", "echo $ENTERED"]), default)).Output.ShouldBe("yes\n");

    private static async Task EndedAsync(int pid)
    {
        var watch = Stopwatch.StartNew();
        while (File.Exists($"/proc/{pid}/stat") && !(await File.ReadAllTextAsync($"/proc/{pid}/stat")).Contains(") Z ", StringComparison.Ordinal))
        {
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
            await Task.Delay(20);
        }
    }
}
