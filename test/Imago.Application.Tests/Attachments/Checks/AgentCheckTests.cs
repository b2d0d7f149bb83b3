using Imago.Application.Attachments;
using Imago.Application.Attachments.Checks;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Attachments.Checks;

public sealed class AgentCheckTests
{
    private static readonly PatchLevel Level = PatchLevel.OfDate(new LocalDate(2026, 9, 20));

    private static readonly AgentReport Idle = new() { Phase = AgentPhase.Idle, Reached = Level, System = "debian 12", Updater = OsUpdater.Imago, At = FactsKit.Now - Duration.FromDays(30) };

    [Fact]
    [Trait("Rule", "NM-30")]
    public void Agents_OnEveryNode_AreGoodAndTellWhatCannotBeSeenFromOutside()
    {
        var found = ClusterChecks.Judge(Of(Node("a"), Node("b")));

        found.Single(f => f.Code == FindingCodes.AgentsReport).Message.ShouldBe("An agent reports on each of 2 nodes.");
        found.ShouldNotContain(f => f.Code == FindingCodes.UpdatesInsideNodes || f.Level > FindingLevel.Note);
    }

    [Theory]
    [InlineData(true, FindingLevel.Warning, "No agent reports on 1 node of 2, and nobody else could patch it.")]
    [InlineData(false, FindingLevel.Problem, "No agent reports on 2 nodes of 2, and nobody else could patch them.")]
    [Trait("Rule", "NM-30")]
    public void Agent_Missing_IsAProblemWhereNobodyHasOne(bool other, FindingLevel level, string says)
    {
        var found = Of(other ? Node("a") : FactsKit.Node("a"), FactsKit.Node("b")).Only(FindingCodes.AgentMissing);

        (found.Level, found.Message).ShouldBe((level, says));
        found.Subject.ShouldContain("b");
        found.Remedy.ShouldContain("docs/agent/install.md");
    }

    [Fact]
    public void Agents_OfAClusterThatIsReimaged_AreNotAskedFor() =>
        ClusterChecks.Judge(FactsKit.Healthy).ShouldNotContain(f => f.Code.StartsWith("Agent", StringComparison.Ordinal));

    [Fact]
    public void Agent_OfAnUnknownSystem_IsNamedWithIt() =>
        Of(Node("a"), Node("b", Idle with { Phase = AgentPhase.Refused, Reason = "NotSupported", System = "alpine 3.20" })).Only(FindingCodes.AgentSystemUnsupported).Message.ShouldContain("1 node (alpine 3.20)");

    [Theory]
    [InlineData("old", AgentPhase.Idle, 80, 80, true)]
    [InlineData("old", AgentPhase.Applied, 60, 60, false)]
    [InlineData("op", AgentPhase.Applying, 200, 80, true)]
    [InlineData("op", AgentPhase.Applying, 200, 60, false)]
    [InlineData("op", AgentPhase.Applied, 9000, 9000, false)]
    [InlineData("op", AgentPhase.Staged, 9000, 9000, false)]
    [Trait("Rule", "NM-30")]
    [Trait("Rule", "CH-35")]
    public void Agent_WithAnOrder_IsSilentWhenItSaysNothingAboutItForLong(string answers, AgentPhase phase, int givenMinutesAgo, int saidMinutesAgo, bool silent)
    {
        var order = new NodeOrder { Id = "op", Mode = OrderMode.Live, Level = Level, GivenAt = FactsKit.Now - Duration.FromMinutes(givenMinutesAgo) };
        var agent = Idle with { OrderId = answers, Phase = phase, At = FactsKit.Now - Duration.FromMinutes(saidMinutesAgo) };

        ClusterChecks.Judge(Of(Node("a", agent, n => n with { Order = order }))).Any(f => f.Code == FindingCodes.AgentSilent).ShouldBe(silent);
    }

    [Fact]
    [Trait("Rule", "NM-33")]
    public void Agent_ThatWaitsToTryAgain_IsNotSilent()
    {
        var order = new NodeOrder { Id = "op", Mode = OrderMode.Live, Level = Level, GivenAt = FactsKit.Now - Duration.FromHours(9) };
        var agent = Idle with { OrderId = "op", Phase = AgentPhase.Retrying, At = FactsKit.Now - Duration.FromHours(3), NextAttemptAt = FactsKit.Now + Duration.FromHours(3) };

        ClusterChecks.Judge(Of(Node("a", agent, n => n with { Order = order }))).ShouldNotContain(f => f.Code == FindingCodes.AgentSilent);
    }

    [Fact]
    public void Order_Unreadable_IsToldAndReportsToo()
    {
        var notes = $"{NodeAnnotations.Order}=x,{NodeAnnotations.AgentReport}=y";
        var cluster = Of(FactsKit.Node("a", annotations: notes));

        cluster.Only(FindingCodes.OrderUnreadable).Subject.ShouldBe("node a");
        cluster.Only(FindingCodes.ReportUnreadable).Subject.ShouldBe("node a");
    }

    [Fact]
    [Trait("Rule", "NM-18")]
    public void Updater_OfTheDistributionIsOnAlthoughImagoPatches_IsAWarning()
    {
        var both = Idle with { Updater = OsUpdater.Distribution };

        Of(Node("a", both, n => n with { Updater = OsUpdater.Imago })).Only(FindingCodes.DistributionUpdaterOn).Level.ShouldBe(FindingLevel.Warning);
        ClusterChecks.Judge(Of(Node("a", both, n => n with { Updater = OsUpdater.Distribution }))).ShouldNotContain(f => f.Code == FindingCodes.DistributionUpdaterOn);
    }

    [Theory]
    [InlineData(false, false, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [Trait("Rule", "CH-37")]
    public void Newcomer_ThatTakesWorkBeforeItIsPatched_IsAdvisedTheTaint(bool reached, bool tainted, bool told)
    {
        var node = Node("a", Idle with { Reached = reached ? Level : null }, n => n with { Updater = OsUpdater.Imago, NotPatchedYet = tainted });

        var found = ClusterChecks.Judge(Of(node)).Where(f => f.Code == FindingCodes.NewcomerTaintMissing).ToList();

        found.Count.ShouldBe(told ? 1 : 0);
        found.ShouldAllBe(f => f.Remedy.Contains("--register-with-taints=imago.dev/not-patched=:NoSchedule"));
    }

    private static ClusterFacts Of(params SeenNode[] nodes) => FactsKit.Of([.. nodes]) with { InPlace = true, Provider = [] };

    private static SeenNode Node(string name, AgentReport? agent = null, Func<Node, Node>? with = null) =>
        FactsKit.Node(name, with: n => (with ?? (same => same))(n with { Agent = agent ?? Idle }));
}
