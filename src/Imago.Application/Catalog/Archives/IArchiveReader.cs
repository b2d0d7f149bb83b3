using Imago.Domain.Images.Archives;
using NodaTime;

namespace Imago.Application.Catalog.Archives;

/// <summary>Why an archive, or a feed, could not be used.</summary>
public enum ArchiveProblem
{
    /// <summary>It does not answer, not in time, or with a failure.</summary>
    Unreachable,

    /// <summary>It answers, and what is asked for is not there.</summary>
    NotFound,

    /// <summary>There is no good signature of a key in the keyring.</summary>
    SignatureInvalid,

    /// <summary>Its validity has ended.</summary>
    Expired,

    /// <summary>It went back to an older state than was seen before.</summary>
    Stale,

    /// <summary>NM-41: label or codename are those of another suite, or components or the architecture are missing.</summary>
    WrongArchive,

    /// <summary>A file differs from what the signed list says about it.</summary>
    HashMismatch,

    /// <summary>It is longer than what is read.</summary>
    TooLarge,

    /// <summary>It cannot be understood.</summary>
    Malformed,

    /// <summary>The keyring cannot be read.</summary>
    Keyring,
}

/// <summary>An archive or a feed could not be used. The message says which one, what was found and what to do.</summary>
public sealed class ArchiveException : Exception
{
    public ArchiveException()
        : this(ArchiveProblem.Malformed, "The archive cannot be used.")
    {
    }

    public ArchiveException(string message)
        : this(ArchiveProblem.Malformed, message)
    {
    }

    public ArchiveException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public ArchiveException(ArchiveProblem problem, string message)
        : base(message)
    {
        Problem = problem;
    }

    public ArchiveProblem Problem { get; }
}

/// <summary>Which edition is wanted.</summary>
/// <param name="Suite">The suite.</param>
/// <param name="Uri">Where it is read: the archive itself, or a snapshot of it.</param>
/// <param name="Architecture">Architecture whose packages are compared.</param>
/// <param name="Keyring">File with the public keys that may sign it.</param>
/// <param name="Frozen">NM-48: whether it is a moment of the past, whose validity may have ended.</param>
/// <param name="Now">Now.</param>
public sealed record SuiteRequest(SuiteSource Suite, string Uri, string Architecture, string Keyring, bool Frozen, Instant Now);

/// <summary>An edition, with what allows asking whether there is a newer one.</summary>
/// <param name="Edition">The edition.</param>
/// <param name="Tag">The entity tag of its <c>InRelease</c>; null: none was given.</param>
/// <param name="ModifiedAt">When the file was last changed, as the archive says; null: it does not.</param>
public sealed record SuiteReading(SuiteEdition Edition, string? Tag, DateTimeOffset? ModifiedAt);

/// <summary>Reads suites of package archives and verifies them.</summary>
public interface IArchiveReader
{
    /// <summary>Reads the present edition of a suite; of the security pocket with its package index.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="before">What was read before; only asked about by its tag if it is still the same.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ArchiveException">It could not be read, or is not to be trusted.</exception>
    ValueTask<SuiteReading> ReadAsync(SuiteRequest request, SuiteReading? before, CancellationToken cancellation);
}
