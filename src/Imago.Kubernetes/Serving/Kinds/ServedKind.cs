using System.Collections.Immutable;
using Imago.Application.Twins;

namespace Imago.Kubernetes.Serving.Kinds;

/// <summary>What paths, discovery and messages say about a kind of object.</summary>
/// <param name="Kind">How paths name it.</param>
/// <param name="Name">For example <c>Node</c>.</param>
/// <param name="Namespaced">Whether its objects are in namespaces.</param>
/// <param name="ShortNames">What people type, separated by spaces.</param>
/// <param name="Subresources">Below an object, separated by spaces.</param>
/// <param name="IsInAll">Whether <c>kubectl get all</c> shows it.</param>
/// <param name="NeedsVersion">Whether a replacement must say which version it replaces.</param>
/// <param name="StorageHash">What discovery calls the form in which it is stored; clients compare it and nothing else.</param>
internal sealed record ServedKind(
    ObjectKind Kind, string Name, bool Namespaced, string ShortNames, string Subresources, bool IsInAll = false, bool NeedsVersion = false, string StorageHash = "")
{
    private static readonly ImmutableArray<string> AllVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    /// <summary>Name of one in discovery: <c>node</c>.</summary>
    public string Singular => Name.ToLowerInvariant();

    /// <summary>Kind of a list of them.</summary>
    public string ListName => Name + "List";

    /// <summary>What can be done with it; namespaces are never deleted all at once.</summary>
    public ImmutableArray<string> Verbs => Kind.Plural is "namespaces" ? AllVerbs.Remove("deletecollection") : AllVerbs;

    public ImmutableArray<string> ShortNameList => Split(ShortNames);

    public ImmutableArray<string> SubresourceList => Split(Subresources);

    /// <summary>As messages name it: <c>nodes</c>, <c>leases.coordination.k8s.io</c>.</summary>
    public string Resource => Kind.Group.Length == 0 ? Kind.Plural : $"{Kind.Plural}.{Kind.Group}";

    /// <summary>As messages about a document name it: <c>Node</c>, <c>Lease.coordination.k8s.io</c>.</summary>
    public string QualifiedName => Kind.Group.Length == 0 ? Name : $"{Name}.{Kind.Group}";

    private static ImmutableArray<string> Split(string words) => [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
}
