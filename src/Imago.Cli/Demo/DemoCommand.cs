using System.CommandLine;
using System.Globalization;
using Imago.Application.Catalog;
using Imago.Cli.Help;
using Imago.Cli.Options;
using Imago.Cli.Terminals;
using Imago.Domain.Channels;
using Spectre.Console;

namespace Imago.Cli.Demo;

/// <summary><c>imago demo</c>: a node OS upgrade to watch, on an embedded simulated cluster.</summary>
internal static class DemoCommand
{
    private const double DefaultSpeed = 80;

    public static Command Create(Terminal terminal)
    {
        var channel = ChoiceOption.Create(
            "--channel", "The channel to show [default: NodeImage].", NodeOsChannel.NodeImage, NodeOsChannel.SecurityPatch, NodeOsChannel.Unmanaged, NodeOsChannel.None);
        var speed = new Option<double?>("--speed")
        {
            Description = $"Seconds of the story per second [default: {DefaultSpeed:0} on a terminal, else as fast as it goes].",
            HelpName = "number",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 1_000_000)
                {
                    return number;
                }

                result.AddError($"--speed: '{text}' is not a number from 1 to 1000000.");
                return null;
            },
        };
        var command = new Command("demo", "Watch a node OS upgrade happen on an embedded simulated cluster, with real image versions, in about two minutes.") { channel, speed };
        command.SetInterruptibleAction((parsed, cancellation) => RunAsync(terminal, parsed.GetValue(channel) ?? NodeOsChannel.NodeImage, parsed.GetValue(speed), cancellation));
        return command.WithExamples(
            "# new images, one surge at a time",
            "imago demo",
            "# security patches: live where no reboot is needed",
            "imago demo --channel SecurityPatch",
            "# slower, to follow every step",
            "imago demo --speed 60");
    }

    private static async Task<int> RunAsync(Terminal terminal, NodeOsChannel channel, double? speed, CancellationToken cancellation)
    {
        var story = DemoStory.Of(channel);
        var run = new DemoRun(story, ShippedCatalog.Load().Releases);
        terminal.WriteProse(story.Title);
        terminal.WriteProse(story.Terms);
        await terminal.Out.WriteLineAsync();
        if (terminal.IsInteractive)
        {
            await terminal.Console.Live(new Markup("")).AutoClear(false).StartAsync(display =>
                run.PlayAsync(new LiveNarrator(display, new Pace(speed ?? DefaultSpeed, terminal.Clock), terminal, story), cancellation));
        }
        else
        {
            await run.PlayAsync(new PlainNarrator(terminal, speed is { } s ? new Pace(s, terminal.Clock) : null), cancellation);
        }

        DemoSummary.Write(terminal, run);
        return ExitCode.Ok;
    }
}
