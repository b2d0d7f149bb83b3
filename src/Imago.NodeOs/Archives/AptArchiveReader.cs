using System.Security.Cryptography;
using System.Text;
using Imago.Application.Catalog.Archives;
using Imago.Domain.Images.Archives;
using NodaTime;
using NodaTime.Text;

namespace Imago.NodeOs.Archives;

/// <summary>Reads suites of apt archives: <c>InRelease</c> and its signature, and the package indexes that it vouches for.</summary>
/// <remarks>Rules: NM-31, NM-40, NM-41, NM-48. Nothing of an archive is believed before a key of the keyring has signed it.</remarks>
public sealed class AptArchiveReader(FileFetch fetch) : IArchiveReader
{
    private const int MostReleaseBytes = 16 << 20;
    private const int MostIndexBytes = 128 << 20;

    // Smallest first.
    private static readonly string[] Packings = [".xz", ".gz", ""];

    /// <inheritdoc />
    public async ValueTask<SuiteReading> ReadAsync(SuiteRequest request, SuiteReading? before, CancellationToken cancellation)
    {
        var folder = Folder(request);
        var known = before is { } b && b.Edition.State.Uri == request.Uri && b.Edition.State.Suite == request.Suite.Suite ? before : null;
        var fetched = await fetch.GetAsync(new Uri(folder, "InRelease"), MostReleaseBytes, known?.Tag, known?.ModifiedAt, cancellation);
        if (fetched.Content is not { } content)
        {
            // What has not changed may have expired in the meantime.
            DemandValid(known!.Edition.ValidUntil, request);
            return known;
        }

        var what = $"Suite '{request.Suite.Suite}' at {request.Uri}";
        var signed = ClearSigned.Parse(content, what);
        Keyring.Open(request.Keyring).Demand(signed.Canonical, signed.Signature, what, request.Now);
        var release = ReleaseFile.Parse(signed.Text, what);
        DemandSuite(release, request, what);
        DemandValid(release.ValidUntil, request);

        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        if (known is not null && known.Edition.State.Sha256 == hash)
        {
            return known with { Tag = fetched.Tag, ModifiedAt = fetched.ModifiedAt };
        }

        var indexes = request.Suite.Components.Select(c => Index(release, c, request, what)).ToList();
        var state = new SuiteState(request.Suite.Pocket, request.Uri, request.Suite.Suite, request.Suite.Components, release.Date, hash);
        var index = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Join('\n', indexes.Select(i => i.Identity)))));
        var edition = new SuiteEdition(state, index) { ValidUntil = release.ValidUntil };
        if (request.Suite.Pocket == ArchivePocket.Security)
        {
            edition = edition with
            {
                Versions = known is not null && known.Edition.Index == index ? known.Edition.Versions : await VersionsAsync(folder, release, indexes, cancellation),
            };
        }

        return new SuiteReading(edition, fetched.Tag, fetched.ModifiedAt);
    }

    private async ValueTask<SuiteVersions> VersionsAsync(Uri folder, ReleaseFile release, List<(string Identity, ListedFile File)> indexes, CancellationToken cancellation)
    {
        var read = new PackagesIndex();
        foreach (var (_, file) in indexes)
        {
            byte[]? content;
            try
            {
                content = await IndexAsync(folder, release, file, cancellation);
            }
            catch (ArchiveException longer) when (longer.Problem == ArchiveProblem.TooLarge)
            {
                content = null;
            }

            if (content?.Length != file.Size || Convert.ToHexStringLower(SHA256.HashData(content)) != file.Sha256)
            {
                throw new ArchiveException(
                    ArchiveProblem.HashMismatch,
                    $"{new Uri(folder, file.Path)} is not the file of {file.Size} bytes that InRelease names: the mirror is being changed just now, or the file was.");
            }

            read.Add(content, file.Path, new Uri(folder, file.Path).ToString());
        }

        return read.Versions;
    }

    private async ValueTask<byte[]> IndexAsync(Uri folder, ReleaseFile release, ListedFile file, CancellationToken cancellation)
    {
        var most = (int)file.Size;
        if (release.ByHash)
        {
            try
            {
                var byHash = new Uri(folder, $"{file.Path[..(file.Path.LastIndexOf('/') + 1)]}by-hash/SHA256/{file.Sha256}");
                return (await fetch.GetAsync(byHash, most, null, null, cancellation)).Content!;
            }
            catch (ArchiveException missing) when (missing.Problem == ArchiveProblem.NotFound)
            {
                // Mirrors that are made by hand often leave those files out.
            }
        }

        return (await fetch.GetAsync(new Uri(folder, file.Path), most, null, null, cancellation)).Content!;
    }

    // The hash of the unpacked index is the same however it is packed.
    private static (string Identity, ListedFile File) Index(ReleaseFile release, string component, SuiteRequest request, string what)
    {
        var path = $"{component}/binary-{request.Architecture}/Packages";
        var packed = Packings.Select(p => release.Files.GetValueOrDefault(path + p)).FirstOrDefault(f => f is not null)
            ?? throw new ArchiveException(
                ArchiveProblem.WrongArchive,
                $"{what} has no '{path}': it offers components {string.Join(", ", release.Components)} and architectures {string.Join(", ", release.Architectures)}.");
        if (packed.Size > MostIndexBytes)
        {
            throw new ArchiveException(ArchiveProblem.TooLarge, $"{what} says that '{packed.Path}' has {packed.Size} bytes; no more than {MostIndexBytes} are read.");
        }

        return ($"{component} {release.Files.GetValueOrDefault(path)?.Sha256 ?? packed.Sha256}", packed);
    }

    private static void DemandSuite(ReleaseFile release, SuiteRequest request, string what)
    {
        // NM-41: by label and codename. Debian names its pockets in the codename; Ubuntu's all have the codename of the release, and the pocket in the suite.
        var wanted = request.Suite.Suite;
        var named = release.Codename == wanted || (release.Suite == wanted && release.Codename.Length > 0 && wanted.StartsWith(release.Codename + "-", StringComparison.Ordinal));
        if (!named)
        {
            throw new ArchiveException(ArchiveProblem.WrongArchive, $"{what} says that it is codename '{release.Codename}', suite '{release.Suite}'. Suites are named by their codenames, such as bookworm-security.");
        }

        if (request.Suite.Label is { } label && label != release.Label)
        {
            throw new ArchiveException(ArchiveProblem.WrongArchive, $"{what} has label '{release.Label}'; expected is '{label}'.");
        }
    }

    private static void DemandValid(Instant? until, SuiteRequest request)
    {
        // NM-48: a moment of the past has expired, of course.
        if (until <= request.Now && !request.Frozen)
        {
            throw new ArchiveException(
                ArchiveProblem.Expired,
                $"Suite '{request.Suite.Suite}' at {request.Uri} expired at {InstantPattern.General.Format(until.Value)}: the mirror is no longer kept up to date, or somebody replays an old state.");
        }
    }

    private static Uri Folder(SuiteRequest request) =>
        Uri.TryCreate($"{request.Uri.TrimEnd('/')}/dists/{request.Suite.Suite}/", UriKind.Absolute, out var folder) && folder.Scheme is "http" or "https" or "file"
            ? folder
            : throw new ArchiveException(ArchiveProblem.Unreachable, $"'{request.Uri}' is no address of an archive. Write one that begins with http://, https:// or file://.");
}
