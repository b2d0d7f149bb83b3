using System.Collections.Immutable;
using System.Net;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using Imago.NodeOs.Apt;
using Imago.NodeOs.Machine;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.NodeOs.Tests.Apt;

public sealed class SourcesTests : IDisposable
{
    private static readonly OsRelease Debian = new("debian", "12", "bookworm");

    private static readonly OsRelease Ubuntu = new("ubuntu", "22.04", "jammy");

    private static readonly PatchLevel Level = new(Instant.FromUtc(2026, 11, 20, 0, 0));

    private readonly TemporaryMachine _machine = new TemporaryMachine().With("/etc/apt/trusted.gpg.d/distribution.asc", "");

    [Fact]
    [Trait("Rule", "NM-48")]
    [Trait("Rule", "NM-41")]
    public void For_NothingSaid_IsTheSnapshotOfTheLevel()
    {
        Lines(Debian, new MachineSettings(), new PatchGoal(Level, OrderContent.Everything)).ShouldBe(
        [
            "deb [check-valid-until=no] http://snapshot.debian.org/archive/debian/20261120T000000Z bookworm main",
            "deb [check-valid-until=no] http://snapshot.debian.org/archive/debian/20261120T000000Z bookworm-updates main",
            "deb [check-valid-until=no] http://snapshot.debian.org/archive/debian-security/20261120T000000Z bookworm-security main",
        ]);
        Lines(Ubuntu, new MachineSettings(), new PatchGoal(Level, OrderContent.Security))[1]
            .ShouldBe("deb [check-valid-until=no] https://snapshot.ubuntu.com/ubuntu/20261120T000000Z jammy-security main restricted universe multiverse");
    }

    [Fact]
    [Trait("Rule", "NM-40")]
    public void For_Security_LeavesTheUpdatesPocketOut() =>
        Lines(Debian, new MachineSettings { OwnSources = true }, new PatchGoal(Level, OrderContent.Security)).ShouldBe(
        [
            "deb http://deb.debian.org/debian bookworm main",
            "deb http://deb.debian.org/debian-security bookworm-security main",
        ]);

    [Fact]
    [Trait("Rule", "NM-42")]
    public void For_OwnSources_TakesAddressesComponentsAndKeysOfTheMachine()
    {
        _machine.With("/etc/apt/sources.list", "# none\ndeb [arch=amd64 signed-by=/k/a.gpg] http://mirror/debian bookworm main contrib # own\ndeb-src http://mirror/debian bookworm main\n")
            .With("/etc/apt/sources.list.d/security.sources", "Types: deb\nURIs: http://mirror/security\nSuites: bookworm-security\nComponents: main contrib\nSigned-By: /k/b.gpg\n\nTypes: deb\nEnabled: no\nURIs: http://no\nSuites: bookworm-security\nComponents: main\n");

        Lines(Debian, new MachineSettings { OwnSources = true }, new PatchGoal(Level, OrderContent.Security)).ShouldBe(
        [
            "deb [signed-by=/k/a.gpg] http://mirror/debian bookworm main contrib",
            "deb [signed-by=/k/b.gpg] http://mirror/security bookworm-security main contrib",
        ]);
    }

    // The usual way to get containerd onto Ubuntu 24.04: the vendor's archive names its suite as the distribution does, and comes first by its file's name.
    [Theory]
    [Trait("Rule", "NM-42")]
    [InlineData("stable")]
    [InlineData("main")]
    public void For_VendorNamesTheSameSuite_TakesTheDistributionsArchiveComponentsAndKey(string component)
    {
        var noble = new OsRelease("ubuntu", "24.04", "noble");
        _machine.With("/etc/apt/sources.list.d/docker.list", $"deb [signed-by=/etc/apt/keyrings/docker.gpg] https://download.docker.com/linux/ubuntu noble {component}\n")
            .With("/etc/apt/sources.list.d/ubuntu.sources",
                "Types: deb\nURIs: http://archive.ubuntu.com/ubuntu\nSuites: noble noble-updates\nComponents: main universe\nSigned-By: /k/ubuntu.gpg\n\n"
                + "Types: deb\nURIs: http://security.ubuntu.com/ubuntu\nSuites: noble-security\nComponents: main universe\nSigned-By: /k/ubuntu.gpg\n");
        var archive = new ArchiveState(
        [
            new SuiteState(ArchivePocket.Release, "http://a/ubuntu", "noble", ["main"], Level.Moment, "aa"),
            new SuiteState(ArchivePocket.Security, "http://a/ubuntu", "noble-security", ["main"], Level.Moment, "bb"),
        ]);

        Lines(noble, new MachineSettings { OwnSources = true }, new PatchGoal(Level, OrderContent.Security))[0].ShouldBe("deb [signed-by=/k/ubuntu.gpg] http://archive.ubuntu.com/ubuntu noble main universe");
        Lines(noble, new MachineSettings(), new PatchGoal(Level, OrderContent.Security) { Archive = archive })[0].ShouldBe("deb [signed-by=/k/ubuntu.gpg check-valid-until=no] http://a/ubuntu noble main");
    }

