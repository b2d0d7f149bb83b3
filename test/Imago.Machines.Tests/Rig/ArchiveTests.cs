using Imago.Machines.Tests.Kit;
using Imago.NodeOs.Rig.Archives;
using Imago.NodeOs.Rig.Machines;
using Imago.NodeOs.Rig.Packages;
using Imago.NodeOs.Rig.Programs;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Machines.Tests.Rig;

/// <summary>The archive that the other tests stand on, as Debian's own apt sees it.</summary>
[Trait("Rule", "NM-71")]
public sealed class ArchiveTests
{
    private static readonly Instant First = Instant.FromUtc(2024, 3, 1, 0, 0);

    [Fact]
    public async Task Archive_ThreePockets_AptTakesTheNewestAndKnowsTheirLabels()
    {
        FreshMachine.Needed();
        await using var archive = await LocalArchive.StartAsync();
        var (release, updates, security) = (await SamplePackages.LibraryAsync("1.0-1"), await SamplePackages.LibraryAsync("1.0-2"), await SamplePackages.LibraryAsync("1.0-1+deb12u1"));
        await archive.PublishAsync(First, c => c.Release(release).Updates(updates).Security(security));
        await using var machine = await FreshMachine.StartAsync(archive);

        (await UpdateAsync(machine)).MustSucceed();
        (await machine.ExecAsync(["apt-get", "-qy", "install", "librig1"])).MustSucceed();

        (await machine.VersionAsync("librig1")).ShouldBe("1.0-2");
        var policy = await machine.ShellAsync("apt-cache policy | grep -E 'bookworm(-security|-updates)?,'");
        policy.ShouldContain("a=oldstable-security,n=bookworm-security,l=Debian-Security,c=main");
        policy.ShouldContain("a=oldstable-updates,n=bookworm-updates,l=Debian,c=main");
        archive.Served.Single(r => r.Path.EndsWith(".deb", StringComparison.Ordinal)).ShouldBe(new("/debian/pool/" + updates.File, 200, updates.Content.Length));
    }

    [Fact]
    public async Task Archive_NextMoment_ChangesOnlyItsSuitesAndKeepsTheLastAsSnapshot()
    {
        FreshMachine.Needed();
        await using var archive = await LocalArchive.StartAsync();
        var (old, fix) = (await SamplePackages.LibraryAsync("1.0-1"), await SamplePackages.LibraryAsync("1.0-1+deb12u1"));
        var first = await archive.PublishAsync(First, c => c.Release(old));
        var second = await archive.PublishAsync(First + Duration.FromDays(7), c => c.Security(fix));

        second.Live.Suites[0].ShouldBe(first.Live.Suites[0]);
        second.Live.Suites[2].Date.ShouldBe(First + Duration.FromDays(7));
        using var client = new HttpClient();
        (await client.GetByteArrayAsync($"{first.Snapshot.Suites[2].Uri}/dists/bookworm-security/InRelease")).ShouldHashTo(first.Live.Suites[2].Sha256);
        (await client.GetByteArrayAsync($"{second.Live.Suites[2].Uri}/dists/bookworm-security/InRelease")).ShouldHashTo(second.Live.Suites[2].Sha256);

        archive.Serve(first);

        (await client.GetByteArrayAsync($"{second.Live.Suites[2].Uri}/dists/bookworm-security/InRelease")).ShouldHashTo(first.Live.Suites[2].Sha256);
    }

    [Theory]
    [Trait("Rule", "NM-31")]
    [InlineData(ArchiveFault.Down, "Failed to fetch")]
    [InlineData(ArchiveFault.Unavailable, "503")]
    [InlineData(ArchiveFault.Hanging, "Failed to fetch")]
    [InlineData(ArchiveFault.BadSignature, "BADSIG")]
    [InlineData(ArchiveFault.CorruptIndexes, "Hash Sum mismatch")]
    public async Task Update_BrokenSecurityArchive_FailsOnlyIfErrorsCount(ArchiveFault fault, string said)
    {
        FreshMachine.Needed();
        await using var archive = await LocalArchive.StartAsync();
        var fix = await SamplePackages.LibraryAsync("1.0-1+deb12u1");
        await archive.PublishAsync(First, c => c.Security(fix));
        await using var machine = await FreshMachine.StartAsync(archive);
        archive.Break(fault, ArchiveArea.Security);

        var run = await UpdateAsync(machine);

        run.ExitCode.ShouldBe(100);
        (run.Out + run.Error).ShouldContain(said);

        archive.Break(ArchiveFault.None);
        (await UpdateAsync(machine)).MustSucceed();
    }

    [Fact]
    public async Task Update_EditionExpired_IsRefused()
    {
        FreshMachine.Needed();
        await using var archive = await LocalArchive.StartAsync();
        var fix = await SamplePackages.LibraryAsync("1.0-1+deb12u1");
        await archive.PublishAsync(First, c => c.Security(fix), valid: Duration.FromDays(7));
        await using var machine = await FreshMachine.StartAsync(archive);

        var run = await UpdateAsync(machine);

        run.ExitCode.ShouldBe(100);
        (run.Out + run.Error).ShouldContain("is expired");
    }

    [Fact]
    public async Task Install_PackageWithAWrongByte_IsRefused()
    {
        FreshMachine.Needed();
        await using var archive = await LocalArchive.StartAsync();
        var tool = await SamplePackages.ToolAsync("rig-tool", "1.0-1");
        await archive.PublishAsync(First, c => c.Release(tool));
        await using var machine = await FreshMachine.StartAsync(archive);
        (await UpdateAsync(machine)).MustSucceed();
        archive.Break(ArchiveFault.CorruptPackages);

        var run = await machine.ExecAsync(["apt-get", "-qy", "install", "rig-tool"]);

        run.ExitCode.ShouldBe(100);
        (run.Out + run.Error).ShouldContain("Hash Sum mismatch");
        (await machine.VersionAsync("rig-tool")).ShouldBeNull();
    }

    [Fact]
    public async Task Package_BuiltTwice_IsTheSame() =>
        (await BuildAsync()).Sha256.ShouldBe((await BuildAsync()).Sha256);

    private static Task<BuiltPackage> BuildAsync()
    {
        FreshMachine.Needed();
        return SamplePackages.DaemonAsync("1.0-1");
    }

    private static Task<ProgramRun> UpdateAsync(Machine machine) =>
        machine.ExecAsync(["apt-get", "-q", "update", "--error-on=any", "-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=2"]);
}
