using Imago.Application.Catalog.Archives;
using Imago.Domain.Images.Archives;
using Imago.NodeOs.Archives;
using Imago.NodeOs.Tests.Archives.Kit;
using NodaTime;
using Org.BouncyCastle.Bcpg;
using Shouldly;
using Xunit;

namespace Imago.NodeOs.Tests.Archives;

public sealed class AptArchiveReaderTests : IDisposable
{
    private static readonly DateTime Made = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly TestArchive _archive = new();
    private readonly FileFetch _fetch = new(new RunningTimers(), TimeSpan.FromMilliseconds(500));

    public void Dispose()
    {
        _fetch.Dispose();
        _archive.Dispose();
    }

    [Fact]
    [Trait("Rule", "NM-40")]
    [Trait("Rule", "NM-15")]
    public async Task Read_SignedSuite_GivesDateHashAndWhatItHolds()
    {
        _archive.Write();

        var edition = (await ReadAsync()).Edition;

        (edition.State.Date, edition.State.Suite, edition.State.Sha256.Length, edition.ValidUntil).ShouldBe((_archive.Date, "bookworm-security", 64, _archive.ValidUntil));
        edition.Versions!.Sources.Select(v => $"{v.Key} {v.Value}").ShouldBe(["curl 7.88.1-10+deb12u14", "glibc 2.36-9+deb12u13", "linux-signed-amd64 6.1.159+1"]);
        edition.Versions.Core.Select(v => $"{v.Key} {v.Value}").ShouldBe(["libc6 2.36-9+deb12u13", "linux-image-6.1.0-42-amd64 6.1.159-1"]);
    }

    [Fact]
    [Trait("Rule", "NM-31")]
    public async Task Read_SameContentSignedAgain_KeepsItsIndexAndHasAnotherHash()
    {
        var first = (await _archive.Write().ReadWith(_fetch)).Edition;
        _archive.Date += Duration.FromDays(1);

        var second = (await _archive.Write().ReadWith(_fetch)).Edition;

        second.Index.ShouldBe(first.Index);
        second.State.Sha256.ShouldNotBe(first.State.Sha256);
        second.State.Date.ShouldBe(first.State.Date + Duration.FromDays(1));
        _archive.Packages += "\n\nPackage: zlib1g\nVersion: 1\n";
        (await _archive.Write().ReadWith(_fetch)).Edition.Index.ShouldNotBe(first.Index);
    }

    [Theory]
    [InlineData("gpg")]
    [InlineData("asc")]
    public async Task Read_RsaKeyInABinaryOrArmouredKeyring_IsAccepted(string ending)
    {
        _archive.Key = SigningKey.Rsa(Made);
        var keyring = Path.Join(_archive.Folder, "other." + ending);
        SigningKey.Export(keyring, SigningKey.Ed25519(Made), _archive.Key);
        _archive.Write();

        (await new AptArchiveReader(_fetch).ReadAsync(_archive.Request() with { Keyring = keyring }, null, TestContext.Current.CancellationToken)).Edition.State.Date.ShouldBe(_archive.Date);
    }

