using Imago.Cli.Serving;
using Imago.Cli.Terminals;
using Imago.Cli.Tests.Kit;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Serving;

public sealed class ServerDemoLinesTests : IDisposable
{
    private static readonly Instant At = Instant.FromUtc(2026, 11, 25, 22, 38);
    private static readonly DemoHold Window = new("WindowClosed", "The maintenance window is closed; it opens at 2026-11-25T22:40:00Z.");

    private readonly StringWriter _out = new();
    private readonly ServerDemoLines _lines;

    public ServerDemoLinesTests() => _lines = new ServerDemoLines(Terminal.Plain(_out, TextWriter.Null, new StandingClock(DateTimeOffset.UnixEpoch)));

    public void Dispose() => _out.Dispose();

    [Fact]
    public void Lines_OfNodesHeldByTheSame_TellWhyOnce()
    {
        _lines.Tell(State(Node("n1", "Pending", Window), Node("n2", "Pending", Window)));
        _lines.Tell(State(Node("n1", "Pending", Window), Node("n2", "Pending", Window)));

        Told().ShouldBe(
        [
            "2026-11-25 22:38:00  n1: Pending, old (WindowClosed).",
            "2026-11-25 22:38:00  n2: Pending, old (WindowClosed).",
            $"2026-11-25 22:38:00  WindowClosed: {Window.Message}",
        ]);
    }

    [Fact]
    public void Lines_OfAHoldThatComesBack_TellItAgain()
    {
        _lines.Tell(State(Node("n1", "Pending", Window)));
        _lines.Tell(State(Node("n1", "Under way")));
        _lines.Tell(State(Node("n1", "Pending", Window)));

        Told().Count(l => l.Contains(Window.Message, StringComparison.Ordinal)).ShouldBe(2);
    }

    private string[] Told() => _out.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    private static DemoState State(params DemoNode[] nodes) => new(At, At, [.. nodes], []);

    private static DemoNode Node(string name, string state, params DemoHold[] holds) => new(name, "work", "old", Ready: true, state, [.. holds]);
}
