using Imago.Domain.Images.Archives;
using Imago.Server.Configuration;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Server.Tests.Configuration;

public sealed class ArchiveConfigurationTests : IDisposable
{
    private static readonly Dictionary<string, string> Nothing = new(StringComparer.Ordinal);

    private readonly string _keyring = Path.GetTempFileName();

    public void Dispose() => File.Delete(_keyring);

    [Fact]
    [Trait("Rule", "NM-41")]
    public void Read_PresetAlone_IsAllThatHasToBeSaid()
    {
        var archive = Read($$"""{ "archives": { "debian12": { "preset": "debian-12", "keyring": "{{_keyring}}" } } }""").Options!.Archives.ShouldHaveSingleItem();

        (archive.Source.Name, archive.Source.Family.Name, archive.Source.Track, archive.Interval, archive.Source.ImageDay).ShouldBe(("debian12", "ImagoDebian-12", "debian12", Duration.FromHours(1), IsoDayOfWeek.Monday));
        archive.Source.Suites.Select(s => (s.Pocket, s.Suite, s.Label, s.Uri)).ShouldBe(
        [
            (ArchivePocket.Release, "bookworm", "Debian", "http://deb.debian.org/debian"),
            (ArchivePocket.Updates, "bookworm-updates", "Debian", "http://deb.debian.org/debian"),
            (ArchivePocket.Security, "bookworm-security", "Debian-Security", "http://deb.debian.org/debian-security"),
        ]);
        archive.Source.HasSnapshots.ShouldBeTrue();
    }

    [Fact]
    [Trait("Rule", "NM-48")]
    public void Read_MirrorOfOnesOwn_HasNoSnapshotsUnlessTheyAreNamed()
    {
        const string Mirrors = """ "preset": "debian-12", "mirror": "http://m/debian/", "securityMirror": "file:///srv/security" """;
        Read($$"""{ "archives": { "m": { {{Mirrors}}, "keyring": "{{_keyring}}", "imageDay": "none", "updates": false } } }""").Options!.Archives[0].Source
            .ShouldSatisfyAllConditions(s => s.HasSnapshots.ShouldBeFalse(), s => s.Suites.Select(u => u.Uri).ShouldBe(["http://m/debian", "file:///srv/security"]), s => s.ImageDay.ShouldBeNull());
        Read($$"""{ "archives": { "m": { {{Mirrors}}, "snapshots": "http://m/{level}", "securitySnapshots": "http://s/{level}", "keyring": "{{_keyring}}" } } }""").Options!.Archives[0].Source.HasSnapshots.ShouldBeTrue();
    }

    [Fact]
    public void Read_SeveralThingsWrong_SaysAllOfThemAtOnce()
    {
        var problems = Read(
            """
            { "archives": { "a": { "preset": "debian-9", "keyrin": "x" }, "b": { "preset": "debian-12", "mirror": "ftp://m", "keyring": "/nowhere/keys.gpg", "interval": "4s", "imageDay": "Someday" }, "Big": { "preset": "debian-13" }, "c": { "family": "AKSUbuntu-2204" } },
              "releases": { "feed": "http://feed.example/feed.json", "feedSha256": "1" } }
            """).Problems;

        problems.ShouldContain("archives.a.preset (imago.json): 'debian-9' is not allowed. Allowed: debian-12, debian-13, ubuntu-20.04, ubuntu-22.04, ubuntu-24.04.");
        problems.ShouldContain("archives.a.keyrin (imago.json): there is no such setting. Did you mean 'keyring'?");
        problems.ShouldContain(p => p.StartsWith("archives.b.mirror (imago.json): 'ftp://m' is not allowed.", StringComparison.Ordinal));
        problems.ShouldContain(p => p.StartsWith("archives.b.keyring: '/nowhere/keys.gpg' does not exist.", StringComparison.Ordinal));
        problems.ShouldContain(p => p.StartsWith("archives.b.interval (imago.json): '4s'", StringComparison.Ordinal));
        problems.ShouldContain(p => p.StartsWith("archives.b.imageDay (imago.json): 'Someday'", StringComparison.Ordinal));
        problems.ShouldContain(p => p.StartsWith("archives.Big.preset (imago.json): an archive is set as archives.NAME.KEY", StringComparison.Ordinal));
        problems.ShouldContain(p => p.StartsWith("archives.c.codename is missing.", StringComparison.Ordinal));
        problems.ShouldContain(p => p.StartsWith("archives.c.family (imago.json): 'AKSUbuntu-2204' is not allowed.", StringComparison.Ordinal));
        problems.ShouldContain(p => p.StartsWith("releases.feed: 'http://feed.example/feed.json' is not protected on its way.", StringComparison.Ordinal));
        problems.ShouldContain(p => p.StartsWith("releases.feedSha256 (imago.json): '1' is not allowed.", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_TwoArchivesOfOneFamily_IsRefused() =>
        Read($$"""{ "archives": { "a": { "preset": "debian-12", "keyring": "{{_keyring}}" }, "b": { "preset": "debian-12", "keyring": "{{_keyring}}" } } }""")
            .Problems.ShouldHaveSingleItem().ShouldStartWith("archives: 'a' and 'b' are both for ImagoDebian-12");

    [Theory]
    [InlineData("/etc/imago/feed.json", "", false)]
    [InlineData("https://feed.example/feed.json", "", true)]
    [InlineData("/etc/imago/feed.json", "0000000000000000000000000000000000000000000000000000000000000000", true)]
    public void Read_Feed_IsFetchedWhereItIsFarOrHasToBeVerified(string feed, string hash, bool fetched)
    {
        var pin = hash.Length == 0 ? "" : $$""", "feedSha256": "{{hash}}" """;
        FeedRules.Fetched(Read($$"""{ "releases": { "feed": "{{feed}}"{{pin}} } }""").Options!).ShouldSatisfyAllConditions(f => (f is not null).ShouldBe(fetched), f => (f?.Sha256 ?? "").ShouldBe(hash));
    }

    [Fact]
    public void All_Settings_AreInTheDocs()
    {
        var page = File.ReadAllText(Path.Join(Root(), "docs/server/configuration.md"));
        foreach (var setting in ArchiveSettingCatalog.All)
        {
            var allowed = setting.Allowed.Replace(SettingCatalog.DurationWords, "a duration", StringComparison.Ordinal);
            page.ShouldContain($"| `{setting.Key}` | {setting.Meaning} | {allowed} | {setting.Default} |");
        }
    }

    private static ConfigurationResult Read(string text) => ConfigurationReader.Read(new ConfigurationSources(("imago.json", text), Nothing, Nothing));

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Join(folder!.FullName, "Imago.slnx")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
