using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Imago.Domain.Images.Archives;
using Imago.NodeOs.Rig.Packages;
using Imago.NodeOs.Rig.Programs;
using NodaTime;
using NodaTime.Text;

namespace Imago.NodeOs.Rig.Archives;

/// <summary>One edition of a suite: its signed <c>InRelease</c> and the indexes that it names.</summary>
/// <param name="Suite">The suite.</param>
/// <param name="Date">When it was made.</param>
/// <param name="Packages">What it holds, by name.</param>
/// <param name="Files">Its files by their path below <c>dists/SUITE/</c>.</param>
internal sealed record SuiteEdition(ArchiveSuite Suite, Instant Date, ImmutableSortedDictionary<string, BuiltPackage> Packages, ImmutableDictionary<string, byte[]> Files)
{
    private static readonly InstantPattern DatePattern = InstantPattern.CreateWithInvariantCulture("ddd, dd MMM uuuu HH:mm:ss 'UTC'");

    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Files["InRelease"]));

    public static async Task<SuiteEdition> MakeAsync(
        ArchiveSuite suite, Instant date, Duration? valid, ImmutableSortedDictionary<string, BuiltPackage> packages, SigningKey key, CancellationToken cancellation)
    {
        var folder = $"main/binary-{DebPackage.HostArchitecture}/";
        var plain = Encoding.UTF8.GetBytes(string.Concat(packages.Values.Select(p => p.Paragraph + "\n")));
        var indexes = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            [folder + "Packages"] = plain,
            [folder + "Packages.xz"] = await CompressAsync(plain, cancellation),
        };
        if (suite.Pocket != ArchivePocket.Security)
        {
            indexes[folder + "Packages.gz"] = Gzip(plain);
        }

        var release = new StringBuilder($"Origin: Debian\nLabel: {suite.Label}\nSuite: {suite.Suite}\nCodename: {suite.Codename}\nDate: {DatePattern.Format(date)}\n");
        if (valid is { } length)
        {
            release.Append($"Valid-Until: {DatePattern.Format(date + length)}\n");
        }

        release.Append($"Architectures: all {DebPackage.HostArchitecture}\nComponents: main\nDescription: {suite.Codename} of the rig\nSHA256:\n");
        foreach (var (path, content) in indexes.OrderBy(i => i.Key, StringComparer.Ordinal))
        {
            release.Append(CultureInfo.InvariantCulture, $" {Convert.ToHexStringLower(SHA256.HashData(content))} {content.Length,8} {path}\n");
        }

        // As in Debian, plain indexes are named and not served.
        indexes.Remove(folder + "Packages");
        indexes["InRelease"] = await key.SignAsync(release.ToString(), cancellation);
        return new(suite, date, packages, indexes.ToImmutableDictionary(StringComparer.Ordinal));
    }

    private static async Task<byte[]> CompressAsync(byte[] content, CancellationToken cancellation)
    {
        // Through a file, because the rig reads programs' output as text.
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, content, cancellation);
            (await HostProgram.RunAsync(["xz", "-0", "--force", "--suffix=.xz", file], cancellation: cancellation)).MustSucceed();
            return await File.ReadAllBytesAsync(file + ".xz", cancellation);
        }
        finally
        {
            File.Delete(file);
            File.Delete(file + ".xz");
        }
    }

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }
}
