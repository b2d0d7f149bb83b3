using NodaTime;

namespace Imago.Domain.Rollouts.Actions;

/// <summary>State of an operation at a provider.</summary>
public enum OperationState
{
    /// <summary>Begun, not ended.</summary>
    Running,

    /// <summary>Done.</summary>
    Succeeded,

    /// <summary>Not done; see the code.</summary>
    Failed,
}

/// <summary>What a provider says of an operation.</summary>
/// <param name="Id">Operation id.</param>
/// <param name="State">State.</param>
/// <param name="EndedAt">When it ended; null while it runs.</param>
/// <param name="Code">Error code when it failed, for example one of <see cref="CapacityErrors"/>.</param>
/// <param name="Message">Error text when it failed.</param>
public sealed record ProviderOperation(string Id, OperationState State, Instant? EndedAt, string? Code, string? Message)
{
    /// <summary>How far it is while it runs, for people: <c>40 %: waiting for disks to detach</c>; null: the provider does not say. Nothing is decided by it.</summary>
    public string? Progress { get; init; }
}

/// <summary>The provider errors that mean "no capacity now".</summary>
/// <remarks>Rules: UP-35.</remarks>
public static class CapacityErrors
{
    // UP-35: the codes to recognise.
    private static readonly string[] Codes = ["SKUNotAvailable", "AllocationFailed", "OverconstrainedAllocationRequest", "QuotaExceeded", "SubnetIsFull"];

    /// <summary>All codes.</summary>
    public static IReadOnlyList<string> All => Codes;

    /// <summary>Whether the code means that capacity is missing, in whatever case it is written.</summary>
    public static bool Contains(string? code) => Codes.Contains(code, StringComparer.OrdinalIgnoreCase);
}
