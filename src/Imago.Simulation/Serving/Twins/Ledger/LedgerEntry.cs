using System.Text.Json.Nodes;
using Imago.Domain.Clusters;
using NodaTime;

namespace Imago.Simulation.Serving.Twins.Ledger;

/// <summary>One object as the API server's books have it: what the world itself does not know about it.</summary>
internal sealed class LedgerEntry(TwinKind kind, ObjectKey key, string uid, Instant createdAt)
{
    public TwinKind Kind { get; } = kind;

    public ObjectKey Key { get; } = key;

    public string Uid { get; } = uid;

    public Instant CreatedAt { get; } = createdAt;

    /// <summary>Version of the last change.</summary>
    public long Version { get; set; }

    /// <summary>When the last change was.</summary>
    public Instant ChangedAt { get; set; }

    public long Generation { get; set; } = 1;

    /// <summary>When its deletion was asked for; null while it was not.</summary>
    public Instant? DeletedAt { get; set; }

    /// <summary>Seconds it was given to stop.</summary>
    public long Grace { get; set; }

    /// <summary>When a pod was bound.</summary>
    public Instant BoundAt { get; set; }

    /// <summary>When it became ready, or ceased to be.</summary>
    public Instant ReadyAt { get; set; }

    public bool WasBound { get; set; }

    public bool WasReady { get; set; }

    /// <summary>Of a node: whether it was cordoned. Of a pod: whether its controller counted it.</summary>
    public bool WasSet { get; set; }

    /// <summary>What somebody wrote, with defaults and without what the server says; replaced as a whole, never changed. Null: the world alone says what it is like.</summary>
    public JsonObject? Document { get; set; }

    /// <summary>What of the world it is; null for an object that is its document.</summary>
    public object? Source { get; set; }

    /// <summary>What is known now, as a value that stays as it is.</summary>
    public EntryFacts Facts() => new(Kind, Key, Uid, CreatedAt, Version, ChangedAt, Generation, DeletedAt, Grace, BoundAt, ReadyAt, Document);
}

/// <summary>An entry at one version.</summary>
internal sealed record EntryFacts(
    TwinKind Kind, ObjectKey Key, string Uid, Instant CreatedAt, long Version, Instant ChangedAt, long Generation, Instant? DeletedAt, long Grace, Instant BoundAt, Instant ReadyAt, JsonObject? Document);
