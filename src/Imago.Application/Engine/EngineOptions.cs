using NodaTime;

namespace Imago.Application.Engine;

/// <summary>How the engine of a process works. Nothing here changes what is decided about a cluster.</summary>
public sealed record EngineOptions
{
    /// <summary>Name under which this process holds leases; unique per process and start.</summary>
    public required string Holder { get; init; }

    /// <summary>How long a cluster's lease is taken for; renewed by every pass. A dead process' clusters are taken over after it.</summary>
    public Duration LeaseLength { get; init; } = Duration.FromSeconds(60);

    /// <summary>How often the store is asked for wakes and for nudges of other processes.</summary>
    public Duration PollInterval { get; init; } = Duration.FromSeconds(1);

    /// <summary>Changes of a cluster within this time are answered by one pass.</summary>
    public Duration ChangeCoalescing { get; init; } = Duration.FromSeconds(1);

    /// <summary>When a cluster that is not as asked yet is looked at again, if nothing in it says when.</summary>
    public Duration ShapeRetry { get; init; } = Duration.FromSeconds(5);

    /// <summary>CH-5: at the latest then every cluster is looked at, because support ends and images grow old by the calendar alone.</summary>
    public Duration LongestRest { get; init; } = Duration.FromHours(24);

    /// <summary>A cluster whose next pass is nearer than this stays open.</summary>
    public Duration KeepOpen { get; init; } = Duration.FromMinutes(1);

    /// <summary>The first wait after a failure; it doubles.</summary>
    public Duration FirstRetry { get; init; } = Duration.FromSeconds(1);

    /// <summary>The longest wait after a failure.</summary>
    public Duration LongestRetry { get; init; } = Duration.FromMinutes(1);

    /// <summary>The first wait after an attached cluster could not be reached. It is then tried again after as long as it has been unreachable, up to <see cref="LongestReach"/>.</summary>
    public Duration FirstReach { get; init; } = Duration.FromSeconds(5);

    /// <summary>The longest wait between two tries to reach a cluster.</summary>
    public Duration LongestReach { get; init; } = Duration.FromMinutes(5);

    /// <summary>
    /// How long the resource of a pool of an attached cluster stays when its last node has gone: an autoscaler may have emptied it over a weekend, and its settings are to be
    /// there when it fills again.
    /// </summary>
    public Duration KeepEmptyPools { get; init; } = Duration.FromDays(7);

    /// <summary>How long a pass waits for what the node provider of an attached cluster says of itself.</summary>
    public Duration LimitsPatience { get; init; } = Duration.FromSeconds(2);

    /// <summary>Most clusters that this process passes over at the same time.</summary>
    public int MostPassesAtOnce { get; init; } = 16;

    /// <summary>
    /// Most of them that could not be reached when they were passed over last. Each may hang until it times out: without a share of their own some dead clusters would fill
    /// every place, and the others would wait for them.
    /// </summary>
    public int MostUnreachableAtOnce => Math.Max(1, MostPassesAtOnce / 4);

    /// <summary>Nodes that come to or leave a cluster which is not open, within this time, are answered by one pass.</summary>
    public Duration NodesCoalescing { get; init; } = Duration.FromSeconds(10);

    /// <summary>Most due wakes that are taken from the store with one question.</summary>
    public int MostWakesPerPoll { get; init; } = 500;

    /// <summary>Where the jitter of retries comes from, so that the processes of one installation do not come back in step.</summary>
    public int Seed { get; init; }
}
