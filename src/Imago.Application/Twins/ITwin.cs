using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Imago.Application.Twins;

/// <summary>
/// A simulated cluster as an API server holds it: documents with identities and versions. Rules about objects (validation, defaults, what a controller makes of
/// them) are the twin's; paths, patches, selectors, tables and pages are the server's in front of it. Every write is stored before it is answered.
/// </summary>
/// <remarks>
/// A resource version is never given twice, and grows with every change, also over restarts. A kind that the twin does not have is asked for by nobody: see
/// <see cref="ITwinHost"/>. A call that cannot be answered throws <see cref="Ports.ConnectionException"/>.
/// </remarks>
public interface ITwin
{
    /// <summary>All objects of a kind, at one version.</summary>
    ValueTask<TwinList> ListAsync(ObjectKind kind, CancellationToken cancellation);

    /// <summary>One object; null: there is none.</summary>
    ValueTask<TwinObject?> FindAsync(ObjectPlace place, CancellationToken cancellation);

    /// <summary>Creates an object.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="document">The document; its metadata holds name (or <c>generateName</c>) and namespace.</param>
    /// <param name="dryRun">Whether to answer only.</param>
    /// <param name="cancellation">Stops waiting; whether it was done is unknown then.</param>
    ValueTask<TwinAnswer> CreateAsync(ObjectKind kind, JsonObject document, bool dryRun, CancellationToken cancellation);

    /// <summary>Replaces an object's document, or that part of it which a subresource is. A <c>resourceVersion</c> and a <c>uid</c> in its metadata are preconditions.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="document">The whole document as it shall be.</param>
    /// <param name="subresource"><c>status</c>, <c>scale</c>, or null.</param>
    /// <param name="dryRun">Whether to answer only.</param>
    /// <param name="cancellation">Stops waiting; whether it was done is unknown then.</param>
    ValueTask<TwinAnswer> ReplaceAsync(ObjectKind kind, JsonObject document, string? subresource, bool dryRun, CancellationToken cancellation);

    /// <summary>Deletes an object, or begins to: a pod takes its time.</summary>
    ValueTask<TwinAnswer> DeleteAsync(ObjectPlace place, DeletionAsked asked, CancellationToken cancellation);

    /// <summary>The eviction subresource of a pod.</summary>
    ValueTask<TwinAnswer> EvictAsync(ObjectPlace pod, DeletionAsked asked, CancellationToken cancellation);

    /// <summary>The changes of a kind after a version, as they happen, for ever; empty batches say up to which version there were none.</summary>
    /// <exception cref="TwinHistoryGoneException">The version is older than what is remembered (410).</exception>
    IAsyncEnumerable<TwinNews> WatchAsync(ObjectKind kind, long after, CancellationToken cancellation);
}

/// <summary>Some changes, in order.</summary>
/// <param name="Changes">The changes; may be empty.</param>
/// <param name="UpTo">All changes of the kind up to this version have been told.</param>
public sealed record TwinNews(ImmutableArray<TwinChange> Changes, long UpTo);

/// <summary>Changes after a version are not remembered any more.</summary>
public sealed class TwinHistoryGoneException : Exception
{
    public TwinHistoryGoneException()
    {
    }

    public TwinHistoryGoneException(string message)
        : base(message)
    {
    }

    public TwinHistoryGoneException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>Finds twins.</summary>
public interface ITwinHost
{
    /// <summary>The kinds that twins have; the same for all.</summary>
    IReadOnlyCollection<ObjectKind> Kinds { get; }

    /// <summary>The twin of a simulated cluster; null: there is no such cluster, or it has no nodes yet, or it is not simulated.</summary>
    ValueTask<ITwin?> FindAsync(string clusterKey, CancellationToken cancellation);
}
