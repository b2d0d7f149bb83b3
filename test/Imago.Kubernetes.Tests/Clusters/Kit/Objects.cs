using System.Text.Json.Nodes;

namespace Imago.Kubernetes.Tests.Clusters.Kit;

/// <summary>Documents of objects as a cluster has them.</summary>
internal static class Objects
{
    public static JsonObject Node(string pool = "apps", string image = "AKSUbuntu-2204gen2containerd-202407.29.0", Action<JsonObject>? change = null)
    {
        var node = (JsonObject)JsonNode.Parse("""
            {"metadata":{"creationTimestamp":"2026-11-22T10:28:55Z","labels":{"kubernetes.azure.com/agentpool":"POOL","kubernetes.azure.com/node-image-version":"IMAGE","topology.kubernetes.io/zone":"north-1"},
             "annotations":{"node.alpha.kubernetes.io/ttl":"0"}},"spec":{},
             "status":{"conditions":[{"type":"MemoryPressure","status":"False"},{"type":"Ready","status":"True"}],"nodeInfo":{"kubeletVersion":"v1.36.2","osImage":"Ubuntu 22.04.4 LTS"}}}
            """.Replace("POOL", pool, StringComparison.Ordinal).Replace("IMAGE", image, StringComparison.Ordinal))!;
        change?.Invoke(node);
        return node;
    }

    public static JsonObject Pod(string? node = "n1", string? owner = "ReplicaSet/web-1", string app = "web", Action<JsonObject>? change = null)
    {
        var pod = (JsonObject)JsonNode.Parse("""
            {"metadata":{"labels":{"app":"APP"}},"spec":{"terminationGracePeriodSeconds":45},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}
            """.Replace("APP", app, StringComparison.Ordinal))!;
        if (node is not null)
        {
            pod["spec"]!["nodeName"] = node;
        }

        if (owner?.Split('/') is [var kind, var name])
        {
            pod["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = kind, ["name"] = name, ["controller"] = true });
        }

        change?.Invoke(pod);
        return pod;
    }

    public static JsonObject Budget(int allowed, string app = "web")
    {
        var budget = (JsonObject)JsonNode.Parse("""
        {"metadata":{"generation":1},"spec":{"minAvailable":2,"selector":{"matchLabels":{"app":"APP"}}},
         "status":{"observedGeneration":1,"disruptionsAllowed":0,"currentHealthy":3,"desiredHealthy":2,"expectedPods":3}}
        """.Replace("APP", app, StringComparison.Ordinal))!;
        budget["status"]!["disruptionsAllowed"] = allowed;
        return budget;
    }

    public static JsonObject ReplicaSet(string deployment) => new()
    {
        ["metadata"] = new JsonObject { ["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = "Deployment", ["name"] = deployment, ["controller"] = true }) },
    };
}
