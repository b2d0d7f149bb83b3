using NodaTime;

namespace Imago.Kubernetes.Clusters;

/// <summary>How attached clusters are watched. Nothing here changes what is decided about them.</summary>
public sealed record AttachedClusterOptions
{
    /// <summary>How long the first look may take: all lists of a large cluster have to come in.</summary>
    public Duration LongestSync { get; init; } = Duration.FromSeconds(60);

    /// <summary>How long a watch may be broken before the view is not decided upon any more.</summary>
    public Duration LongestSilence { get; init; } = Duration.FromSeconds(45);

    /// <summary>
    /// How long an open watch may say nothing before the view is not decided upon any more. It is longer than the client waits before it opens a watch anew that says
    /// nothing, so that it matters only when this process itself was stopped for a while.
    /// </summary>
    public Duration LongestQuiet { get; init; } = Duration.FromMinutes(4);

    /// <summary>How long pods wait for the list of replica sets, which says whose they are.</summary>
    public Duration OwnersFirst { get; init; } = Duration.FromSeconds(10);

    /// <summary>How old a picture may be that is given to whoever asks about a cluster: many who ask at once cost as much as one.</summary>
    public Duration PictureAge { get; init; } = Duration.FromSeconds(3);

    /// <summary>
    /// How long the watches of a cluster that nobody works on or asks about go on. After it the cluster costs neither requests nor memory until it is opened again, which
    /// lists everything once.
    /// </summary>
    public Duration KeepIdle { get; init; } = Duration.FromMinutes(2);

    /// <summary>Whether watches go on for ever instead: questions are answered at once, for a few dozen requests per hour and about 1.5 kB of memory per pod.</summary>
    public bool KeepWatching { get; init; }
}
