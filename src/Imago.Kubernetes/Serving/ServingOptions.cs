namespace Imago.Kubernetes.Serving;

/// <summary>How simulated clusters are served as Kubernetes APIs.</summary>
public sealed record ServingOptions
{
    /// <summary>Below which path the clusters are.</summary>
    public string Path { get; init; } = "/kubernetes";

    /// <summary>Largest body of a request in bytes.</summary>
    public int LargestBody { get; init; } = 4 * 1024 * 1024;

    /// <summary>Deepest nesting of a body.</summary>
    public int DeepestBody { get; init; } = 64;

    /// <summary>Requests of one caller on one cluster per second; twice as many at once.</summary>
    public int RequestsPerSecond { get; init; } = 1000;

    /// <summary>Requests without a token that is accepted, of one address per second; four times as many at once.</summary>
    public int RefusedPerSecond { get; init; } = 50;

    /// <summary>Watches of one caller on one cluster at the same time.</summary>
    public int WatchesPerCaller { get; init; } = 200;

    /// <summary>Lists that are kept for their next pages, over all clusters.</summary>
    public int KeptLists { get; init; } = 256;

    /// <summary>How long a list is kept for its next page.</summary>
    public TimeSpan ListsAreKeptFor { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a watcher may leave unread what it is sent; then it is cut off.</summary>
    public TimeSpan SlowestReader { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a watch that asked for bookmarks gets one.</summary>
    public TimeSpan BookmarkEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a watch lasts that does not say so: at least this, at most twice that.</summary>
    public TimeSpan ShortestWatch { get; init; } = TimeSpan.FromMinutes(30);
}