    [Fact]
    public async Task Read_ChangedAfterItWasSigned_IsRefused()
    {
        _archive.Write();
        var text = await File.ReadAllTextAsync(_archive.InRelease, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_archive.InRelease, text.Replace("Nov 2026", "Dec 2026", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        await RefusedAsync(ArchiveProblem.SignatureInvalid, "was changed after it was signed");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Date: Thu, 26 Nov 2026 00:00:00 UTC\n")]
    public async Task Read_TextAroundTheSignedPart_IsRefused(string before)
    {
        _archive.Write();
        var text = await File.ReadAllTextAsync(_archive.InRelease, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_archive.InRelease, before.Length > 0 ? before + text : text + "Codename: evil\n", TestContext.Current.CancellationToken);

        await RefusedAsync(ArchiveProblem.SignatureInvalid, before.Length > 0 ? "has to begin with" : "goes on after its signature");
    }

    [Fact]
    public async Task Read_KeyIsNotInTheKeyring_IsRefusedByItsId()
    {
        _archive.Key = SigningKey.Ed25519(Made);
        _archive.Write();

        await RefusedAsync(ArchiveProblem.SignatureInvalid, "is not known");
    }

    [Fact]
    public async Task Read_KeyHasExpired_IsRefused()
    {
        _archive.Key = SigningKey.Ed25519(Made, lifetime: TimeSpan.FromDays(300));
        SigningKey.Export(_archive.Keyring, _archive.Key);
        _archive.Write();

        await RefusedAsync(ArchiveProblem.SignatureInvalid, "has expired");
    }

    [Fact]
    public async Task Read_WeakHashOrKey_IsRefused()
    {
        _archive.Hash = HashAlgorithmTag.Sha1;
        _archive.Write();
        await RefusedAsync(ArchiveProblem.SignatureInvalid, "too weak");

        (_archive.Hash, _archive.Key) = (HashAlgorithmTag.Sha256, SigningKey.Rsa(Made, bits: 1024));
        SigningKey.Export(_archive.Keyring, _archive.Key);
        _archive.Write();
        await RefusedAsync(ArchiveProblem.SignatureInvalid, "1024 bits");
    }

    [Fact]
    [Trait("Rule", "NM-48")]
    public async Task Read_ValidityHasEnded_IsRefusedUnlessItIsASnapshot()
    {
        _archive.ValidUntil = TestArchive.Now;
        _archive.Write();

        await RefusedAsync(ArchiveProblem.Expired, "expired at 2026-11-26T10:00:00Z");
        (await new AptArchiveReader(_fetch).ReadAsync(_archive.Request(frozen: true), null, TestContext.Current.CancellationToken)).Edition.ValidUntil.ShouldBe(TestArchive.Now);
    }

    [Theory]
    [Trait("Rule", "NM-41")]
    [InlineData("trixie-security", "bookworm-security", "Debian-Security", "codename 'trixie-security'")]
    [InlineData("bookworm-security", "stable-security", "Debian", "label 'Debian'")]
    public async Task Read_AnotherSuite_IsRefused(string codename, string suite, string label, string says)
    {
        (_archive.Codename, _archive.SuiteName, _archive.Label) = (codename, suite, label);
        _archive.Write();

        await RefusedAsync(ArchiveProblem.WrongArchive, says);
    }

    [Fact]
    [Trait("Rule", "NM-41")]
    public async Task Read_PocketOfUbuntu_IsRecognisedBySuiteAndCodename()
    {
        using var ubuntu = new TestArchive { Suite = "jammy-security", Codename = "jammy", SuiteName = "jammy-security" };

        (await ubuntu.Write().ReadWith(_fetch)).Edition.State.Suite.ShouldBe("jammy-security");
    }

    [Fact]
    public async Task Read_IndexIsNotTheSignedOne_IsRefused()
    {
        _archive.Write();
        await File.AppendAllTextAsync(_archive.Index, "x", TestContext.Current.CancellationToken);
        await RefusedAsync(ArchiveProblem.HashMismatch, "is not the file of");

        _archive.Write();
        var bytes = await File.ReadAllBytesAsync(_archive.Index, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(_archive.Index, bytes, TestContext.Current.CancellationToken);
        await RefusedAsync(ArchiveProblem.HashMismatch, "is not the file of");
    }

    [Fact]
    public async Task Read_NoArchitectureOrKeyring_SaysWhatThereIs()
    {
        _archive.Write();
        var reader = new AptArchiveReader(_fetch);

        (await Should.ThrowAsync<ArchiveException>(async () => await reader.ReadAsync(_archive.Request() with { Architecture = "arm64" }, null, default))).Message.ShouldContain("architectures amd64");
        (await Should.ThrowAsync<ArchiveException>(async () => await reader.ReadAsync(_archive.Request() with { Keyring = "/nowhere" }, null, default))).Problem.ShouldBe(ArchiveProblem.Keyring);
    }

    [Fact]
    public async Task Read_OverHttp_AsksAgainByTagAndFetchesNothingTwice()
    {
        await using var server = new LoopbackServer(_archive.Write().Folder);
        var reader = new AptArchiveReader(_fetch);
        var request = _archive.Request(server.Address);

        var first = await reader.ReadAsync(request, null, TestContext.Current.CancellationToken);
        var second = await reader.ReadAsync(request, first, TestContext.Current.CancellationToken);

        second.ShouldBeSameAs(first);
        server.Answered.ShouldBe(["200 /dists/bookworm-security/InRelease", "200 /dists/bookworm-security/main/binary-amd64/Packages.gz", "304 /dists/bookworm-security/InRelease"]);
        (await Should.ThrowAsync<ArchiveException>(async () => await reader.ReadAsync(request with { Now = _archive.ValidUntil!.Value }, first, default))).Problem.ShouldBe(ArchiveProblem.Expired);
    }

    [Fact]
    public async Task Read_ServerHangsOrIsGone_FailsInTimeAndSaysSo()
    {
        await using (var server = new LoopbackServer(_archive.Write().Folder) { Hangs = true })
        {
            (await FailureAsync(_archive.Request(server.Address))).Message.ShouldContain("did not answer in full within");
        }

        await using (var server = new LoopbackServer(_archive.Folder))
        {
            File.Delete(_archive.InRelease);
            (await FailureAsync(_archive.Request(server.Address))).Problem.ShouldBe(ArchiveProblem.NotFound);
        }

        (await FailureAsync(_archive.Request("http://127.0.0.1:1"))).Problem.ShouldBe(ArchiveProblem.Unreachable);
    }

    [Fact]
    [Trait("Rule", "NM-41")]
    public async Task Read_RecordedSuiteOfDebian_IsVerifiedWithDebiansKey()
    {
        // Real signatures by a key that expires: the moment of the recording is the moment of the test.
        var recorded = Path.Join(AppContext.BaseDirectory, "Archives", "Recorded");
        var suites = Directory.CreateDirectory(Path.Join(_archive.Folder, "debian", "dists", "bookworm-security")).FullName;
        File.Copy(Path.Join(recorded, "bookworm-security.InRelease"), Path.Join(suites, "InRelease"));
        var suite = new SuiteSource(ArchivePocket.Release, $"file://{_archive.Folder}/debian", "bookworm-security", ["main"]) { Label = "Debian-Security" };
        var request = new SuiteRequest(suite, suite.Uri, "amd64", Path.Join(recorded, "debian-bookworm-security.gpg"), Frozen: false, TestArchive.Now);

        var edition = (await new AptArchiveReader(_fetch).ReadAsync(request, null, TestContext.Current.CancellationToken)).Edition;

        (edition.State.Date, edition.ValidUntil).ShouldBe((Instant.FromUtc(2026, 11, 24, 0, 34, 33), Instant.FromUtc(2026, 12, 1, 0, 34, 33)));
        (await FailureAsync(request with { Now = Instant.FromUtc(2031, 1, 21, 0, 0), Frozen = true })).Message.ShouldContain("has expired");
        (await FailureAsync(request with { Keyring = _archive.Keyring })).Problem.ShouldBe(ArchiveProblem.SignatureInvalid);
    }

    private ValueTask<SuiteReading> ReadAsync() => _archive.ReadWith(_fetch);

    private async Task RefusedAsync(ArchiveProblem problem, string says)
    {
        var refused = await FailureAsync(_archive.Request());
        refused.Problem.ShouldBe(problem);
        refused.Message.ShouldContain(says);
    }

    private async Task<ArchiveException> FailureAsync(SuiteRequest request) =>
        await Should.ThrowAsync<ArchiveException>(async () => await new AptArchiveReader(_fetch).ReadAsync(request, null, TestContext.Current.CancellationToken));
}

file static class Reading
{
    public static ValueTask<SuiteReading> ReadWith(this TestArchive archive, FileFetch fetch) =>
        new AptArchiveReader(fetch).ReadAsync(archive.Request(), null, TestContext.Current.CancellationToken);
}
