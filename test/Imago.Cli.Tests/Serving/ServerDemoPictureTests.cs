using Imago.Cli.Serving;
using Imago.Cli.Terminals;
using Imago.Cli.Tests.Kit;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Serving;

public sealed class ServerDemoPictureTests
{
    private const string Old = "AKSUbuntu-2404gen2containerd-202608.20.0";
    private const string New = "AKSUbuntu-2404gen2containerd-202611.25.0";

    private static readonly Instant Opens = Instant.FromUtc(2026, 11, 25, 22, 38);

    private static readonly DemoHold Budget = new(
        "BudgetBlocks", "pod shop/orders-db-0 of StatefulSet/orders-db cannot be evicted now: disruption budget shop/orders-db (maxUnavailable 1, 2 of 3 pods healthy, 0 disruptions allowed).",
        "disruption budget shop/orders-db allows a disruption");

    private readonly ServerDemoPicture _picture = new(Terminal.Plain(TextWriter.Null, TextWriter.Null, new StandingClock(DateTimeOffset.UnixEpoch)));

    [Fact]
    public void Lines_OfNodesHeldByTheSame_TellItOnceAndWhole()
    {
        var lines = _picture.Lines(State(Node("n1", Old, "Pending", Budget), Node("n2", Old, "Pending", Budget with { Message = "pod shop/orders-db-2 cannot be evicted now" })), width: 80, height: 29);

        lines.ShouldAllBe(l => l.Replace("[grey]", "").Replace("[/]", "").Length <= 80);
        string.Join(' ', lines).Replace("[grey]", "").Replace("[/]", "").ShouldContain($"BudgetBlocks: {Budget.Message}");
        lines.Count(l => l.Contains("BudgetBlocks:", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public void Lines_OfANodeThatIsNotInTheClusterWhileItIsReimaged_KeepItsRow()
    {
        var before = _picture.Lines(State(Node("n1", Old, "Under way"), Node("n2", Old, "Pending")), width: 80, height: 29);
        var meanwhile = _picture.Lines(State(Node("n2", Old, "Pending")), width: 80, height: 29);
        var after = _picture.Lines(State(Node("n1", New, "Upgraded"), Node("n2", Old, "Pending")), width: 80, height: 29);

        meanwhile.Count.ShouldBe(before.Count);
        meanwhile.ShouldContain("n1  202608.20.0  [yellow]Being reimaged[/]");
        after.ShouldContain("n1  202611.25.0  [green]Upgraded[/]");
    }

    [Fact]
    public void Lines_OfMoreThanTheTerminalHasRowsFor_AreCutAtItsEnd() =>
        _picture.Lines(State(Node("n1", Old, "Pending", Budget)), width: 40, height: 7).Count.ShouldBe(7);

    private static DemoState State(params DemoNode[] nodes) => new(Opens, Opens, [.. nodes], [new DemoRollout("work", New, "Running", 0, nodes.Length, Ended: false)]);

    private static DemoNode Node(string name, string image, string state, params DemoHold[] holds) => new(name, "work", image, Ready: true, state, [.. holds]);
}
