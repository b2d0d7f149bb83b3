using System.Text.Json.Nodes;
using Imago.Application.Twins;
using Imago.Domain.Clusters;
using Imago.Kubernetes.Serving.Requests;
using Imago.Kubernetes.Serving.Selecting;
using Imago.Kubernetes.Serving.Tables;

namespace Imago.Kubernetes.Serving.Access;

/// <summary>Something that somebody asks to do.</summary>
/// <param name="Verb">As the API names it.</param>
/// <param name="Group">Group of the resource.</param>
/// <param name="Resource">Its plural.</param>
/// <param name="Subresource">A part of it; empty: the object.</param>
/// <param name="Namespace">Where; empty: everywhere, or the kind has none.</param>
/// <param name="Name">Name of the object; empty: all of them, or a new one.</param>
internal sealed record AccessAsked(string Verb, string Group, string Resource, string Subresource, string Namespace, string Name)
{
    /// <summary>What is asked of many objects is asked only of those with this value of this field.</summary>
    public Func<string, string, bool> Selects { get; init; } = (_, _) => false;

    public static AccessAsked Of(TwinRequest request, ObjectTarget target, string verb)
    {
        // A selector of a kind that cannot be read is the list's to refuse.
        var fields = verb is "list" or "watch" ? Selection.Of(target, request.Query).Fields : FieldSelector.Everything;
        return new AccessAsked(verb, target.Kind.Kind.Group, target.Kind.Kind.Plural, target.Subresource ?? "", target.Namespace ?? "", target.Name ?? "") { Selects = fields.Requires };
    }

    /// <summary>As a review asks.</summary>
    public static AccessAsked Of(JsonNode attributes) => new(
        attributes.Text("verb"), attributes.Text("group"), attributes.Text("resource"), attributes.Text("subresource"), attributes.Text("namespace"), attributes.Text("name"))
    {
        Selects = (field, value) => attributes.Items("fieldSelector", "requirements").Any(r =>
            r.Text("key") == field && r.Text("operator") is "In" && r.Items("values").Select(v => v.Text()).SequenceEqual([value], StringComparer.Ordinal)),
    };
}

/// <summary>
/// What the token of a node allows: what the node authorizer of Kubernetes allows a kubelet, less what nobody needs here. What may be in the documents that it writes says
/// <see cref="NodeRestriction"/>.
/// </summary>
internal static class NodeAccess
{
    public const string LeaseNamespace = "kube-node-lease";

    /// <summary>What is allowed, for whoever is refused.</summary>
    public const string Allowed =
        "the token of a node may create, get, list and watch, update and patch its own Node and its status, create, get, update and patch its own Lease in kube-node-lease, "
        + "get, list and watch the pods that are bound to it (fieldSelector spec.nodeName), and create events about itself";

    /// <summary>Why not; null: it is allowed.</summary>
    public static async ValueTask<string?> RefusalAsync(string node, AccessAsked asked, ITwin twin, CancellationToken cancellation) => (asked.Group, asked.Resource, asked.Subresource) switch
    {
        ("", "nodes", "" or "status") => OfNodes(node, asked),
        ("coordination.k8s.io", "leases", "") => OfLeases(node, asked),
        ("", "pods", "") => await OfPodsAsync(node, asked, twin, cancellation),
        ("", "events", "") when asked.Verb is "create" => null,
        _ => Allowed,
    };

    private static string? OfNodes(string node, AccessAsked asked)
    {
        var isAllowed = asked.Verb switch
        {
            // Of what name it is stands in the document.
            "create" => asked.Subresource.Length == 0,
            "get" or "update" or "patch" => asked.Name == node,
            "list" or "watch" => asked.Subresource.Length == 0 && (asked.Name == node || asked.Selects("metadata.name", node)),
            _ => false,
        };
        return isAllowed ? null : $"node \"{node}\" can only do this with its own Node object, if at all; {Allowed}";
    }

    private static string? OfLeases(string node, AccessAsked asked)
    {
        var isAllowed = asked.Namespace is LeaseNamespace && asked.Verb switch
        {
            "create" => true,
            "get" or "update" or "patch" => asked.Name == node,
            _ => false,
        };
        return isAllowed ? null : $"node \"{node}\" can only do this with its own Lease in {LeaseNamespace}, if at all; {Allowed}";
    }

    private static async ValueTask<string?> OfPodsAsync(string node, AccessAsked asked, ITwin twin, CancellationToken cancellation)
    {
        var isAllowed = asked.Verb switch
        {
            "list" or "watch" when asked.Selects("spec.nodeName", node) => true,
            "get" or "watch" when asked.Name.Length > 0 => await IsBoundAsync(),
            _ => false,
        };
        return isAllowed ? null : $"no pod is meant that is bound to node \"{node}\", or more than those; {Allowed}";

        async ValueTask<bool> IsBoundAsync() =>
            await twin.FindAsync(new ObjectPlace(new ObjectKind("", "v1", "pods"), new ObjectKey(asked.Namespace, asked.Name)), cancellation) is { } pod
            && pod.Render().Text("spec", "nodeName") == node;
    }
}