    [Theory]
    [InlineData("http://m bookworm main\ndeb [trusted=yes] http://evil", "bookworm", "main", null)]
    [InlineData("[trusted=yes] http://evil", "bookworm", "main", null)]
    [InlineData("http://m", "bookworm\nmain", "main", null)]
    [InlineData("http://m", "bookworm", "main\ndeb", null)]
    [InlineData("http://m", "bookworm", "main", "/k trusted=yes")]
    [InlineData("http://m", "bookworm", "main", "/k] http://evil")]
    public void Line_PartThatIsNoPlainWord_IsNeverWritten(string uri, string suite, string component, string? signedBy) =>
        Should.Throw<NodeOsException>(() => new AptSource(ArchivePocket.Security, uri, suite, [component], signedBy, null, Pinned: false).ToLine()).Reason.ShouldBe(NodeOsReason.ArchiveUnknown);

    [Theory]
    [Trait("Rule", "NM-5")]
    [Trait("Rule", "CH-36")]
    [InlineData("10.1.2.3", "http://10.1.2.3/ubuntu")]
    [InlineData("172.31.0.1", "http://172.31.0.1/ubuntu")]
    [InlineData("192.168.0.9", "http://192.168.0.9/ubuntu")]
    [InlineData("172.32.0.1", "https://snapshot.ubuntu.com/ubuntu/20261120T000000Z")]
    [InlineData("8.8.8.8", "https://snapshot.ubuntu.com/ubuntu/20261120T000000Z")]
    [InlineData("fd00::1", "https://snapshot.ubuntu.com/ubuntu/20261120T000000Z")]
    public void For_PackageService_IsTakenWhenPrivate(string address, string uri) =>
        Sources(Ubuntu, new MachineSettings(), new PatchGoal(Level, OrderContent.Security) { RepoService = IPAddress.Parse(address) })[0].Uri.ShouldBe(uri);

    [Fact]
    [Trait("Rule", "CH-36")]
    [Trait("Rule", "NM-6")]
    public void For_LevelOfSomebodyElseWithAPackageService_AsksTheServiceOnly()
    {
        var goal = new PatchGoal(Level, OrderContent.Security) { RepoService = IPAddress.Parse("10.224.0.7") };
        _machine.With("/etc/apt/sources.list", "deb http://deb.debian.org/debian bookworm main contrib\ndeb http://deb.debian.org/debian-security bookworm-security main\n");

        Lines(Debian, new MachineSettings { OwnSources = true }, goal).ShouldBe(["deb http://10.224.0.7/debian bookworm main contrib", "deb http://10.224.0.7/debian-security bookworm-security main"]);
        Lines(Ubuntu, new MachineSettings(), goal).ShouldBe(
            ["deb http://10.224.0.7/ubuntu jammy main restricted universe multiverse", "deb http://10.224.0.7/ubuntu jammy-security main restricted universe multiverse"]);
    }

    [Fact]
    [Trait("Rule", "NM-31")]
    [Trait("Rule", "NM-48")]
    public void For_OrderedEditions_AreExpectedAlsoThroughThePackageService()
    {
        var archive = new ArchiveState(
        [
            new SuiteState(ArchivePocket.Release, "http://a/debian/", "bookworm", ["main"], Level.Moment, "aa"),
            new SuiteState(ArchivePocket.Security, "http://a/security", "bookworm-security", ["main"], Level.Moment, "bb"),
        ]);

        Lines(Debian, new MachineSettings(), new PatchGoal(Level, OrderContent.Security) { Archive = archive })
            .ShouldBe(["deb [check-valid-until=no] http://a/debian bookworm main", "deb [check-valid-until=no] http://a/security bookworm-security main"]);
        var through = Sources(Debian, new MachineSettings(), new PatchGoal(Level, OrderContent.Security) { Archive = archive, RepoService = IPAddress.Parse("10.0.0.1") });
        through.Select(s => s.Uri).ShouldBe(["http://10.0.0.1/debian", "http://10.0.0.1/debian-security"]);
        through.Select(s => s.Expected?.Sha256).ShouldBe(["aa", "bb"]);
    }

