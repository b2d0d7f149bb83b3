using System.Net;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.NodeOs.Tests;

public sealed class PlanJsonTests
{
    private static readonly ArchiveState Archive = new(
        [new SuiteState(ArchivePocket.Security, "http://a/debian-security", "bookworm-security", ["main"], Instant.FromUtc(2026, 11, 20, 8, 0), new string('a', 64))]);

    private static readonly PatchPlan Plan = new()
    {
        Goal = new PatchGoal(new PatchLevel(Instant.FromUtc(2026, 11, 21, 0, 0)), OrderContent.Security) { Archive = Archive, RepoService = IPAddress.Parse("10.0.0.1"), Names = ["runc"] },
        Archive = Archive,
        Changes =
        [
            new PackageChange("linux-image-6.1.0-56-amd64", "amd64", null, "6.1.187-1", ArchivePocket.Security),
            new PackageChange("tzdata", "all", "2026b-0+deb12u1", "2026f-0+deb12u1", ArchivePocket.Security),
        ],
        Held = [new HeldPackage("openssl", "3.0.20", "3.0.22", "held on this machine (apt-mark hold)")],
        DownloadBytes = 92_700_000,
        Verdict = RebootVerdict.Reboot,
    };

    [Fact]
    [Trait("Rule", "NM-61")]
    public void Read_WhatWasWritten_IsEqual()
    {
        PlanJson.Read(PlanJson.Write(Plan), out var problem).ShouldBe(Plan, problem);
        var plain = new PatchPlan { Goal = Plan.Goal with { Archive = null, RepoService = null, Names = [] }, Archive = Archive };
        PlanJson.Read(PlanJson.Write(plain), out _).ShouldBe(plain);
        plain.ShouldNotBe(Plan);
    }

    [Theory]
    [InlineData("{", "It is not JSON")]
    [InlineData("{\"level\":\"tomorrow\"}", "'level' is 'tomorrow'")]
    [InlineData("{\"level\":\"20261121T000000Z\",\"content\":\"security\"}", "'archive'")]
    public void Read_NoPlan_SaysWhatIsWrong(string text, string problem)
    {
        PlanJson.Read(text, out var said).ShouldBeNull();
        said!.ShouldStartWith(problem);
    }

    [Fact]
    [Trait("Rule", "NM-61")]
    public void Text_OfAPlan_ReadsLikeThis() => PlanText.Write(Plan).ShouldBe("""
        Level 20261121T000000Z, security fixes only
          security http://a/debian-security bookworm-security of 2026-11-20T08:00:00Z

          PACKAGE                           INSTALLED        PLANNED          POCKET
          linux-image-6.1.0-56-amd64:amd64  (new)            6.1.187-1        security
          tzdata                            2026b-0+deb12u1  2026f-0+deb12u1  security

        2 packages, 1 of them new; 92.7 MB to download.

        Kept back, although a fix is there:
          PACKAGE  INSTALLED  AVAILABLE  WHY
          openssl  3.0.20     3.0.22     held on this machine (apt-mark hold)

        A reboot will follow: kernel or C library change.

        """);
}
