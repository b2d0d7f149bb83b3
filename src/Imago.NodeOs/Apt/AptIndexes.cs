using System.Collections.Immutable;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Imago.NodeOs.Machine;
using NodaTime.Text;

namespace Imago.NodeOs.Apt;

/// <summary>The indexes in our corner: brings them up to date, and says which editions they are.</summary>
internal sealed class AptIndexes(AptFolder folder, MachineRoot root, ICommands commands, MachineSettings settings, MirrorPatience patience)
{
    private const string Format = "$(REPO_URI)|$(RELEASE)|$(METAKEY)|$(FILENAME)";

    private static readonly TimeSpan Quick = TimeSpan.FromMinutes(2);

    /// <summary>Downloads the indexes and verifies every needed suite's edition.</summary>
    /// <exception cref="NodeOsException">An archive does not answer, is another edition, has expired or is not signed as it has to be.</exception>
    public async ValueTask<ImmutableArray<SuiteIndex>> UpdateAsync(ImmutableArray<AptSource> sources, PatchLevel level, CancellationToken cancellation)
    {
        await patience.TryAsync(() => DownloadAsync(sources, cancellation), cancellation);
        return await ReadAsync(sources, level, cancellation);
    }

    /// <summary>The indexes that are there, if all are there and are the expected editions; null otherwise. Without network.</summary>
    public async ValueTask<ImmutableArray<SuiteIndex>?> FindAsync(ImmutableArray<AptSource> sources, PatchLevel level, CancellationToken cancellation)
    {
        try
        {
            return await ReadAsync(sources, level, cancellation);
        }
        catch (NodeOsException failure) when (failure.Reason is NodeOsReason.MirrorUnreachable or NodeOsReason.MirrorStale or NodeOsReason.MirrorAhead
            or NodeOsReason.SignatureInvalid or NodeOsReason.ArchiveUnknown)
        {
            return null;
        }
    }

    private async ValueTask DownloadAsync(ImmutableArray<AptSource> sources, CancellationToken cancellation)
    {
        var result = await commands.RunAsync(folder.Apt("apt-get", settings.UpdateTimeout, "update"), cancellation);

        // NM-31: with unreachable archives the exit code is 0 unless the error mode asks for more, and apt 2.0 knows no error mode: what is said counts as well.
        if (result.ExitCode != 0 || AptFailures.Reason(AptFailures.Complaints(result.Text)) is not null)
        {
            throw AptFailures.Of($"The indexes of {Places(sources)} could not be read", result, NodeOsReason.MirrorUnreachable, root);
        }
    }

    private async ValueTask<ImmutableArray<SuiteIndex>> ReadAsync(ImmutableArray<AptSource> sources, PatchLevel level, CancellationToken cancellation)
    {
        var result = await commands.RunAsync(folder.Apt("apt-get", Quick, "indextargets", "--format", Format, "Created-By: Packages"), cancellation);
        var targets = IndexTarget.Parse(result.Output);
        var suites = sources.Select(s => (Source: s, Targets: targets.Where(t => t.Uri == s.Uri && t.Suite == s.Suite).ToArray())).ToArray();
        var architecture = suites.All(s => s.Targets.Length > 0) ? ""
            : (await commands.RunAsync(AptFolder.Dpkg(Quick, "--print-architecture"), cancellation)).Output.Trim();
        return [.. suites.Select(s => Verified(s.Source, s.Targets, architecture, level))];
    }

    private SuiteIndex Verified(AptSource source, IndexTarget[] targets, string architecture, PatchLevel level)
    {
        var stem = targets.Length > 0 ? targets[0].ReleaseStem : EmptyIndexes.ReleaseStem(folder.Lists, source);
        var bytes = Bytes(stem + "InRelease") ?? Bytes(stem + "Release");
        if (bytes is null || (targets.Length == 0 && !EmptyIndexes.Says(bytes, source.Components, architecture)))
        {
            throw new NodeOsException(NodeOsReason.MirrorUnreachable,
                $"{Place(source)} was read, but has no index of packages for this machine's architecture. See whether its components are {string.Join(", ", source.Components)}.");
        }

        var release = ReleaseFile.Parse(bytes);
        EditionCheck.Verify(source, release, level);
        return new SuiteIndex(
            new SuiteState(source.Pocket, source.Uri, source.Suite, source.Components, release.Date!.Value, release.Sha256),
            [.. targets.Select(t => t.File)]);
    }

