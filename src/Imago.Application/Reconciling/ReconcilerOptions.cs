using NodaTime;

namespace Imago.Application.Reconciling;

/// <summary>How a reconciler behaves towards the world; nothing here changes what is decided.</summary>
public sealed record ReconcilerOptions
{
    /// <summary>Name under which the lease is held; unique per process.</summary>
    public required string Holder { get; init; }

    /// <summary>How long a lease is taken for.</summary>
    public Duration LeaseLength { get; init; } = Duration.FromSeconds(60);

    /// <summary>How long before the end of the lease work stops.</summary>
    public Duration LeaseMargin { get; init; } = Duration.FromSeconds(15);

    /// <summary>When a refused eviction is asked for again, if the API does not say; <c>kubectl drain</c> waits as long.</summary>
    public Duration RetryEviction { get; init; } = Duration.FromSeconds(5);

    /// <summary>When a pass is tried again after a call that was not answered; doubles up to <see cref="LongestRetry"/>.</summary>
    public Duration FirstRetry { get; init; } = Duration.FromSeconds(2);

    /// <summary>The longest wait between two tries.</summary>
    public Duration LongestRetry { get; init; } = Duration.FromMinutes(1);

    /// <summary>How often a running provider operation is looked at even if nobody says that it ended.</summary>
    public Duration PollProvider { get; init; } = Duration.FromSeconds(30);

    /// <summary>Whether a pass ends as soon as a rollout has ended, so that the host can note the end before another rollout takes the record's place.</summary>
    public bool StopAtEnds { get; init; }

    /// <summary>Changes of a cluster within this time are answered by one pass. The hosts apply it, in both worlds alike.</summary>
    public Duration ChangeCoalescing { get; init; } = Duration.FromSeconds(1);
}
