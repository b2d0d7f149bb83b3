using Imago.Domain.Images.Archives;
using Shouldly;
using Xunit;
using static Imago.Domain.Tests.Images.Archives.ArchiveReleasesTests;

namespace Imago.Domain.Tests.Images.Archives;

/// <summary>Archives with a snapshot service: a level is a midnight that can be had for ever.</summary>
public sealed class SnapshotReleasesTests
{
    private static readonly ArchiveSource Debian = Source(snapshots: true);

    [Fact]
    [Trait("Rule", "NM-48")]
    [Trait("Rule", "IM-6")]
    public void Decide_ChangeAtNoon_LevelIsTheNextMidnightOfTheSnapshotService()
    {
        var first = First();
        var changed = Mirror("b", "2026-11-26T12:00:00Z");

        ArchiveReleases.SnapshotWanted(Debian, first.Memory, changed, At("2026-11-26T13:00:00Z")).ShouldBeNull();
        var waiting = ArchiveReleases.Decide(Debian, first.Memory, new ArchiveObservation(changed, At("2026-11-26T13:00:00Z")));
        (waiting.Patch, waiting.Memory.PendingSince).ShouldBe((null, At("2026-11-26T12:00:00Z")));

        var now = At("2026-11-27T00:20:00Z");
        ArchiveReleases.SnapshotWanted(Debian, waiting.Memory, changed, now)!.Value.ToString().ShouldBe("20261127T000000Z");
        var decision = ArchiveReleases.Decide(Debian, waiting.Memory, new ArchiveObservation(changed, now) { Snapshot = Snapshot("b", "2026-11-26T12:00:00Z") });

        decision.Patch!.Level.ToString().ShouldBe("20261127T000000Z");
        (decision.Patch.PublishedAt, decision.Patch.Previous).ShouldBe((now, first.Patch!.Level));
        decision.Patch.Archive!.Suites[^1].Uri.ShouldBe("https://snapshot.example/debian-security");
        decision.Memory.PendingSince.ShouldBeNull();
    }

    [Theory]
    [Trait("Rule", "NM-31")]
    [InlineData("a", "2026-11-24T00:00:00Z", "is of 2026-11-24T00:00:00Z, expected is 2026-11-26T12:00:00Z")]
    [InlineData("c", "2026-11-27T00:10:00Z", "is of 2026-11-27T00:10:00Z, expected is 2026-11-26T12:00:00Z")]
    public void Decide_SnapshotShowsAnotherState_WaitsAndSaysWhatItShows(string content, string date, string says)
    {
        var decision = ArchiveReleases.Decide(
            Debian, First().Memory, new ArchiveObservation(Mirror("b", "2026-11-26T12:00:00Z"), At("2026-11-27T00:20:00Z")) { Snapshot = Snapshot(content, date) });

        decision.Patch.ShouldBeNull();
        decision.Waiting!.ShouldContain(says);
        decision.Memory.PendingSince.ShouldBe(At("2026-11-26T12:00:00Z"));
    }

    [Fact]
    public void Decide_SnapshotIsNotThereYet_WaitsAndTakesALaterOne()
    {
        var changed = Mirror("b", "2026-11-26T12:00:00Z");
        var waiting = ArchiveReleases.Decide(Debian, First().Memory, new ArchiveObservation(changed, At("2026-11-27T00:20:00Z")));
        waiting.Waiting.ShouldBe("The snapshot of 20261127T000000Z does not exist yet.");

        var later = new ArchiveObservation(Mirror("c", "2026-11-28T06:00:00Z"), At("2026-11-28T07:00:00Z")) { Snapshot = Snapshot("b", "2026-11-26T12:00:00Z") };
        ArchiveReleases.Decide(Debian, waiting.Memory, later).Patch!.Level.ToString().ShouldBe("20261128T000000Z");
    }

    [Fact]
    public void Decide_MovedOnSinceMidnight_TheRestWaitsForTheNextOne()
    {
        var observed = new ArchiveObservation(Mirror("c", "2026-11-27T00:15:00Z"), At("2026-11-27T00:20:00Z")) { Snapshot = Snapshot("b", "2026-11-26T12:00:00Z") };
        var pending = First().Memory with { PendingSince = At("2026-11-26T12:00:00Z") };

        var decision = ArchiveReleases.Decide(Debian, pending, observed);

        decision.Patch!.Level.ToString().ShouldBe("20261127T000000Z");
        ArchiveReleases.SnapshotWanted(Debian, decision.Memory, observed.Live, At("2026-11-27T12:00:00Z")).ShouldBeNull();
        ArchiveReleases.SnapshotWanted(Debian, decision.Memory, observed.Live, At("2026-11-28T00:00:00Z"))!.Value.ToString().ShouldBe("20261128T000000Z");
    }

    private static ArchiveDecision First()
    {
        var decision = ArchiveReleases.Decide(
            Debian, ArchiveMemory.None, new ArchiveObservation(Mirror("a", "2026-11-24T00:00:00Z"), At("2026-11-26T10:00:00Z")) { Snapshot = Snapshot("a", "2026-11-24T00:00:00Z") });
        decision.Patch!.Level.ToString().ShouldBe("20261126T000000Z");
        decision.Image!.Image.Text.ShouldBe("ImagoDebian-12-202611.26.0");
        return decision;
    }

    private static ArchiveEdition Snapshot(string content, string date) => Mirror(content, date, host: "https://snapshot.example");
}
