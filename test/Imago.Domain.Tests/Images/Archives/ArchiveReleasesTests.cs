using System.Collections.Immutable;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using NodaTime;
using NodaTime.Text;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Images.Archives;

public sealed class ArchiveReleasesTests
{
    private static readonly ImageFamily Family = ImageFamily.OfMachine("debian", "12")!;
    private static readonly Instant Thursday = At("2026-11-26T10:00:00Z");

    [Fact]
    [Trait("Rule", "NM-40")]
    [Trait("Rule", "NM-48")]
    public void Decide_FirstLookAtAMirror_PublishesItsStateAsLevelAndImage()
    {
        var decision = Look(ArchiveMemory.None, Mirror("a", "2026-11-24T00:34:33Z"), Thursday);

        var patch = decision.Patch.ShouldNotBeNull();
        (patch.Track, patch.Level.ToString(), patch.PublishedAt, patch.Previous).ShouldBe(("debian12", "20261124T003433Z", Thursday, null));
        patch.RebootRequired.ShouldBeNull();
        patch.TouchesKernelOrLibc.ShouldBeTrue();
        patch.Archive!.Suites.Select(s => s.Suite).ShouldBe(["bookworm", "bookworm-security"]);
        decision.Image!.Image.Text.ShouldBe("ImagoDebian-12-202611.26.0");
        decision.Image.Archive!.Suites.Select(s => s.Suite).ShouldBe(["bookworm", "bookworm-updates", "bookworm-security"]);
        decision.Changed.ShouldBeEmpty();
    }

    [Theory]
    [Trait("Rule", "NM-15")]
    [InlineData("openssl", "3.0.20", "linux-image-6.1.0-42-amd64", "6.1.158", false)]
    [InlineData("linux-signed-amd64", "6.1.159", "linux-image-6.1.0-43-amd64", "6.1.159", true)]
    [InlineData("glibc", "2.36-9", "libc6", "2.36-9", true)]
    public void Decide_FixesOnAMirror_NewLevelSaysWhetherKernelOrLibcChanged(string source, string version, string core, string coreVersion, bool reboot)
    {
        var first = Look(ArchiveMemory.None, Mirror("a", "2026-11-24T00:00:00Z"), Thursday);

        var next = Look(
            first.Memory,
            Mirror("b", "2026-11-27T06:00:00Z", new SuiteVersions(Versions((source, version), ("curl", "7.88")), Versions(("linux-image-6.1.0-42-amd64", "6.1.158"), (core, coreVersion)))),
            At("2026-11-27T07:00:00Z"));

        next.IsNewPatch.ShouldBeTrue();
        next.Patch!.Level.ToString().ShouldBe("20261127T060000Z");
        next.Patch.Previous.ShouldBe(first.Patch!.Level);
        next.Patch.NeedsReboot.ShouldBe(reboot);
        next.Changed.ShouldBe([source]);
        next.IsNewImage.ShouldBeFalse();
    }

