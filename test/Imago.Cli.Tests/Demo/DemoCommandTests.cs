using System.Text.RegularExpressions;
using Imago.Cli.Terminals;
using Imago.Cli.Tests.Kit;
using Shouldly;
using Spectre.Console;
using Xunit;

namespace Imago.Cli.Tests.Demo;

public sealed partial class DemoCommandTests
{
    [Fact]
    public async Task Demo_NodeImage_TellsTheWholeStory()
    {
        var story = (await CommandRun.Of("demo")).Out;

        // In this order: a release, the window, the canary, a drain, a budget that holds a node and is explained, the end of the window, the rest in the next one.
        var parts = new[]
        {
            "* Node image AKSUbuntu-2204gen2containerd-202608.06.1 is released.",
            "2026-08-10 01:00:00  The maintenance window opens",
            "Surge node ",
            "starts (Reimage, canary).",
            "is cordoned and drains.",
            "evicts shop/",
            " waits: pod shop/cart-",
            "2026-08-10 05:00:00  The maintenance window closes: no further node is started, nodes in flight finish.",
            "2026-08-11 01:00:00  The maintenance window opens",
            "Rollout of pool system: Succeeded.",
            "12 node upgrades with 56 evictions, of which 0 against a disruption budget; 0 nodes started outside a window.",
            "Disruption budget shop/cart held evictions back for ",
            "In the end: 12 ",
        };
        var from = 0;
        foreach (var part in parts)
        {
            var at = story.IndexOf(part, from, StringComparison.Ordinal);
            at.ShouldBeGreaterThanOrEqualTo(from, $"'{part}' is missing, or too early.");
            from = at;
        }
    }

    [Fact]
    public async Task Demo_SecurityPatch_ShowsLivePatchesAndThenOneThatNeedsAReboot()
    {
        var story = (await CommandRun.Of("demo", "--channel", "SecurityPatch")).Out;

        story.ShouldContain("* Security patch level 20260720T000000Z is released; no reboot needed.");
        story.ShouldContain("is at 20260720T000000Z, without a drain.");
        story.ShouldContain("* Security patch level 20260814T000000Z is released; it needs a reboot.");
        story.ShouldContain("joins with image AKSUbuntu-2204gen2containerd-202606.19.0-2026.08.14.");
        story.IndexOf("without a drain", StringComparison.Ordinal).ShouldBeLessThan(story.IndexOf("evicts", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Unmanaged")]
    [InlineData("None")]
    public async Task Demo_ChannelThatDoesNothing_SaysWhatNodesMiss(string channel)
    {
        var story = (await CommandRun.Of("demo", "--channel", channel)).Out;

        story.ShouldContain("NotSupported: 6 nodes of pool apps\n");
        story.ShouldContain($"why     Channel{channel}: ");
        story.ShouldContain("Drift: It runs 'AKSUbuntu-2204gen2containerd-202607.29.0'; 'AKSUbuntu-2204gen2containerd-202608.06.1' is 8 days newer.");
        story.ShouldNotContain("evicts");
        story.ShouldNotContain("window");
    }

    [Fact]
    public async Task Demo_WithoutATerminal_PrintsPlainLinesAndWaitsForNothing()
    {
        var clock = new WaitingClock();
        var (code, output) = await Run(t => t, clock, "demo");

        code.ShouldBe(ExitCode.Ok);
        output.ShouldNotContain("\u001b");
        clock.Waited.ShouldBe(TimeSpan.Zero);
    }

    [Theory]
    [InlineData("NodeImage")]
    [InlineData("SecurityPatch")]
    public async Task Demo_OnATerminal_TakesAboutTwoMinutesAndFits80By24(string channel)
    {
        var clock = new WaitingClock();
        var (code, output) = await Run(Watched, clock, "demo", "--channel", channel);

        code.ShouldBe(ExitCode.Ok);
        clock.Waited.ShouldBeInRange(TimeSpan.FromSeconds(80), TimeSpan.FromSeconds(160));
        foreach (var frame in Frame().Split(output).Select(f => Escape().Replace(f, "").Split('\n')))
        {
            frame.ShouldAllBe(line => line.TrimEnd().Length <= 80 || line.StartsWith("Next: "));
        }

        // The picture moves the cursor up over itself: never farther than the terminal is high.
        Up().Matches(output).Select(m => int.Parse(m.Groups["rows"].ValueSpan)).DefaultIfEmpty().Max().ShouldBeInRange(14, 23);
        output.ShouldContain("serves as surge".Length > 0 && channel == "NodeImage" ? "serves as surge" : "patches live");
        output.ShouldEndWith("its picture.\n");
    }

    [Fact]
    public async Task Demo_Faster_TakesLess()
    {
        var (slow, fast) = (new WaitingClock(), new WaitingClock());
        await Run(t => t, slow, "demo", "--speed", "1000");
        await Run(t => t, fast, "demo", "--speed", "10000");

        fast.Waited.ShouldBeGreaterThan(TimeSpan.Zero);
        slow.Waited.ShouldBeGreaterThan(fast.Waited);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("fast")]
    [InlineData("NaN")]
    public async Task Demo_BadSpeed_IsAMisuse(string speed) => (await CommandRun.Of("demo", "--speed", speed)).ShouldFail(ExitCode.Usage, $"--speed: '{speed}' is not a number from 1 to 1000000.");

    [Fact]
    public async Task Demo_InAnotherProcess_TellsTheSame() => (await ProcessRun.ToEndAsync("demo")).Out.ShouldBe((await CommandRun.Of("demo")).Out);

    private static Terminal Watched(Terminal plain)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes, ColorSystem = ColorSystemSupport.Standard, Interactive = InteractionSupport.Yes, Out = new AnsiConsoleOutput(plain.Out),
        });
        console.Profile.Width = 80;
        console.Profile.Height = 24;
        return plain with { Console = console, IsInteractive = true, Width = 80 };
    }

    private static async Task<(int Code, string Output)> Run(Func<Terminal, Terminal> terminal, TimeProvider clock, params string[] args)
    {
        await using var output = new StringWriter { NewLine = "\n" };
        var code = await ImagoCommand.RunAsync(args, terminal(Terminal.Plain(output, output, clock)));
        return (code, output.ToString());
    }

    [GeneratedRegex("\u001b\\[[0-9;?]*[A-Za-z]", RegexOptions.None, 1000)]
    private static partial Regex Escape();

    [GeneratedRegex("\u001b\\[(?<rows>[0-9]+)A", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Up();

    [GeneratedRegex("\u001b\\[[0-9]+A", RegexOptions.None, 1000)]
    private static partial Regex Frame();

    /// <summary>A clock on which every wait is over at once, and counted.</summary>
    private sealed class WaitingClock : TimeProvider
    {
        public TimeSpan Waited { get; private set; }

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + Waited;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waited += dueTime;
            return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
