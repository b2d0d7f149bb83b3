using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Kubernetes.Serving.Access;
using Imago.Kubernetes.Serving.Kinds;

namespace Imago.Kubernetes.Serving.Discovery;

/// <summary>What the API has: in one document for all (aggregated), and in one for each group and version.</summary>
internal sealed class DiscoveryDocuments(ServedKinds kinds)
{
    private const string CoreVersion = "v1";

    private static readonly string[] PartVerbs = ["get", "patch", "update"];

    public JsonObject Aggregated(bool isCore, string version)
    {
        var groups = isCore ? [""] : Groups();
        return new JsonObject
        {
            ["kind"] = "APIGroupDiscoveryList",
            ["apiVersion"] = $"apidiscovery.k8s.io/{version}",
            ["metadata"] = new JsonObject(),
            ["items"] = new JsonArray([.. groups.Select(Group)]),
        };
    }

    public static JsonObject Versions() => new()
    {
        ["kind"] = "APIVersions", ["versions"] = new JsonArray(CoreVersion), ["serverAddressByClientCIDRs"] = new JsonArray(),
    };

    public JsonObject GroupList() => new()
    {
        ["kind"] = "APIGroupList", ["apiVersion"] = "v1", ["groups"] = new JsonArray([.. Groups().Select(g => OneGroup(g))]),
    };

    /// <summary>Null: there is no such group.</summary>
    public JsonObject? GroupOf(string group)
    {
        if (!Groups().Contains(group))
        {
            return null;
        }

        var json = OneGroup(group);
        json["kind"] = "APIGroup";
        json["apiVersion"] = "v1";
        return json;
    }

    /// <summary>Null: there is no such group and version.</summary>
    public JsonObject? ResourceList(string group, string version)
    {
        var resources = new JsonArray();
        foreach (var kind in kinds.Of(group, version))
        {
            resources.Add(Resource(kind.Kind.Plural, kind.Singular, kind.Namespaced, kind.Name, kind.Verbs, kind));
            foreach (var part in kind.SubresourceList)
            {
                resources.Add(Part(kind, part));
            }
        }

        foreach (var (reviewGroup, plural, kind) in AccessReviews.All.Where(r => r.Group == group && version == CoreVersion))
        {
            resources.Add(Resource(plural, kind.ToLowerInvariant(), isNamespaced: false, kind, ["create"], null));
        }

        return resources.Count == 0
            ? null
            : new JsonObject { ["kind"] = "APIResourceList", ["apiVersion"] = "v1", ["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}", ["resources"] = resources };
    }

    /// <summary>All groups but the core's, by name.</summary>
    public ImmutableArray<string> Groups() =>
        [.. kinds.All.Select(k => k.Kind.Group).Where(g => g.Length > 0).Concat(AccessReviews.All.Select(r => r.Group)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private ImmutableArray<string> VersionsOf(string group)
    {
        var versions = kinds.All.Where(k => k.Kind.Group == group).Select(k => k.Kind.Version).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToImmutableArray();
        return versions.IsEmpty ? [CoreVersion] : versions;
    }

    private JsonObject OneGroup(string group)
    {
        var versions = VersionsOf(group).Select(v => new JsonObject { ["groupVersion"] = $"{group}/{v}", ["version"] = v }).ToArray<JsonNode>();
        return new JsonObject { ["name"] = group, ["versions"] = new JsonArray(versions), ["preferredVersion"] = versions[0].DeepClone() };
    }

    private JsonNode Group(string group) => new JsonObject
    {
        ["metadata"] = group.Length == 0 ? [] : new JsonObject { ["name"] = group },
        ["versions"] = new JsonArray([.. VersionsOf(group).Select(v => Version(group, v))]),
    };

    private JsonNode Version(string group, string version)
    {
        var resources = kinds.Of(group, version).Select(Aggregated).Concat(AccessReviews.All.Where(r => r.Group == group).Select(Aggregated));
        return new JsonObject { ["version"] = version, ["resources"] = new JsonArray([.. resources]), ["freshness"] = "Current" };
    }

    private static JsonNode Aggregated((string Group, string Plural, string Kind) review) => new JsonObject
    {
        ["resource"] = review.Plural, ["responseKind"] = Response("", "", review.Kind), ["scope"] = "Cluster", ["singularResource"] = review.Kind.ToLowerInvariant(), ["verbs"] = Texts(["create"]),
    };

    private static JsonNode Aggregated(ServedKind kind)
    {
        var json = new JsonObject
        {
            ["resource"] = kind.Kind.Plural,
            ["responseKind"] = Response("", "", kind.Name),
            ["scope"] = kind.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = kind.Singular,
            ["verbs"] = Texts(kind.Verbs),
        };
        AddNames(json, kind);
        if (kind.SubresourceList.Length > 0)
        {
            json["subresources"] = new JsonArray([.. kind.SubresourceList.Select(part =>
            {
                var (group, version, name, verbs) = PartOf(kind, part);
                return new JsonObject { ["subresource"] = part, ["responseKind"] = Response(group, version, name), ["verbs"] = Texts(verbs) };
            })]);
        }

        return json;
    }

    private static JsonNode Part(ServedKind kind, string part)
    {
        var (group, version, name, verbs) = PartOf(kind, part);
        var json = new JsonObject { ["name"] = $"{kind.Kind.Plural}/{part}", ["singularName"] = "", ["namespaced"] = kind.Namespaced };
        if (group.Length > 0)
        {
            (json["group"], json["version"]) = (group, version);
        }

        (json["kind"], json["verbs"]) = (name, Texts(verbs));
        return json;
    }

    private static (string Group, string Version, string Kind, IEnumerable<string> Verbs) PartOf(ServedKind kind, string part) => part switch
    {
        "scale" => ("autoscaling", "v1", "Scale", PartVerbs),
        "eviction" => ("policy", "v1", "Eviction", ["create"]),
        "log" => ("", "", kind.Name, ["get"]),
        _ => ("", "", kind.Name, PartVerbs),
    };

    private static JsonNode Resource(string plural, string singular, bool isNamespaced, string name, IEnumerable<string> verbs, ServedKind? kind)
    {
        var json = new JsonObject { ["name"] = plural, ["singularName"] = singular, ["namespaced"] = isNamespaced, ["kind"] = name, ["verbs"] = Texts(verbs) };
        if (kind is not null)
        {
            AddNames(json, kind);
            if (kind.StorageHash.Length > 0)
            {
                json["storageVersionHash"] = kind.StorageHash;
            }
        }

        return json;
    }

    private static void AddNames(JsonObject json, ServedKind kind)
    {
        if (kind.ShortNameList.Length > 0)
        {
            json["shortNames"] = Texts(kind.ShortNameList);
        }

        if (kind.IsInAll)
        {
            json["categories"] = Texts(["all"]);
        }
    }

    private static JsonObject Response(string group, string version, string kind) => new() { ["group"] = group, ["version"] = version, ["kind"] = kind };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);
}
