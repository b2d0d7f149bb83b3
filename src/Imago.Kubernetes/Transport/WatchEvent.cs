using Imago.Kubernetes.Objects;

namespace Imago.Kubernetes.Transport;

/// <summary>What a watch tells.</summary>
public enum WatchEventType
{
    Added,
    Modified,
    Deleted,

    /// <summary>Nothing happened up to a version.</summary>
    Bookmark,
}

/// <summary>One event of a watch. Errors that a watch tells are thrown.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Object">The object afterwards; of a deletion, as it was last.</param>
/// <param name="ResourceVersion">Up to which version the watch has told everything.</param>
public readonly record struct WatchEvent<T>(WatchEventType Type, T Object, string ResourceVersion)
    where T : KubernetesObject;
