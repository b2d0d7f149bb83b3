using System.Text.Json.Nodes;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Tests.Forecasts;
using Imago.Simulation.Tests.Kit;

namespace Imago.Simulation.Tests.Strangers;

/// <summary>Runs as their traces tell them to somebody who has nothing else.</summary>
public sealed class TraceCheckerTests
{
    private static readonly Lazy<string[]> Good = new(() => Trace(reimageReplacesNode: true));

    // Here nodes keep their objects, so that marks have to be taken off again.
    private static readonly Lazy<string[]> Keeping = new(() => Trace(reimageReplacesNode: false));

    [Theory]
    [MemberData(nameof(Seeds))]
    [Trait("Rule", "MW-52")]
    [Trait("Rule", "UP-3")]
    public void Check_AnyRun_KeepsEveryInvariant(ulong seed)
    {
        var draw = new Seed(seed);
        var window = draw.Fork("window").Chance(0.5) ? Some.Daily(draw.Fork("hour").Below(20), 4) : null;
        var request = Some.Request(Some.RandomCluster(draw), Some.RandomSettings(draw.Fork("settings")), window) with { Seed = draw, World = new() };

        var (forecast, lines) = Some.Traced(request);

        TraceChecker.Check(lines, window is not null).ShouldBeEmpty();
        if (request.Spec.Pools[0].Settings is { MaxSurge.IsZero: false } or { MaxUnavailable: not null })
        {
            forecast.Summary.Upgraded.ShouldBe(forecast.Summary.Nodes);
        }
    }

    [Fact]
    public void Check_GoodTrace_FindsNothing()
    {
        TraceChecker.Check(Good.Value, hasWindows: true).ShouldBeEmpty();
        TraceChecker.Check(Keeping.Value, hasWindows: true).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("line of the uncordoning missing", "NodeUncordoned", "left cordoned")]
    [InlineData("line that takes the steering taint off missing", "NodeUnsteered", "steering taint")]
    [InlineData("removal of the last surge node missing", "NodeRemoved", "has")]
    public void Check_LastLineOfAKindIsMissing_FindsIt(string story, string kind, string finding)
    {
        var last = Array.FindLastIndex(Keeping.Value, l => Is(l, kind));
        last.ShouldBeGreaterThan(0, story);
        var node = JsonNode.Parse(Keeping.Value[last])!["node"]!.GetValue<string>();

        // Later lines about the node would tell of its state again.
        var without = Keeping.Value.Where((l, i) => i < last || (i > last && !(l.Contains("\"kind\":\"Node", StringComparison.Ordinal) && l.Contains($"\"node\":\"{node}\"", StringComparison.Ordinal))));

        TraceChecker.Check(without, hasWindows: true).ShouldContain(v => v.Contains(finding), story);
    }

    [Fact]
    public void Check_WindowThatEndedEarlier_FindsTheStartsOutsideIt() =>
        TraceChecker.Check(Changed("WindowOpened", l => l["windowEnd"] = "2026-08-10T01:00:10Z"), hasWindows: true).ShouldContain(v => v.Contains("outside every window"));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Check_EvictionWithoutAllowance_FindsIt(int before) =>
        TraceChecker.Check(
            Changed("PodEvicted", l =>
            {
                l["budget"]!["allowedBefore"] = before;
                l["budget"]!["allowedAfter"] = before - 1;
            }),
            hasWindows: true).ShouldContain(v => v.Contains($"allowed {before}"));

    [Fact]
    public void Check_BudgetBelowZero_FindsIt() =>
        TraceChecker.Check(Changed("BudgetChanged", l => l["budget"]!["allowedAfter"] = -1), hasWindows: true).ShouldContain(v => v.Contains("below zero"));

    [Fact]
    public void Check_EvictionThatChargesNobody_FindsIt() =>
        TraceChecker.Check(Changed("PodEvicted", l => l.Remove("budget")), hasWindows: true).ShouldContain(v => v.Contains("not charged"));

    [Fact]
    public void Check_SmallerLimits_FindsTooManyNodesAtATime()
    {
        var found = TraceChecker.Check(Changed("RolloutStarted", l => l["maxSurge"] = 1), hasWindows: true);
        found.ShouldContain(v => v.Contains("has 7 nodes"));
        found.ShouldContain(v => v.Contains("are under way"));
    }

    [Fact]
    public void Check_NodeOutOfServiceForNoReason_FindsTheShortfall()
    {
        var at = Array.FindIndex(Good.Value, l => Is(l, "RolloutStarted"));
        var cordon = JsonNode.Parse(Good.Value.First(l => Is(l, "NodePresent")))!.AsObject();
        (cordon["kind"], cordon["schedulable"], cordon["time"]) = ("NodeCordoned", false, JsonNode.Parse(Good.Value[at])!["time"]!.GetValue<string>());
        string[] lines = [.. Good.Value[..(at + 1)], cordon.ToJsonString(), .. Good.Value[(at + 1)..]];

        TraceChecker.Check(lines, hasWindows: true).ShouldContain(v => v.Contains("misses 1 nodes"));
    }

    [Fact]
    [Trait("Rule", "UP-151")]
    public void Check_CanaryThatNeverPassed_FindsThoseThatDidNotWait()
    {
        var found = TraceChecker.Check(Good.Value.Where(l => !Is(l, "CanaryPassed")), hasWindows: true);
        found.ShouldContain(v => v.Contains("before the canary has passed"));
    }

    public static TheoryData<ulong> Seeds() => [.. Enumerable.Range(1, 40).Select(i => (ulong)i)];

    private static string[] Trace(bool reimageReplacesNode) => Some.Traced(
        Some.Request(
            SmallCluster.OfNodes(5, zones: 3).AddDeployment("web", 10, maxUnavailable: IntOrPercent.Percent(25)).AddDeployment("cart", 3, minAvailable: IntOrPercent.Of(2)).Build(),
            new UpgradeSettings { MaxSurge = IntOrPercent.Of(2) },
            Some.Daily(1)) with { World = Some.Exact with { ReimageReplacesNode = reimageReplacesNode } }).Lines;

    private static bool Is(string line, string kind) => line.Contains($"\"kind\":\"{kind}\"", StringComparison.Ordinal);

    // The good trace with the first line of a kind changed, of evictions the first that a budget allowed.
    private static IEnumerable<string> Changed(string kind, Action<JsonObject> change)
    {
        var done = false;
        foreach (var line in Good.Value)
        {
            if (!done && Is(line, kind) && (kind != "PodEvicted" || line.Contains("\"budget\":", StringComparison.Ordinal)))
            {
                done = true;
                var changed = JsonNode.Parse(line)!.AsObject();
                change(changed);
                yield return changed.ToJsonString();
            }
            else
            {
                yield return line;
            }
        }

        done.ShouldBeTrue();
    }
}
