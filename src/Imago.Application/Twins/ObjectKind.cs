using Imago.Domain.Clusters;

namespace Imago.Application.Twins;

/// <summary>A kind of object of the Kubernetes API, as paths name it.</summary>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Version">For example <c>v1</c>.</param>
/// <param name="Plural">Name in paths, for example <c>nodes</c>.</param>
public sealed record ObjectKind(string Group, string Version, string Plural)
{
    /// <summary>What <c>apiVersion</c> says: <c>v1</c>, <c>apps/v1</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";
}

/// <summary>What a delete or an eviction asks for beyond the name.</summary>
/// <param name="Uid">Only this incarnation; null: whichever is there.</param>
/// <param name="ResourceVersion">Only this version; null: any.</param>
/// <param name="GracePeriod">Seconds the object may take to stop; null: as long as it says itself.</param>
/// <param name="Propagation"><c>Background</c>, <c>Foreground</c> or <c>Orphan</c>; null: the kind's own.</param>
/// <param name="DryRun">Whether to answer only.</param>
public sealed record DeletionAsked(string? Uid = null, string? ResourceVersion = null, long? GracePeriod = null, string? Propagation = null, bool DryRun = false);

/// <summary>Where an object is: its namespace is empty for kinds without one.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Key">Namespace and name.</param>
public readonly record struct ObjectPlace(ObjectKind Kind, ObjectKey Key);
