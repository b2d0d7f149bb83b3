using Imago.Application.NodeOs;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.NodeOs;

public class OrderTextTests
{
    private static readonly Instant At = Instant.FromUtc(2026, 11, 20, 0, 0);

    private static readonly NodeOrder Order = new()
    {
        Id = "rollout-1/node-a/Reimage",
        Mode = OrderMode.Drained,
        Content = OrderContent.Everything,
        Level = new PatchLevel(At),
        Image = "ImagoDebian-12-202611.20.0",
        Epoch = 7,
        GivenAt = At + Duration.FromMinutes(90),
        NotAfter = At + Duration.FromHours(4),
        Archive = new ArchiveState(
        [
            new SuiteState(ArchivePocket.Release, "http://mirror.example/debian", "bookworm", ["main"], At, new string('a', 64)),
            new SuiteState(ArchivePocket.Security, "http://mirror.example/debian-security", "bookworm-security", ["main", "contrib"], At, ""),
        ]),
    };

    [Fact]
    [Trait("Rule", "NM-30")]
    public void Order_WrittenAndRead_IsTheSame()
    {
        OrderText.Read(OrderText.Write(Order), out var problem).ShouldBe(Order);
        problem.ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "MW-53")]
    public void Limit_Absent_IsNone_AndMisread_IsNoOrder()
    {
        var text = OrderText.Write(Order);
        text.ShouldContain("\"notAfter\":\"2026-11-20T04:00:00Z\"");
        OrderText.Read(text.Replace("\"notAfter\":\"2026-11-20T04:00:00Z\",", "", StringComparison.Ordinal), out _).ShouldBe(Order with { NotAfter = null });

        OrderText.Read(text.Replace("T04:00:00Z", " 4 o'clock", StringComparison.Ordinal), out var problem).ShouldBeNull();
        problem.ShouldNotBeNull().ShouldContain("'notAfter'");
    }

    [Fact]
    [Trait("Rule", "CH-13")]
    public void OrderToReboot_NeedsNoLevel()
    {
        var order = new NodeOrder { Id = "r", Mode = OrderMode.Drained, Content = OrderContent.Reboot };

        OrderText.Read(OrderText.Write(order), out _).ShouldBe(order);
    }

    [Theory]
    [InlineData("{}", "'id'")]
    [InlineData("nonsense", "not JSON")]
    [InlineData("""{"id":"x","mode":"sideways","level":"20261120T000000Z"}""", "'stage', 'live' and 'drained'")]
    [InlineData("""{"id":"x","mode":"live","level":"yesterday"}""", "20261120T000000Z")]
    [InlineData("""{"id":"x","mode":"live"}""", "'level'")]
    [InlineData("""{"id":"x","mode":"0","level":"20261120T000000Z"}""", "'mode'")]
    [InlineData("""{"id":"x","mode":"live","level":"20261120T000000Z","archive":[{"pocket":"security","uri":"http://m","suite":"s","components":["main"],"date":"never"}]}""", "archive[0]: 'date'")]
    public void Order_ThatCannotBeReadWhole_IsNoneAndSaysWhy(string text, string expected)
    {
        OrderText.Read(text, out var problem).ShouldBeNull();
        problem.ShouldNotBeNull().ShouldContain(expected);
    }

    // A line of a source list ends where the text says so: what is not one plain word would be read as further options, or as a further source that nobody verifies.
    [Theory]
    [InlineData("http://m suite main\\ndeb [trusted=yes] http://evil.example", "bookworm", "main", "'uri'")]
    [InlineData("[trusted=yes] http://evil.example", "bookworm", "main", "'uri'")]
    [InlineData("http://m/%0aUser-Agent:x", "bookworm", "main", "'uri'")]
    [InlineData("copy:/tmp/evil", "bookworm", "main", "'uri'")]
    [InlineData("ssh://evil.example/debian", "bookworm", "main", "'uri'")]
    [InlineData("mirror+file:/tmp/list", "bookworm", "main", "'uri'")]
    [InlineData("/tmp/evil", "bookworm", "main", "'uri'")]
    [InlineData("http://m", "bookworm main\\ndeb [trusted=yes] http://evil.example x", "main", "'suite'")]
    [InlineData("http://m", "../../evil", "main", "'suite'")]
    [InlineData("http://m", "bookworm", "main\\ndeb", "'components'")]
    [InlineData("http://m", "bookworm", "", "'components'")]
    [InlineData("http://m", "bookworm", "#", "'components'")]
    public void Order_ArchiveThatIsNotPlainWords_IsRefused(string uri, string suite, string component, string expected)
    {
        var text = $$"""{"id":"x","mode":"live","level":"20261120T000000Z","archive":[{"pocket":"security","uri":"{{uri}}","suite":"{{suite}}","components":["{{component}}"],"date":"2026-11-20T00:00:00Z"}]}""";

        OrderText.Read(text, out var problem).ShouldBeNull();
        problem.ShouldNotBeNull().ShouldContain($"archive[0]: {expected}");
    }

    [Theory]
    [InlineData("http://snapshot.debian.org/archive/debian-security/20261120T000000Z")]
    [InlineData("https://[fd00::1]:8443/ubuntu/")]
    [InlineData("file:///mnt/mirror/debian")]
    public void Order_ArchiveAtAnyPlainAddress_IsRead(string uri)
    {
        var text = $$"""{"id":"x","mode":"live","level":"20261120T000000Z","archive":[{"pocket":"security","uri":"{{uri}}","suite":"bookworm/updates","components":["main","non-free-firmware"],"date":"2026-11-20T00:00:00Z"}]}""";

        OrderText.Read(text, out var problem).ShouldNotBeNull(problem);
    }

    [Fact]
    public void Order_ImageThatIsNoLabelValue_IsRefused()
    {
        OrderText.Read("""{"id":"x","mode":"drained","level":"20261120T000000Z","image":"not a label"}""", out var problem).ShouldBeNull();
        problem.ShouldNotBeNull().ShouldContain("'image'");
    }

    [Fact]
    [Trait("Rule", "NM-30")]
    public void Report_WrittenAndRead_IsTheSame()
    {
        var report = new AgentReport
        {
            OrderId = Order.Id,
            Phase = AgentPhase.AppliedPartially,
            Level = Order.Level,
            Reached = new PatchLevel(At - Duration.FromDays(7)),
            Reason = "Held",
            Message = "1 package is held.",
            Attempts = 2,
            LastAttemptAt = At,
            NextAttemptAt = At + Duration.FromMinutes(10),
            Held = [new HeldPackage("openssl", "3.0.1", "3.0.2", "apt-mark hold")],
            Verdict = RebootVerdict.RestartServices,
            Planned = new PlannedChange(new PatchLevel(At), OrderContent.Security, RebootVerdict.Reboot, 12, 34_567),
            Inventory = "abc",
            BootId = "b",
            Updater = OsUpdater.Imago,
            System = "debian 12",
            Agent = "0.1.0",
            At = At,
        };

        ReportText.Read(ReportText.Write(report)).ShouldBe(report);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"phase":"Dancing"}""")]
    public void Report_ThatCannotBeRead_IsNone(string? text) => ReportText.Read(text).ShouldBeNull();
}
