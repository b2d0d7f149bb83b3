using System.Text;
using System.Text.Json.Nodes;

namespace Imago.Kubernetes.Tests.Robustness;

/// <summary>One made-up request.</summary>
internal sealed record FuzzedRequest(string Method, string Path, string? Accept, string? ContentType, byte[]? Body)
{
    public override string ToString() => $"{Method} {Path} accept:{Accept} type:{ContentType} {(Body is null ? "" : Encoding.UTF8.GetString(Body))}";
}

/// <summary>Makes requests up: real paths, queries and documents, and now and then something in them that nobody expects. The same seed makes the same requests.</summary>
internal sealed class RequestFuzzer(int seed)
{
    private static readonly string[] Methods = ["GET", "GET", "GET", "PUT", "POST", "POST", "PATCH", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW"];

    // Few names, so that what is made is there to be read, changed and deleted.
    private const int FittingNames = 5;
    private static readonly string[] FittingMethods = ["GET", "GET", "PUT", "POST", "POST", "PATCH", "PATCH", "DELETE"];
    private static readonly string?[] FittingAccepts = [null, "application/json", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json"];

    private static readonly string[] Resources =
    [
        "api/v1/nodes", "api/v1/namespaces", "api/v1/namespaces/default/pods", "api/v1/pods", "api/v1/namespaces/default/configmaps", "api/v1/namespaces/play/services",
        "api/v1/namespaces/default/serviceaccounts", "api/v1/namespaces/default/events", "apis/apps/v1/namespaces/default/deployments", "apis/apps/v1/namespaces/default/replicasets",
        "apis/apps/v1/namespaces/default/statefulsets", "apis/apps/v1/namespaces/default/daemonsets", "apis/policy/v1/namespaces/default/poddisruptionbudgets",
        "apis/coordination.k8s.io/v1/namespaces/default/leases", "api/v1/namespaces/default/secrets", "apis/nothing/v1/things", "api", "apis", "apis/apps", "apis/apps/v1", "api/v1", "version",
        "openapi/v3", "openapi/v3/api/v1", "apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "apis/authentication.k8s.io/v1/selfsubjectreviews", "",
    ];

    private static readonly string[] Names = ["a", "b", "web", "settings", "default", "kube-system", "play", "A", "-", "..", "%00", "x".PadRight(300, 'x'), "a/b", "😀", "watch"];
    private static readonly string[] Parts = ["status", "scale", "eviction", "log", "exec", "finalize", "nothing"];

    private static readonly string[] Types =
    [
        "application/json", "application/json", "application/json", "application/yaml", "application/vnd.kubernetes.protobuf", "text/plain", "application/json; charset=utf-8",
        "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml", "",
    ];

    private static readonly string?[] Accepts =
    [
        null, null, "application/json", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
        "application/vnd.kubernetes.protobuf", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", "text/html", ";;,,=", "application/json;as=Nothing",
    ];

    private static readonly (string Name, string[] Values)[] Query =
    [
        ("limit", ["1", "0", "-1", "500", "99999999999999999999", "x"]),
        ("continue", ["abc", "%%%", "e30", "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhXHUwMDAwIn0", "bnVsbA", "W10"]),
        ("labelSelector", ["a", "a=b", "!a", "a in (b,c)", "a notin ()", "a in (", "=", "a==b,", "(((", "a>1", new string('a', 3000), "a=" + new string('b', 80)]),
        ("fieldSelector", ["metadata.name=a", "spec.nodeName!=x", "status.phase=Running", "=", "a", "metadata.name", "type=Normal", ",,,", "spec.unschedulable=true"]),
        ("resourceVersion", ["0", "1", "-1", "abc", "999999999999", "99999999999999999999"]),
        ("resourceVersionMatch", ["Exact", "NotOlderThan", "Nothing"]),
        ("sendInitialEvents", ["true", "false", "x"]),
        ("watch", ["true", "1", "false"]),
        ("allowWatchBookmarks", ["true"]),
        ("timeoutSeconds", ["1", "0", "-1", "x"]),
        ("dryRun", ["All", "Some", ""]),
        ("fieldValidation", ["Strict", "Warn", "Ignore", "Nothing"]),
        ("fieldManager", ["me", ""]),
        ("force", ["true"]),
        ("includeObject", ["None", "Object", "Metadata", "Nothing"]),
        ("propagationPolicy", ["Orphan", "Background", "Nothing"]),
        ("gracePeriodSeconds", ["0", "-1", "x", "99999999999"]),
    ];

    // Where each belongs: a document that is sent elsewhere is refused before anybody looks into it.
    private static readonly (string Resource, string Document)[] Objects =
    [
        ("api/v1/namespaces/default/configmaps", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","labels":{"a":"b"}},"data":{"k":"v"}}"""),
        ("api/v1/namespaces", """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"play"}}"""),
        ("api/v1/namespaces/default/pods", """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","labels":{"app":"a"}},"spec":{"containers":[{"name":"main","image":"r/a:1","resources":{"requests":{"cpu":"50m"}}}],"tolerations":[{"operator":"Exists"}]}}"""),
        ("api/v1/namespaces/default/services", """{"apiVersion":"v1","kind":"Service","metadata":{"generateName":"s-"},"spec":{"ports":[{"port":80}],"selector":{"a":"b"}}}"""),
        ("api/v1/namespaces/default/events", """{"apiVersion":"v1","kind":"Event","metadata":{"name":"a"},"involvedObject":{"kind":"Node","name":"n"},"reason":"R","message":"m","type":"Normal","count":1}"""),
        ("api/v1/nodes", """{"apiVersion":"v1","kind":"Node","metadata":{"name":"n"},"spec":{"unschedulable":true,"taints":[{"key":"k","effect":"NoSchedule"}]}}"""),
        ("apis/apps/v1/namespaces/default/deployments", """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"a"}},"template":{"metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"name":"m","image":"i"}],"affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"zone","labelSelector":{"matchLabels":{"app":"a"}}}]}}}}}}"""),
        ("apis/apps/v1/namespaces/default/daemonsets", """{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"a"},"spec":{"selector":{"matchLabels":{"d":"a"}},"template":{"metadata":{"labels":{"d":"a"}},"spec":{"containers":[{"name":"m","image":"i"}]}}}}"""),
        ("apis/policy/v1/namespaces/default/poddisruptionbudgets", """{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"a"},"spec":{"minAvailable":"50%","selector":{"matchLabels":{"app":"a"}}}}"""),
        ("apis/coordination.k8s.io/v1/namespaces/default/leases", """{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"a"},"spec":{"holderIdentity":"h","renewTime":"2026-11-22T10:30:08.000000Z"}}"""),
        ("apis/authorization.k8s.io/v1/selfsubjectaccessreviews", """{"kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":{"verb":"get","resource":"pods"}}}"""),
    ];

    // And which form of a patch each is.
    private static readonly (string Type, string Document)[] Patches =
    [
        ("application/json-patch+json", """[{"op":"add","path":"/metadata/labels","value":{"x":"y"}},{"op":"move","from":"/metadata/labels/x","path":"/metadata/labels/z"}]"""),
        ("application/json-patch+json", """[{"op":"add","path":"/metadata/labels/x","value":"y"},{"op":"test","path":"/metadata/name","value":"a"},{"op":"move","from":"/metadata/labels/x","path":"/metadata/labels/z"}]"""),
        ("application/json-patch+json", """[{"op":"replace","path":"","value":null},{"op":"copy","from":"/spec","path":"/spec/spec"},{"op":"remove","path":"/metadata"}]"""),
        ("application/merge-patch+json", """{"metadata":{"labels":{"x":null},"annotations":{"y":"z"}}}"""),
        ("application/strategic-merge-patch+json", """{"metadata":{"labels":{"x":null},"annotations":{"y":"z"},"$retainKeys":["labels"]},"spec":{"$patch":"replace","taints":[{"key":"k","$patch":"delete"}],"$setElementOrder/taints":[{"key":"k"}]}}"""),
        ("application/strategic-merge-patch+json", """{"spec":{"template":{"spec":{"containers":[{"name":"m","image":"j"}],"$setElementOrder/containers":[{"name":"m"}]}}}}"""),
    ];

    // For the parts of objects.
    private static readonly string[] Others =
    [
        """{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"a"},"deleteOptions":{"dryRun":["All"]}}""",
        """{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"web"},"spec":{"replicas":3}}""",
        """{"gracePeriodSeconds":0,"preconditions":{"uid":"u"},"propagationPolicy":"Foreground"}""",
    ];

    private static readonly string[] Documents = [.. Objects.Select(o => o.Document), .. Patches.Select(p => p.Document), .. Others];

    private static readonly Func<JsonNode?>[] Odd =
    [
        () => null, () => "", () => 0, () => -1, () => 1.5, () => 99999999999999999, () => true, () => new JsonObject(), () => new JsonArray(), () => new JsonArray("a", 1, null), () => "x".PadRight(400, 'x'),
        () => "😀", () => "\0", () => new JsonObject { [""] = "" }, () => new JsonArray(new JsonObject()), () => "50%", () => "-5%", () => "2026-13-45T00:00:00Z", () => "1e400", () => "a=b",
    ];

    private readonly Random _random = new(seed);

    /// <summary>The next request.</summary>
    /// <param name="nodes">Names of nodes that there are.</param>
    public FuzzedRequest Next(IReadOnlyList<string> nodes) => Chance(0.5) ? Fitting() : Anything(nodes);

    // What a client would send, with at most a few odd values in it: so that they come as far as what an object means.
    private FuzzedRequest Fitting()
    {
        var (resource, text) = Pick(Objects);
        var document = JsonNode.Parse(text)!;
        var name = $"f{_random.Next(FittingNames)}";
        if (document["metadata"] is JsonObject metadata && metadata.ContainsKey("name"))
        {
            metadata["name"] = name;
        }

        var method = Pick(FittingMethods);
        var path = method is "POST" || (method is "GET" && Chance(0.5)) ? resource : $"{resource}/{name}";
        var (type, body) = method is "PATCH" ? Pick(Patches) : ("application/json", document.ToJsonString());
        var takesBody = method is "PUT" or "POST" or "PATCH";
        return new FuzzedRequest(method, path + QueryOf(0.01), Pick(FittingAccepts), takesBody ? type : null, takesBody ? Body(body) : null);
    }

    private FuzzedRequest Anything(IReadOnlyList<string> nodes)
    {
        var path = new StringBuilder(Pick(Resources));
        if (Chance(0.6))
        {
            path.Append(path.Length > 0 ? "/" : "").Append(Uri.EscapeDataString(path.ToString().EndsWith("nodes", StringComparison.Ordinal) && Chance(0.8) ? Pick(nodes) : Pick(Names)));
            if (Chance(0.25))
            {
                path.Append('/').Append(Pick(Parts));
            }
        }

        path.Append(QueryOf(0.06));
        var method = Pick(Methods);
        var takesBody = method is "PUT" or "POST" or "PATCH" || (method is "DELETE" && Chance(0.3));
        var type = !takesBody ? null : method is "PATCH" && Chance(0.9) ? Pick(Types.AsSpan(7, 4).ToArray()) : Pick(Types);
        return new FuzzedRequest(method, path.ToString(), Pick(Accepts), type, takesBody ? Body(Pick(Documents)) : null);
    }

    private string QueryOf(double probability)
    {
        var query = new StringBuilder();
        foreach (var (name, values) in Query)
        {
            if (Chance(probability))
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(Pick(values)));
            }
        }

        return query.ToString();
    }

