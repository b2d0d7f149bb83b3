using System.Text;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Imago.NodeOs.Apt;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.NodeOs.Tests.Apt;

public sealed class EditionTests
{
    private static readonly Instant Noon = Instant.FromUtc(2026, 11, 20, 12, 0);

    private static readonly PatchLevel Level = new(Instant.FromUtc(2026, 11, 21, 0, 0));

    [Fact]
    [Trait("Rule", "NM-31")]
    public void ReleaseFile_Signed_IsReadThroughItsSignature()
    {
        var file = Release("Fri, 20 Nov 2026 12:00:00 UTC", "bookworm-security");

        file.ShouldSatisfyAllConditions(
            f => f.Date.ShouldBe(Noon),
            f => f.Label.ShouldBe("Debian-Security"),
            f => f.Suite.ShouldBe("oldstable-security"),
            f => f.Sha256.Length.ShouldBe(64));
        Release("Fri, 2 Nov 2026 1:02:03 GMT", "x").Date.ShouldBeNull();
        Release("Mon,  2 Nov 2026 01:02:03 GMT", "x").Date.ShouldBe(Instant.FromUtc(2026, 11, 2, 1, 2, 3));
    }

    [Theory]
    [Trait("Rule", "NM-31")]
    [InlineData("the expected edition", 0, true, null)]
    [InlineData("an older one", -1, true, NodeOsReason.MirrorStale)]
    [InlineData("a newer one", 1, true, NodeOsReason.MirrorAhead)]
    [InlineData("the same date and another file", 0, false, NodeOsReason.SignatureInvalid)]
    public void Verify_OrderNamesTheEdition_TakesThatOneOnly(string story, int hours, bool sameHash, NodeOsReason? reason)
    {
        var file = Release("Fri, 20 Nov 2026 12:00:00 UTC", "bookworm-security") with { Date = Noon + Duration.FromHours(hours) };
        var expected = new SuiteState(ArchivePocket.Security, "http://a/debian-security", "bookworm-security", ["main"], Noon, sameHash ? file.Sha256 : new string('0', 64));

        Reason(Source("bookworm-security", expected), file).ShouldBe(reason, story);
    }

    [Theory]
    [Trait("Rule", "NM-31")]
    [InlineData(-1, null)]
    [InlineData(12, null)]
    [InlineData(13, NodeOsReason.MirrorAhead)]
    public void Verify_OnlyTheLevelIsKnown_TakesNothingLater(int hours, NodeOsReason? reason)
    {
        var file = Release("", "bookworm-security") with { Date = Noon + Duration.FromHours(hours) };

        Reason(Source("bookworm-security", null), file).ShouldBe(reason);
    }

    [Theory]
    [Trait("Rule", "NM-41")]
    [InlineData("bookworm-security", null)]
    [InlineData("oldstable-security", null)]
    [InlineData("trixie-security", NodeOsReason.ArchiveUnknown)]
    public void Verify_AnotherSuiteAnswers_IsRefused(string suite, NodeOsReason? reason) =>
        Reason(Source(suite, null), Release("Fri, 20 Nov 2026 12:00:00 UTC", "bookworm-security")).ShouldBe(reason);

    [Fact]
    public void IndexTargets_AsAptPrintsThem_LeadToTheReleaseFile()
    {
        var target = IndexTarget.Parse("http://deb.debian.org/debian-security/|bookworm-security|main/binary-amd64/Packages|/s/lists/deb.debian.org_debian-security_dists_bookworm-security_main_binary-amd64_Packages\n")
            .ShouldHaveSingleItem();

        target.Uri.ShouldBe("http://deb.debian.org/debian-security");
        target.ReleaseStem.ShouldBe("/s/lists/deb.debian.org_debian-security_dists_bookworm-security_");
    }

    [Theory]
    [Trait("Rule", "NM-45")]
    [InlineData("E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (unattended-upgr)", NodeOsReason.LockHeld)]
    [InlineData("dpkg: error: dpkg frontend lock was locked by another process with pid 2", NodeOsReason.LockHeld)]
    [InlineData("E: Release file for http://a/debian/dists/bookworm-security/InRelease is expired (invalid since 3d 2h).", NodeOsReason.ReleaseExpired)]
    [InlineData("W: GPG error: http://a bookworm InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 1", NodeOsReason.SignatureInvalid)]
    [InlineData("E: Failed to fetch http://a/Packages.xz  Hash Sum mismatch", NodeOsReason.SignatureInvalid)]
    [InlineData("E: Failed to fetch http://a/InRelease  Could not connect to a:80 (10.0.0.1). - connect (111: Connection refused)", NodeOsReason.MirrorUnreachable)]
    [InlineData("E: The repository 'http://a bookworm Release' does not have a Release file.", NodeOsReason.MirrorUnreachable)]
    [InlineData("dpkg: error processing archive x.deb (--unpack): cannot copy: failed to write (No space left on device)", NodeOsReason.DiskFull)]
    [InlineData("E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem.", NodeOsReason.PackagesBroken)]
    [InlineData("Setting up dummy (1.1) ...", null)]
    public void Failures_WhatAptSays_TellsTheReason(string said, NodeOsReason? reason) => AptFailures.Reason(said).ShouldBe(reason);

    private static NodeOsReason? Reason(AptSource source, ReleaseFile file)
    {
        try
        {
            EditionCheck.Verify(source, file, Level);
            return null;
        }
        catch (NodeOsException failure)
        {
            return failure.Reason;
        }
    }

    private static AptSource Source(string suite, SuiteState? expected) =>
        new(ArchivePocket.Security, "http://a/debian-security", suite, ["main"], null, expected, Pinned: expected is not null);

    private static ReleaseFile Release(string date, string codename) => ReleaseFile.Parse(Encoding.UTF8.GetBytes(
        $"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nOrigin: Debian\nLabel: Debian-Security\nSuite: oldstable-security\nCodename: {codename}\nDate: {date}\nSHA256:\n 00 1 main/a\n-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"));
}
