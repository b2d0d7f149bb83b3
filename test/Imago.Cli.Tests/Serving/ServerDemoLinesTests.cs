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
    private static readonly DemoHold Window = new("WindowClosed", "The maintenance window is closed; it opens at 2026-11-25T22:40:00Z.", "the window opens");

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
    public void Lines_OfNodesHeldByOneBudgetWhoseNumbersChange_TellItOnce()
    {
        _lines.Tell(State(Node("n1", "Pending", Budget("cart-1", 5)), Node("n2", "Pending", Budget("cart-2", 5))));
        _lines.Tell(State(Node("n1", "Pending", Budget("cart-1", 4)), Node("n2", "Pending", Budget("cart-2", 4))));

        Told().Where(l => l.Contains("BudgetBlocks:", StringComparison.Ordinal)).ShouldBe([$"2026-11-25 22:38:00  BudgetBlocks: {Budget("cart-1", 5).Message}"]);
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

    private static DemoHold Budget(string pod, int pods) =>
        new("BudgetBlocks", $"pod {pod} cannot be evicted now: disruption budget cart (3 of {pods} pods healthy).", "disruption budget cart allows a disruption");

    private static DemoState State(params DemoNode[] nodes) => new(At, At, [.. nodes], []);

    private static DemoNode Node(string name, string state, params DemoHold[] holds) => new(name, "work", "old", Ready: true, state, [.. holds]);
}
