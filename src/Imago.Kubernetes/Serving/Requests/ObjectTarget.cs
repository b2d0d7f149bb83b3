using Imago.Application.Twins;
using Imago.Domain.Clusters;
using Imago.Kubernetes.Serving.Kinds;

namespace Imago.Kubernetes.Serving.Requests;

/// <summary>The objects, or the object, that a path names.</summary>
/// <param name="Kind">Their kind.</param>
/// <param name="Namespace">Their namespace; null: all, or the kind has none.</param>
/// <param name="Name">Its name; null: all of them.</param>
/// <param name="Subresource">A part of it; null: the object.</param>
internal sealed record ObjectTarget(ServedKind Kind, string? Namespace, string? Name, string? Subresource)
{
    public ObjectPlace Place => new(Kind.Kind, new ObjectKey(Namespace ?? "", Name!));

    /// <summary>Reads the segments after <c>/api</c> or <c>/apis</c>; null: they name nothing.</summary>
    public static ObjectTarget? Of(ServedKinds kinds, ReadOnlySpan<string> segments, bool isCore)
    {
        var at = isCore ? 1 : 2;
        if (segments.Length <= at)
        {
            return null;
        }

        var (group, version) = isCore ? ("", segments[0]) : (segments[0], segments[1]);
        var rest = segments[at..];
        string? space = null;

        // Below a namespace is what is in it, except for what is a part of the namespace itself.
        if (rest.Length >= 3 && rest[0] == "namespaces" && !(isCore && rest.Length == 3 && rest[2] is "status" or "finalize"))
        {
            space = rest[1];
            rest = rest[2..];
        }

        if (rest.Length is 0 or > 3 || kinds.Find(new ObjectKind(group, version, rest[0])) is not { } kind || (space is not null && !kind.Namespaced))
        {
            return null;
        }

        // The name of an object is not enough where there may be one in each namespace.
        return rest.Length > 1 && kind.Namespaced && space is null
            ? null
            : new ObjectTarget(kind, space, rest.Length > 1 ? rest[1] : null, rest.Length > 2 ? rest[2] : null);
    }
}
