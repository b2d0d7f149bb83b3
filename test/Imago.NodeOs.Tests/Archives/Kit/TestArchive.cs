using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Imago.Application.Catalog.Archives;
using Imago.Domain.Images.Archives;
using NodaTime;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Imago.NodeOs.Tests.Archives.Kit;

/// <summary>One suite of a signed archive in a folder, written anew for each state.</summary>
internal sealed class TestArchive : IDisposable
{
    public static readonly Instant Now = Instant.FromUtc(2026, 11, 26, 10, 0);

    public TestArchive()
    {
        Folder = Directory.CreateTempSubdirectory("imago-archive-").FullName;
        Key = SigningKey.Ed25519(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        SigningKey.Export(Keyring, Key);
    }

    public string Folder { get; }

    public SigningKey Key { get; set; }

    public string Keyring => Path.Join(Folder, "keys.gpg");

    public string Suite { get; init; } = "bookworm-security";

    public string Label { get; set; } = "Debian-Security";

    public string Codename { get; set; } = "bookworm-security";

    public string SuiteName { get; set; } = "oldstable-security";

    public Instant Date { get; set; } = Instant.FromUtc(2026, 11, 24, 0, 34, 33);

    public Instant? ValidUntil { get; set; } = Instant.FromUtc(2026, 12, 1, 0, 34, 33);

    public HashAlgorithmTag Hash { get; set; } = HashAlgorithmTag.Sha256;

    public string Packages { get; set; } = """
        Package: curl
        Version: 7.88.1-10+deb12u14
        Architecture: amd64

        Package: linux-image-6.1.0-42-amd64
        Source: linux-signed-amd64 (6.1.159+1)
        Version: 6.1.159-1

        Package: libc6
        Source: glibc
        Version: 2.36-9+deb12u13
        """;

    public string InRelease => Path.Join(Suites, "InRelease");

    public string Index => Path.Join(Suites, "main", "binary-amd64", "Packages.gz");

    private string Suites => Path.Join(Folder, "dists", Suite);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public SuiteRequest Request(string? uri = null, bool frozen = false) => new(
        new SuiteSource(ArchivePocket.Security, "file://" + Folder, Suite, ["main"]) { Label = "Debian-Security" }, uri ?? "file://" + Folder, "amd64", Keyring, frozen, Now);

    /// <summary>Writes the state as it is now.</summary>
    public TestArchive Write()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Index)!);
        var plain = Encoding.UTF8.GetBytes(Packages);
        using (var gzip = new GZipStream(File.Create(Index), CompressionLevel.Fastest))
        {
            gzip.Write(plain);
        }

        var packed = File.ReadAllBytes(Index);
        var text = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"Origin: Debian\nLabel: {Label}\nSuite: {SuiteName}\nCodename: {Codename}\nDate: {Text(Date)}\n")
            .Append(ValidUntil is { } until ? $"Valid-Until: {Text(until)}\n" : "")
            .Append("Architectures: amd64\nComponents: main\nSHA256:\n")
            .Append(CultureInfo.InvariantCulture, $" {Sha(plain)} {plain.Length} main/binary-amd64/Packages\n {Sha(packed)} {packed.Length} main/binary-amd64/Packages.gz");
        File.WriteAllText(InRelease, Signed(text.ToString()));
        return this;
    }

    /// <summary>A text with the key's signature, as <c>gpg --clearsign</c> makes it.</summary>
    public string Signed(string text) =>
        $"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{text}\n" + Encoding.ASCII.GetString(
            Key.Sign(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n")), PgpSignature.CanonicalTextDocument, Hash, Date.ToDateTimeUtc()));

    private static string Text(Instant at) => at.ToDateTimeUtc().ToString("ddd, dd MMM yyyy HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static string Sha(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