    private byte[]? Bytes(string path) => root.Has(path) ? File.ReadAllBytes(root.At(path)) : null;

    private static string Places(IEnumerable<AptSource> sources) => string.Join(", ", sources.Select(Place));

    private static string Place(AptSource source) => $"{source.Uri} {source.Suite}";
}

/// <summary>A suite at the edition that was found, with its indexes of packages.</summary>
/// <param name="State">The edition.</param>
/// <param name="Files">Paths of the indexes on the machine.</param>
internal sealed record SuiteIndex(SuiteState State, ImmutableArray<string> Files);

/// <summary>One line of <c>apt-get indextargets</c>: which file holds which index. It spares us apt's rules for names of files.</summary>
/// <param name="Uri">Address, without a slash at its end.</param>
/// <param name="Suite">Suite.</param>
/// <param name="File">Path of the index.</param>
/// <param name="ReleaseStem">Path to which <c>InRelease</c> is added.</param>
internal sealed record IndexTarget(string Uri, string Suite, string File, string ReleaseStem)
{
    public static ImmutableArray<IndexTarget> Parse(string output) =>
    [
        .. from line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
           let words = line.Split('|')
           where words.Length == 4
           let ending = words[2].Replace('/', '_')
           where words[3].EndsWith(ending, StringComparison.Ordinal)
           select new IndexTarget(words[0].TrimEnd('/'), words[1], words[3], words[3][..^ending.Length]),
    ];
}

/// <summary>NM-31: decides whether a suite's edition is the one that is asked for.</summary>
internal static class EditionCheck
{
    public static void Verify(AptSource source, ReleaseFile release, PatchLevel level)
    {
        var place = $"{source.Uri} {source.Suite}";

        // NM-41: the pocket is known by the source that we wrote ourselves; that the archive takes itself for the same is seen by its codename.
        if (!release.Is(source.Suite))
        {
            throw new NodeOsException(NodeOsReason.ArchiveUnknown,
                $"{place} says that it is codename '{release.Codename}', suite '{release.Suite}'. Name suites by their codename, and see whether the address is right.");
        }

        if (release.Date is not { } date)
        {
            throw new NodeOsException(NodeOsReason.SignatureInvalid, $"The Release file of {place} has no date that can be read, so that nobody knows which edition it is.");
        }

        if (source.Expected is not { } expected)
        {
            if (date > level.Moment)
            {
                throw new NodeOsException(NodeOsReason.MirrorAhead,
                    $"{place} is of {Text(date)}, later than level {level}: it would bring more than the level. Order a later level, or name an archive that keeps old editions.");
            }

            return;
        }

        if (date != expected.Date)
        {
            var stale = date < expected.Date;
            throw new NodeOsException(
                stale ? NodeOsReason.MirrorStale : NodeOsReason.MirrorAhead,
                $"{place} is of {Text(date)}; level {level} needs the edition of {Text(expected.Date)}. "
                + (stale ? "The mirror has not been brought up to date yet; it is tried again." : "The mirror has moved on: a later level is needed, or an archive that keeps old editions."));
        }

        if (expected.Sha256.Length > 0 && !string.Equals(expected.Sha256, release.Sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new NodeOsException(NodeOsReason.SignatureInvalid,
                $"The Release file of {place} has the expected date {Text(date)} but SHA-256 {release.Sha256} instead of {expected.Sha256}: it is not the file that the level was made from.");
        }
    }

    private static string Text(NodaTime.Instant moment) => InstantPattern.General.Format(moment);
}