    [Fact]
    public void For_SettingsWithPlaceholders_AreFilledInAndPinned() =>
        Lines(Debian, new MachineSettings
        {
            Archives =
            [
                new MachineArchive(ArchivePocket.Release, "http://mine/{level}/debian", "{codename}", ["main"], "/k"),
                new MachineArchive(ArchivePocket.Security, "http://mine/security", "{codename}-security", ["main"]),
            ],
        }, new PatchGoal(Level, OrderContent.Security)).ShouldBe(
        [
            "deb [signed-by=/k check-valid-until=no] http://mine/20261120T000000Z/debian bookworm main",
            "deb http://mine/security bookworm-security main",
        ]);

    [Fact]
    public void For_SecurityPocketMissing_IsRefused()
    {
        var settings = new MachineSettings { Archives = [new MachineArchive(ArchivePocket.Release, "http://mine", "bookworm", ["main"])] };

        var failure = Should.Throw<NodeOsException>(() => Sources(Debian, settings, new PatchGoal(Level, OrderContent.Security)));

        failure.Reason.ShouldBe(NodeOsReason.ArchiveUnknown);
        failure.Message.ShouldContain("'Security'");
    }

    [Fact]
    public void For_MachineTrustsNoKeyForAll_NamesTheDistributionsRing()
    {
        using var newer = new TemporaryMachine().With("/usr/share/keyrings/debian-archive-keyring.gpg", "");

        AptSources.For(new PatchGoal(Level, OrderContent.Security), Debian, new MachineSettings(), [], new MachineKeys(newer.Root))[0].SignedBy
            .ShouldBe("/usr/share/keyrings/debian-archive-keyring.gpg");
    }

    [Fact]
    [Trait("Rule", "NM-42")]
    [Trait("Rule", "NM-44")]
    [Trait("Rule", "NM-49")]
    public void Folder_Written_IsolatesAptAndKeepsTheMachinesFiles()
    {
        _machine.With("/etc/apt/preferences", "Package: nginx\nPin: version 1.*\nPin-Priority: 900\n");
        var before = _machine.Snapshot();
        var folder = new AptFolder(_machine.Root, new MachineSettings());

        folder.Write(Sources(Debian, new MachineSettings(), new PatchGoal(Level, OrderContent.Security)), new Dictionary<string, string> { ["runc"] = "1.1" });

        _machine.Snapshot().ShouldBe(before);
        var config = folder.ReadState("apt.conf")!;
        foreach (var setting in (string[])["Dir::Etc::sourcelist \"/var/lib/imago-agent/apt/sources.list\";", "Dir::Etc::sourceparts \"-\";", "Dir::State::lists \"/var/lib/imago-agent/apt/lists/\";",
            "APT::Update::Error-Mode \"any\";", "APT::Install-Recommends \"0\";", "DPkg::Lock::Timeout \"300\";", "Dpkg::Use-Pty \"0\";", "Dpkg::Options { \"--force-confdef\"; \"--force-confold\"; };",

            // What a machine's own settings may allow themselves is no licence for us.
            "APT::Get::AllowUnauthenticated \"0\";", "Acquire::AllowInsecureRepositories \"0\";", "Acquire::AllowWeakRepositories \"0\";", "Acquire::AllowDowngradeToInsecureRepositories \"0\";",
            "APT::Get::AutomaticRemove \"0\";"])
        {
            config.ShouldContain(setting);
        }

        folder.ReadState("preferences").ShouldBe("Package: nginx\nPin: version 1.*\nPin-Priority: 900\n\nPackage: runc\nPin: version 1.1\nPin-Priority: 1001\n\n");
        var command = folder.Apt("apt-get", TimeSpan.FromMinutes(1), "update");
        command.ToString().ShouldBe("apt-get -c /var/lib/imago-agent/apt/apt.conf update");
        command.Environment["NEEDRESTART_SUSPEND"].ShouldBe("1");
        command.Environment["DEBIAN_FRONTEND"].ShouldBe("noninteractive");
    }

    public void Dispose() => _machine.Dispose();

    private ImmutableArray<AptSource> Sources(OsRelease system, MachineSettings settings, PatchGoal goal) =>
        AptSources.For(goal, system, settings, OwnSources.Of(_machine.Root), new MachineKeys(_machine.Root));

    private string[] Lines(OsRelease system, MachineSettings settings, PatchGoal goal) => [.. Sources(system, settings, goal).Select(s => s.ToLine())];
}
