using Imago.Api.Extensions;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Extensions;

public sealed class AgentDocumentTests
{
    private static readonly PatchLevel Level = PatchLevel.OfDate(new LocalDate(2026, 11, 20));

    private static readonly Node Bare = new() { Name = "n1", Uid = "u1", Pool = "apps", Image = NodeImage.Parse("ImagoDebian-12-202306.10.0") };

    [Fact]
    [Trait("Rule", "NM-30")]
    [Trait("Rule", "NM-34")]
    public void Of_NodeWithOrderAndReport_HasAllOfBoth()
    {
        var node = Bare with
        {
            Order = new NodeOrder { Id = "op-2", Mode = OrderMode.Drained, Level = Level, GivenAt = Instant.FromUtc(2026, 11, 21, 1, 0) },
            Agent = new AgentReport
            {
                OrderId = "op-1",
                Phase = AgentPhase.AppliedPartially,
                Attempts = 2,
                Verdict = RebootVerdict.RestartServices,
                Held = [new HeldPackage("runc", "1", "2", "apt-mark hold")],
                Planned = new PlannedChange(Level, OrderContent.Security, RebootVerdict.Reboot, 3, 4096),
                Updater = OsUpdater.Imago,
                System = "debian 12",
                Agent = "1.0",
                Inventory = "ab",
                At = Instant.FromUtc(2026, 11, 21, 1, 2),
            },
        };

        AgentDocument.Of(node)!.ToJsonString().ShouldBe(
            """{"order":{"id":"op-2","mode":"drained","content":"security","level":"20261120T000000Z","givenAt":"2026-11-21T01:00:00Z","taken":false},"phase":"AppliedPartially","reached":"""
            + """null,"reason":null,"message":null,"attempts":2,"nextAttemptAt":null,"verdict":"restartServices","planned":{"level":"20261120T000000Z","content":"security","verdict":"reboot","packages":3,"downloadBytes":4096},"held":"""
            + """[{"package":"runc","installed":"1","available":"2","why":"apt-mark hold"}],"updater":"imago","system":"debian 12","version":"1.0","inventory":"ab","reportedAt":"2026-11-21T01:02:00Z"}""");
    }

    [Fact]
    public void Of_NodeWithoutAgentAndOrder_IsNothing() => AgentDocument.Of(Bare).ShouldBeNull();

    [Fact]
    public void Of_NodeWhoseAgentNeverReported_SaysWhatIsOrdered()
    {
        var document = AgentDocument.Of(Bare with { Order = new NodeOrder { Id = "op", Mode = OrderMode.Live, Level = Level } })!;

        ((string?)document["order"]!["mode"], document["phase"]).ShouldBe(("live", null));
    }
}
