using Imago.Kubernetes.Objects;

namespace Imago.Kubernetes.Transport;

/// <summary>What a write came to: the object as it is now, or why it was not done.</summary>
/// <param name="Object">The object afterwards; null: refused.</param>
/// <param name="Refusal">Why not; null: it was done.</param>
/// <param name="Code">The HTTP status.</param>
public readonly record struct Answer<T>(T? Object, Status? Refusal, int Code)
    where T : class
{
    /// <summary>Whether it was done.</summary>
    public bool Done => Object is not null;

    /// <summary>404: the object, or its namespace, is not there.</summary>
    public bool NotFound => Refusal is not null && Code == 404;

    /// <summary>409: the object is not as the precondition says, or there is one already.</summary>
    public bool Conflict => Refusal is not null && Code == 409;

    /// <summary>409 of a create: there is one already.</summary>
    public bool AlreadyExists => Conflict && Refusal!.Reason == "AlreadyExists";

    /// <summary>The object, for callers that expect no refusal.</summary>
    /// <exception cref="KubernetesException">It was refused.</exception>
    public T OrThrow() => Object ?? throw new KubernetesException($"The cluster refused: {Refusal}") { Code = Code, Status = Refusal };
}

/// <summary>How the eviction API answered.</summary>
public enum EvictionResult
{
    /// <summary>The pod is being deleted, or was deleted.</summary>
    Evicted,

    /// <summary>429: a budget does not allow it now, or the server is busy.</summary>
    Refused,

    /// <summary>404: there is no such pod.</summary>
    NotFound,

    /// <summary>409: another pod has taken the name.</summary>
    WrongUid,

    /// <summary>500: several budgets cover the pod, which the API never evicts.</summary>
    SeveralBudgets,
}

/// <summary>Answer to an eviction.</summary>
/// <param name="Result">How it ended.</param>
/// <param name="Status">What the API said; null: nothing.</param>
/// <param name="RetryAfter">How long it asks to wait; null: not said.</param>
public sealed record EvictionAnswer(EvictionResult Result, Status? Status = null, TimeSpan? RetryAfter = null)
{
    /// <summary>Whether a budget is why it was refused, and not a busy server.</summary>
    public bool ByBudget => Status?.Details?.Causes?.Any(c => c.Reason == "DisruptionBudget") == true;
}

/// <summary>An answer as it came.</summary>
/// <param name="Code">The HTTP status.</param>
/// <param name="Body">The body.</param>
/// <param name="ServerTime">The server's clock, from the <c>Date</c> header; null: not said.</param>
public sealed record RawAnswer(int Code, ReadOnlyMemory<byte> Body, DateTimeOffset? ServerTime);

/// <summary>How a patch is written.</summary>
public enum PatchKind
{
    /// <summary>RFC 7386: lists are replaced as a whole.</summary>
    Merge,

    /// <summary>Kubernetes' own: lists are merged by their keys.</summary>
    Strategic,

    /// <summary>RFC 6902: operations, with tests.</summary>
    Json,
}