    private byte[] Body(string text)
    {
        var document = JsonNode.Parse(text)!;
        for (var changes = _random.Next(4); changes > 0; changes--)
        {
            Change(document);
        }

        var bytes = Encoding.UTF8.GetBytes(document.ToJsonString());
        switch (_random.Next(20))
        {
            case 0:
                return bytes[..(bytes.Length / 2)];
            case 1:
                return [];
            case 2:
                bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
                return bytes;
            case 3:
                _random.NextBytes(bytes);
                return [.. "k8s\0"u8, .. bytes];
            case 4:
                return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 200)));
            default:
                return bytes;
        }
    }

    private void Change(JsonNode node)
    {
        while (true)
        {
            switch (node)
            {
                case JsonObject { Count: > 0 } fields:
                    var name = Pick(fields.Select(f => f.Key).ToList());
                    if (fields[name] is JsonObject or JsonArray && Chance(0.75))
                    {
                        node = fields[name]!;
                        continue;
                    }

                    if (Chance(0.2))
                    {
                        fields.Remove(name);
                        return;
                    }

                    fields[name] = Pick(Odd)();
                    return;
                case JsonArray { Count: > 0 } items:
                    var index = _random.Next(items.Count);
                    if (items[index] is JsonObject or JsonArray && Chance(0.75))
                    {
                        node = items[index]!;
                        continue;
                    }

                    items[index] = Pick(Odd)();
                    return;
                default:
                    return;
            }
        }
    }

    private bool Chance(double probability) => _random.NextDouble() < probability;

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];
}
