using System.Text.Json.Nodes;
using Imago.Application.Twins;

namespace Imago.Bench.Kubernetes.Serving;

/// <summary>What runs in the served cluster of a bench, and what happens there by itself.</summary>
internal static class ServedObjects
{
    private const int Replicas = 12;

    public static ObjectKind DeploymentKind { get; } = new("apps", "v1", "deployments");

    public static ObjectKind BudgetKind { get; } = new("policy", "v1", "poddisruptionbudgets");

    private static ObjectKind NodeKind { get; } = new("", "v1", "nodes");

    private static ObjectKind PodKind { get; } = new("", "v1", "pods");

    /// <summary>Deployments of a dozen pods each, and the budget of each, which lets one pod go at a time.</summary>
    public static IEnumerable<(JsonObject Deployment, JsonObject Budget)> Deployments(TwinPlan plan)
    {
        for (var left = plan.Nodes * plan.PodsPerNode; left > 0; left -= Replicas)
        {
            var name = $"app-{left:00000}";
            yield return (Deployment(name, Math.Min(left, Replicas), plan.GracePeriod), Budget(name));
        }
    }

    public static async Task CreateAsync(ITwin twin, ObjectKind kind, JsonObject document)
    {
        if ((await twin.CreateAsync(kind, document, dryRun: false, CancellationToken.None)).Refusal is { } refusal)
        {
            throw new InvalidOperationException(refusal.ToString());
        }
    }

    /// <summary>Whether all pods of all Deployments of ours are ready.</summary>
    public static async Task<bool> AreReadyAsync(ITwin twin, int deployments)
    {
        var found = (await twin.ListAsync(DeploymentKind, CancellationToken.None)).Items.Where(d => d.Key.Namespace == "default").Select(d => d.Render()).ToList();
        return found.Count == deployments && found.All(d => (int?)d["status"]?["readyReplicas"] == (int?)d["spec"]!["replicas"]);
    }

    /// <summary>A node tells its state. Kubelets write it into the status; a twin keeps that for itself, so that an annotation changes here, which costs a watch as much.</summary>
    public static async Task BeatAsync(ITwin twin, int number, DateTimeOffset now)
    {
        var nodes = (await twin.ListAsync(NodeKind, CancellationToken.None)).Items;
        var node = nodes[number % nodes.Length].Render();
        node["metadata"]!["annotations"] ??= new JsonObject();
        node["metadata"]!["annotations"]!["example.com/heard"] = now.ToString("O");
        await twin.ReplaceAsync(NodeKind, node, null, dryRun: false, CancellationToken.None);
    }

    /// <summary>A pod is deleted; its Deployment makes another.</summary>
    public static async Task DeletePodAsync(ITwin twin, int number)
    {
        var pods = (await twin.ListAsync(PodKind, CancellationToken.None)).Items.Where(p => p.Key.Namespace == "default").ToList();
        await twin.DeleteAsync(new ObjectPlace(PodKind, pods[number % pods.Count].Key), new DeletionAsked(), CancellationToken.None);
    }

    private static JsonObject Deployment(string name, int replicas, int grace) => JsonNode.Parse($$$$"""
        {
          "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "{{{{name}}}}", "namespace": "default"},
          "spec": {
            "replicas": {{{{replicas}}}},
            "selector": {"matchLabels": {"app": "{{{{name}}}}"}},
            "template": {
              "metadata": {"labels": {"app": "{{{{name}}}}"}},
              "spec": {
                "terminationGracePeriodSeconds": {{{{grace}}}},
                "containers": [{"name": "main", "image": "registry.k8s.io/pause:3.10", "resources": {"requests": {"cpu": "200m", "memory": "256Mi"}}}]
              }
            }
          }
        }
        """)!.AsObject();

    private static JsonObject Budget(string name) => JsonNode.Parse($$$$"""
        {
          "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "{{{{name}}}}", "namespace": "default"},
          "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "{{{{name}}}}"}}}
        }
        """)!.AsObject();
}
