using System.Text.Json.Nodes;
using Imago.Application.Twins;

namespace Imago.Kubernetes.Tests.Serving.Kit;

/// <summary>The objects of the recorded cluster, as far as they were shown whole and as JSON.</summary>
internal static class RecordedCluster
{
    public static async Task<TwinServer> StartAsync()
    {
        var server = await TwinServer.StartAsync();
        foreach (var item in Wire.Find("raw: watch-list (sendInitialEvents)").Answer!["stream"]!.AsArray().Where(e => (string)e!["type"]! == "ADDED"))
        {
            Put(server, TwinServer.Nodes, item!["object"]!);
        }

        foreach (var page in new[] { Wire.Find("raw: list page 1 of pods"), Wire.Find("raw: list page 2"), Wire.Find("raw: invalid label value", "pods"), Wire.Find("raw: evict, budget forbids", "app%3Dweb") })
        {
            foreach (var pod in page.Answer!["items"]!.AsArray())
            {
                Put(server, TwinServer.Pods, pod!, "v1", "Pod");
            }
        }

        Put(server, TwinServer.Deployments, Wire.All.First(e => e.Path.EndsWith("/deployments/web", StringComparison.Ordinal)).Answer!);
        Put(server, TwinServer.Budgets, Wire.Find("kubectl describe pdb").Answer!);
        Put(server, TwinServer.Namespaces, Wire.Find("kubectl apply -f configmap", "/namespaces/shop").Answer is { } shop && (string?)shop["kind"] == "Namespace"
            ? shop
            : Wire.All.First(e => e.Path == "/api/v1/namespaces/shop").Answer!);
        return server;
    }

    private static void Put(TwinServer server, ObjectKind kind, JsonNode recorded, string? apiVersion = null, string? name = null)
    {
        var document = (JsonObject)recorded.DeepClone();
        if (apiVersion is not null)
        {
            document["apiVersion"] = apiVersion;
            document["kind"] = name;
        }

        server.Twin.Put(kind, document);
    }
}