    [Fact]
    [Trait("Rule", "NM-31")]
    public void Decide_MirrorIsMerelySignedAgain_LastLevelFollowsAndNoNewOneComes()
    {
        var first = Look(ArchiveMemory.None, Mirror("a", "2026-11-24T00:00:00Z"), Thursday);
        var again = Mirror("a", "2026-11-30T00:00:00Z", sha: "again");

        var second = Look(first.Memory, again, At("2026-11-30T01:00:00Z"), first.Patch, first.Image);

        second.IsNewPatch.ShouldBeFalse();
        second.Patch.ShouldBe(first.Patch! with { Archive = again.ForLevel });
        second.Patch!.PublishedAt.ShouldBe(Thursday);
        Look(second.Memory, again, At("2026-11-30T02:00:00Z"), second.Patch, first.Image! with { Archive = again.ForImage }).Patch.ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "NM-32")]
    public void Decide_ReleasePocketIsNewerThanTheFixes_LevelsStillGrow()
    {
        var first = Look(ArchiveMemory.None, Mirror("a", "2026-11-24T00:00:00Z", release: "2026-11-25T09:00:00Z"), Thursday);
        first.Patch!.Level.ToString().ShouldBe("20261125T090000Z");

        Look(first.Memory, Mirror("b", "2026-11-25T08:00:00Z", release: "2026-11-25T09:00:00Z"), Thursday).Patch!.Level.ToString().ShouldBe("20261125T090001Z");
    }

    [Fact]
    [Trait("Rule", "NM-31")]
    public void Decide_ArchiveGoesBack_PublishesNothingAndSaysSo()
    {
        var first = Look(ArchiveMemory.None, Mirror("b", "2026-11-24T00:00:00Z"), Thursday);

        var back = Look(first.Memory, Mirror("a", "2026-11-20T00:00:00Z"), Thursday);

        (back.Patch, back.Image, back.WentBack).ShouldBe((null, null, true));
        back.Waiting!.ShouldContain("2026-11-20T00:00:00Z");
        back.Memory.ShouldBe(first.Memory);
    }

    [Fact]
    [Trait("Rule", "IM-30")]
    public void Decide_ImageDay_OneImageAWeekAndOnlyIfSomethingChanged()
    {
        var first = Look(ArchiveMemory.None, Mirror("a", "2026-11-24T00:00:00Z"), Thursday);
        first.IsNewImage.ShouldBeTrue();

        Look(first.Memory, Mirror("b", "2026-11-28T00:00:00Z"), At("2026-11-29T12:00:00Z")).IsNewImage.ShouldBeFalse();
        Look(first.Memory, Mirror("a", "2026-11-24T00:00:00Z"), At("2026-11-30T00:00:00Z")).IsNewImage.ShouldBeFalse();
        var monday = Look(first.Memory, Mirror("b", "2026-11-28T00:00:00Z"), At("2026-11-30T00:00:00Z"));
        monday.Image!.Image.Text.ShouldBe("ImagoDebian-12-202611.30.0");
        Look(monday.Memory, Mirror("c", "2026-11-30T05:00:00Z"), At("2026-11-30T06:00:00Z")).IsNewImage.ShouldBeFalse();
        Look(first.Memory, Mirror("b", "2026-11-28T00:00:00Z"), At("2026-12-02T00:00:00Z")).Image!.Image.Text.ShouldBe("ImagoDebian-12-202612.02.0", "the server was off on Monday");
    }

    [Fact]
    [Trait("Rule", "IM-36")]
    public void Decide_DayIsTaken_ImageIsARespin()
    {
        var observed = new ArchiveObservation(Mirror("a", "2026-11-24T00:00:00Z"), Thursday)
        {
            Taken = [NodeImage.Parse("ImagoDebian-12-202611.26.0"), NodeImage.Parse("ImagoDebian-12-202611.26.1")],
        };

        ArchiveReleases.Decide(Source(snapshots: false), ArchiveMemory.None, observed).Image!.Image.Text.ShouldBe("ImagoDebian-12-202611.26.2");
    }

    [Fact]
    [Trait("Rule", "IM-35")]
    public void Decide_LevelOfAnArchive_CanaryGetsItFirstAndTheOthersByTheirDelays()
    {
        var patch = Look(ArchiveMemory.None, Mirror("a", "2026-11-24T00:00:00Z"), Thursday).Patch!;
        var catalog = ReleaseCatalog.Of([], [patch]);
        var rings = ReleaseRings.Default.Rings;

        rings.Select(r => catalog.LatestPatch("debian12", r, Thursday)?.Level).ShouldBe([patch.Level, null, null, null]);
        rings.Select(r => catalog.LatestPatch("debian12", r, Thursday + Duration.FromHours(24))?.Level).ShouldBe([patch.Level, patch.Level, null, null]);
        rings.Select(r => catalog.LatestPatch("debian12", r, Thursday + Duration.FromHours(96))?.Level).ShouldBe([patch.Level, patch.Level, patch.Level, patch.Level]);
    }

    [Fact]
    [Trait("Rule", "IM-35")]
    public void Decide_MirrorMovesEveryDay_LaterRingsJoinTheTrainInsteadOfStarving()
    {
        var releases = new List<PatchRelease>();
        var memory = ArchiveMemory.None;
        var rest = new List<int?>();
        for (var day = 0; day < 16; day++)
        {
            var now = Thursday + Duration.FromDays(day);
            var decision = Look(memory, Mirror($"content {day}", InstantPattern.General.Format(now - Duration.FromHours(1))), now);
            memory = decision.Memory;
            releases.Add(decision.Patch!);
            var catalog = ReleaseCatalog.Of([], releases);
            catalog.LatestPatch("debian12", ReleaseRings.Default.Rings[0], now)!.Level.ShouldBe(decision.Patch!.Level);
            rest.Add(catalog.LatestPatch("debian12", ReleaseRings.Default.Rings[^1], now) is { } latest ? releases.FindIndex(r => r.Level == latest.Level) : null);
        }

        // Four days behind the canary, then a week with everybody; the next train leaves on the eleventh day.
        rest.ShouldBe([null, null, null, null, 4, 5, 6, 7, 8, 9, 10, 10, 10, 10, 10, 15]);
    }

    private static ArchiveDecision Look(ArchiveMemory memory, ArchiveEdition live, Instant now, PatchRelease? patch = null, ImageRelease? image = null) =>
        ArchiveReleases.Decide(Source(snapshots: false), memory, new ArchiveObservation(live, now) { LastPatch = patch, LastImage = image });

    internal static ArchiveSource Source(bool snapshots) => new()
    {
        Name = "debian12",
        Family = Family,
        Suites =
        [
            Suite(ArchivePocket.Release, "bookworm", "debian", snapshots),
            Suite(ArchivePocket.Updates, "bookworm-updates", "debian", snapshots),
            Suite(ArchivePocket.Security, "bookworm-security", "debian-security", snapshots),
        ],
    };

    /// <summary>A mirror (or snapshot) whose security packages are known by a word.</summary>
    internal static ArchiveEdition Mirror(string content, string date, SuiteVersions? versions = null, string release = "2026-11-15T09:00:00Z", string sha = "", string host = "http://mirror.example") => new(
    [
        Edition(ArchivePocket.Release, $"{host}/debian", "bookworm", release, "release", null, ""),
        Edition(ArchivePocket.Updates, $"{host}/debian", "bookworm-updates", "2026-11-15T10:00:00Z", "updates", null, ""),
        Edition(ArchivePocket.Security, $"{host}/debian-security", "bookworm-security", date, content, versions ?? new SuiteVersions(Versions(("curl", "7.88")), Versions(("linux-image-6.1.0-42-amd64", "6.1.158"))), sha),
    ]);

    internal static Instant At(string text) => InstantPattern.General.Parse(text).Value;

    private static SuiteSource Suite(ArchivePocket pocket, string name, string path, bool snapshots) =>
        new(pocket, $"http://mirror.example/{path}", name, ["main"]) { Snapshots = snapshots ? $"https://snapshot.example/{path}/{SuiteSource.LevelMark}" : null };

    private static SuiteEdition Edition(ArchivePocket pocket, string uri, string suite, string date, string index, SuiteVersions? versions, string sha) =>
        new(new SuiteState(pocket, uri, suite, ["main"], At(date), sha), index) { Versions = versions };

    private static ImmutableSortedDictionary<string, string> Versions(params (string Name, string Version)[] versions) =>
        versions.DistinctBy(v => v.Name).ToImmutableSortedDictionary(v => v.Name, v => v.Version, StringComparer.Ordinal);
}
