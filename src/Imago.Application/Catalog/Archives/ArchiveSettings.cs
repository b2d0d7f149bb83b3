using Imago.Domain.Images.Archives;
using NodaTime;

namespace Imago.Application.Catalog.Archives;

/// <summary>An archive that is watched, and how.</summary>
/// <param name="Source">The archive.</param>
/// <param name="Keyring">File with the public keys that may sign it.</param>
/// <param name="Interval">How often it is looked at.</param>
public sealed record ArchiveSettings(ArchiveSource Source, string Keyring, Duration Interval)
{
    /// <summary>How often archives are looked at if nobody says otherwise.</summary>
    public static readonly Duration DefaultInterval = Duration.FromHours(1);

    /// <summary>The key under which its memory is stored.</summary>
    public string Key => $"/providers/imago/archives/{Source.Name.ToLowerInvariant()}";

    /// <summary>What its releases name as their source.</summary>
    public string ReleaseSource => $"archive {Source.Name}";
}
