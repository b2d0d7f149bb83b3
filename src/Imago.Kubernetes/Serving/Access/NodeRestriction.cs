using System.Text.Json.Nodes;
using Imago.Kubernetes.Serving.Answers;
using Imago.Kubernetes.Serving.Requests;
using Imago.Kubernetes.Serving.Tables;
using Microsoft.AspNetCore.Http;

namespace Imago.Kubernetes.Serving.Access;

/// <summary>What a node may write into the documents that it may write: as the admission plugin of this name. Callers of other roles write what they like.</summary>
internal static class NodeRestriction
{
    // Those below kubernetes.io and k8s.io that a kubelet may set on itself, beside the two prefixes.
    private static readonly HashSet<string> OwnLabels = new(StringComparer.Ordinal)
    {
        "kubernetes.io/hostname", "kubernetes.io/arch", "kubernetes.io/os", "beta.kubernetes.io/arch", "beta.kubernetes.io/os", "beta.kubernetes.io/instance-type",
        "node.kubernetes.io/instance-type", "topology.kubernetes.io/region", "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region",
        "failure-domain.beta.kubernetes.io/zone",
    };

    /// <summary>A new object.</summary>
    /// <exception cref="RefusedException">A node may not create it.</exception>
    public static void CheckNew(TwinRequest request, ObjectTarget target, JsonObject document)
    {
        if (request.Caller.Node is not { } node)
        {
            return;
        }

        var (kind, name) = (target.Kind.Kind.Plural, document.Name());
        if (kind is "events")
        {
            if (document.Text("involvedObject", "kind") is not "Node" || document.Text("involvedObject", "name") != node)
            {
                throw Refused(target, name, $"node \"{node}\" can only create events about itself");
            }
        }
        else if (name != node)
        {
            throw Refused(target, name, $"node \"{node}\" is not allowed to create {kind} of another name than its own");
        }

        if (kind is "nodes")
        {
            CheckLabels(target, node, null, document.At("metadata", "labels"));
        }
    }

    /// <summary>An object that is there.</summary>
    /// <exception cref="RefusedException">A node may not change this of it.</exception>
    public static void CheckChange(TwinRequest request, ObjectTarget target, JsonObject before, JsonObject after)
    {
        if (request.Caller.Node is not { } node || target.Kind.Kind.Plural is not "nodes")
        {
            return;
        }

        // Whoever changes its taints steers pods to itself that were not meant for it.
        if (!AreSame(before.At("spec", "taints"), after.At("spec", "taints")))
        {
            throw Refused(target, node, $"node \"{node}\" is not allowed to modify taints");
        }

        if (!AreSame(before.At("metadata", "ownerReferences"), after.At("metadata", "ownerReferences")))
        {
            throw Refused(target, node, $"node \"{node}\" is not allowed to modify ownerReferences");
        }

        CheckLabels(target, node, before.At("metadata", "labels"), after.At("metadata", "labels"));
    }

    private static void CheckLabels(ObjectTarget target, string node, JsonNode? before, JsonNode? after)
    {
        var (old, now) = (before as JsonObject ?? [], after as JsonObject ?? []);
        var changed = old.Select(l => l.Key).Union(now.Select(l => l.Key), StringComparer.Ordinal)
            .Where(k => !JsonNode.DeepEquals(old[k], now[k]) && !IsOwn(k)).Order(StringComparer.Ordinal).ToList();
        if (changed.Count > 0)
        {
            throw Refused(target, node, $"node \"{node}\" is not allowed to modify labels: {string.Join(", ", changed)}");
        }
    }

    private static bool IsOwn(string label)
    {
        var slash = label.IndexOf('/', StringComparison.Ordinal);
        var domain = slash < 0 ? "" : label[..slash];
        return !IsBelow(domain, "kubernetes.io") && !IsBelow(domain, "k8s.io")
            || OwnLabels.Contains(label)
            || IsBelow(domain, "kubelet.kubernetes.io")
            || IsBelow(domain, "node.kubernetes.io");
    }

    private static bool IsBelow(string domain, string of) => domain == of || domain.EndsWith($".{of}", StringComparison.Ordinal);

    private static bool AreSame(JsonNode? first, JsonNode? second) => JsonNode.DeepEquals(NotEmpty(first), NotEmpty(second));

    private static JsonNode? NotEmpty(JsonNode? node) => node is JsonArray { Count: 0 } ? null : node;

    private static RefusedException Refused(ObjectTarget target, string name, string why) => new(new StatusDocument(
        StatusCodes.Status403Forbidden, "Forbidden", $"{target.Kind.Resource} \"{name}\" is forbidden: {why}; {NodeAccess.Allowed}, and of its Node neither taints nor owner references nor labels below kubernetes.io and k8s.io, except for those that describe the machine")
        .About(target.Kind, name, target.Kind.Kind.Plural));
}
