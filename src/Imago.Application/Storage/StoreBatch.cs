using System.Collections.Immutable;
using NodaTime;

namespace Imago.Application.Storage;

/// <summary>A write of one resource.</summary>
public abstract record ResourceWrite
{
    private ResourceWrite()
    {
    }

    public required string Key { get; init; }

    /// <summary>A new resource; a conflict if the key exists.</summary>
    public sealed record Create(StoredResource Resource) : ResourceWrite;

    /// <summary>Another document; a conflict unless the stored version is the expected one. The new version is the expected one plus 1.</summary>
    public sealed record Document(string Json, long ExpectedVersion, Instant At) : ResourceWrite;

    /// <summary>Another status; a conflict unless the stored status version is the expected one. The new one is the expected one plus 1.</summary>
    public sealed record Status(string Json, long ExpectedStatusVersion) : ResourceWrite;

    /// <summary>Removes the resource and everything below it; a conflict unless the version is the expected one (null: any, also none stored).</summary>
    public sealed record Delete(long? ExpectedVersion) : ResourceWrite;
}

/// <summary>A write of one operation: a new one when its version is 1, else it replaces the one of the version before.</summary>
public sealed record OperationWrite(StoredOperation Operation);

/// <summary>Something that leaves Imago: delivered at least once, after the write that caused it, never without it (EV-15).</summary>
/// <param name="Id">Unique; the same event written twice is one (EV-16).</param>
/// <param name="Kind">Type of the event, for example <c>Microsoft.ContainerService.NodePoolRollingStarted</c>.</param>
/// <param name="Source">Id of the resource it is about.</param>
/// <param name="At">When it happened.</param>
/// <param name="Payload">A JSON object.</param>
public sealed record OutboxMessage(string Id, string Kind, string Source, Instant At, string Payload);

/// <summary>An entry of a simulated cluster's journal; numbers are dense within a cluster and begin at 1.</summary>
public sealed record JournalEntry(string ClusterKey, long Number, string Json);

/// <summary>A picture of a simulated cluster from which its journal goes on; replaces all entries up to and including <paramref name="UpToNumber"/>.</summary>
public sealed record JournalSnapshot(string ClusterKey, long UpToNumber, ReadOnlyMemory<byte> Content);

/// <summary>
/// Everything that one step changes, written in one transaction or not at all. What is acknowledged is durable.
/// </summary>
public sealed record StoreBatch
{
    public ImmutableArray<ResourceWrite> Resources { get; init; } = [];

    public ImmutableArray<OperationWrite> Operations { get; init; } = [];

    public ImmutableArray<ActivityEntry> Activities { get; init; } = [];

    public ImmutableArray<OutboxMessage> Outbox { get; init; } = [];

    public ImmutableArray<StoredRollout> Rollouts { get; init; } = [];

    public ImmutableArray<StoredDecision> Decisions { get; init; } = [];

    public ImmutableArray<JournalEntry> Journal { get; init; } = [];

    public ImmutableArray<JournalSnapshot> Snapshots { get; init; } = [];

    /// <summary>Clusters whose intent changed: their wake becomes this instant if it was later, and their generation grows.</summary>
    public ImmutableArray<(string ClusterKey, Instant At)> Nudges { get; init; } = [];

    /// <summary>Only if the cluster's lease still has this epoch; else the whole batch is a conflict.</summary>
    public (string ClusterKey, long Epoch)? Fence { get; init; }

    /// <summary>Releases published into the running server.</summary>
    public ImmutableArray<StoredRelease> Releases { get; init; } = [];

    /// <summary>Names of published releases that are forgotten; one that is not there is no conflict.</summary>
    public ImmutableArray<string> ReleasesForgotten { get; init; } = [];
}

/// <summary>How a batch ended.</summary>
/// <param name="Committed">Whether it is stored.</param>
/// <param name="Conflict">What stood in the way: a resource key, an operation id, or <c>fence</c>; null when committed.</param>
public sealed record CommitOutcome(bool Committed, string? Conflict)
{
    public static CommitOutcome Done { get; } = new(true, null);

    public static CommitOutcome Lost(string what) => new(false, what);
}

/// <summary>A page of a list.</summary>
/// <param name="Items">The items.</param>
/// <param name="Next">Where to go on; null at the end.</param>
public sealed record Page<T>(ImmutableArray<T> Items, string? Next);

/// <summary>A release that was published into the running server.</summary>
/// <param name="Name">Image text (<c>AKSUbuntu-2204gen2containerd-202611.20.0</c>) or <c>track@level</c>.</param>
/// <param name="Source"><c>publish</c>, or the name of the feed.</param>
/// <param name="Json">The release as JSON (publishedAt, withdrawnAt, rebootRequired …).</param>
public sealed record StoredRelease(string Name, string Source, string Json);
