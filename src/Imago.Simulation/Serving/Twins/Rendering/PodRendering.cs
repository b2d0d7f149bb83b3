using System.Text.Json.Nodes;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Serving.Twins.Ledger;
using NodaTime;

namespace Imago.Simulation.Serving.Twins.Rendering;

/// <summary>What is shown of a pod at one moment.</summary>
/// <param name="Seen">What upgrades see.</param>
/// <param name="Template">What the world knows of its spec.</param>
/// <param name="OwnerUid">Identity of its controller's object; null: there is none.</param>
/// <param name="Written">The template that somebody wrote for its controller; null: nobody did.</param>
internal sealed record PodLook(Pod Seen, PodTemplate Template, string? OwnerUid, JsonObject? Written);

/// <summary>Pods as documents.</summary>
internal static class PodRendering
{
    public static JsonObject Render(EntryFacts facts, PodLook look)
    {
        var pod = look.Seen;
        var owner = pod.Owner is { } named ? Metadata.Owner(named.Kind is "ReplicationController" ? "v1" : named.Kind is "Job" ? "batch/v1" : "apps/v1", named.Kind, named.Name, look.OwnerUid ?? $"{named}") : null;
        var annotations = facts.Document is { } written ? written.Child("metadata").Texts("annotations") : look.Written.Child("metadata").Texts("annotations");
        var rendered = Metadata.Begin(facts, pod.Labels.OrderBy(l => l.Key, StringComparer.Ordinal), annotations, owner, Generated(pod));
        if (pod.Mirror)
        {
            rendered["metadata"]!["annotations"] = new JsonObject { ["kubernetes.io/config.mirror"] = facts.Uid, ["kubernetes.io/config.source"] = "file" };
        }

        var spec = Spec(facts, look);
        rendered["spec"] = spec;
        rendered["status"] = Status(facts, pod, spec);
        return rendered;
    }

    private static string? Generated(Pod pod) =>
        pod.Owner is { Kind: not "StatefulSet" } owner && pod.Key.Name.StartsWith($"{owner.Name}-", StringComparison.Ordinal) ? $"{owner.Name}-" : null;

    private static JsonObject Spec(EntryFacts facts, PodLook look)
    {
        var name = look.Seen.Labels.GetValueOrDefault("app") ?? look.Seen.Owner?.Name ?? facts.Key.Name;
        var spec = (facts.Document.Copy("spec") ?? look.Written.Copy("spec")) as JsonObject ?? TemplateRendering.Spec(look.Template, name);
        spec.Remove("nodeName");
        spec.With("nodeName", look.Seen.NodeName);
        spec["serviceAccountName"] ??= "default";
        spec["serviceAccount"] ??= "default";
        spec["priority"] ??= look.Template.Priority;
        spec["enableServiceLinks"] ??= true;
        spec["preemptionPolicy"] ??= "PreemptLowerPriority";
        var tolerations = spec["tolerations"] as JsonArray;
        if (tolerations is null)
        {
            spec["tolerations"] = tolerations = [];
        }

        foreach (var key in (ReadOnlySpan<string>)["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"])
        {
            Tolerate(tolerations, key);
        }

        return spec;
    }

    private static void Tolerate(JsonArray tolerations, string key)
    {
        foreach (var present in tolerations)
        {
            if (present is JsonObject toleration && (toleration.Text("key") ?? key) == key)
            {
                return;
            }
        }

        tolerations.Add((JsonNode)new JsonObject { ["key"] = key, ["operator"] = "Exists", ["effect"] = "NoExecute", ["tolerationSeconds"] = 300 });
    }

    private static JsonObject Status(EntryFacts facts, Pod pod, JsonObject spec)
    {
        var conditions = new JsonArray();
        var status = new JsonObject { ["phase"] = pod.Phase.ToString(), ["conditions"] = conditions };
        if (pod.NodeName is not { } node)
        {
            conditions.Add(Condition("PodScheduled", false, facts.CreatedAt, "Unschedulable"));
            return status.With("qosClass", Quality(spec));
        }

        var started = pod.Phase is PodPhase.Running or PodPhase.Succeeded or PodPhase.Failed;
        conditions.Add(Condition("PodReadyToStartContainers", started, facts.BoundAt));
        conditions.Add(Condition("Initialized", true, facts.BoundAt));
        conditions.Add(Condition("Ready", pod.Ready, facts.ReadyAt, pod.Ready ? null : "ContainersNotReady"));
        conditions.Add(Condition("ContainersReady", pod.Ready, facts.ReadyAt, pod.Ready ? null : "ContainersNotReady"));
        conditions.Add(Condition("PodScheduled", true, facts.BoundAt));
        status["hostIP"] = NodeRendering.Address("10.224", node);
        if (started)
        {
            var address = NodeRendering.Address("10.244", facts.Uid);
            status["podIP"] = address;
            status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = address });
        }

        status["startTime"] = Json.Time(facts.BoundAt);
        status["containerStatuses"] = Json.List(spec["containers"] as JsonArray ?? [], c => Container(facts, pod, c as JsonObject));
        return status.With("qosClass", Quality(spec));
    }

    private static JsonNode Container(EntryFacts facts, Pod pod, JsonObject? container) => new JsonObject
    {
        ["name"] = container.Text("name"),
        ["state"] = pod.Phase switch
        {
            PodPhase.Pending => new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "ContainerCreating" } },
            PodPhase.Succeeded or PodPhase.Failed => new JsonObject { ["terminated"] = new JsonObject { ["exitCode"] = pod.Phase == PodPhase.Failed ? 1 : 0, ["reason"] = pod.Phase == PodPhase.Failed ? "Error" : "Completed" } },
            _ => new JsonObject { ["running"] = new JsonObject { ["startedAt"] = Json.Time(Instant.Max(facts.BoundAt, facts.ReadyAt)) } },
        },
        ["lastState"] = new JsonObject(),
        ["ready"] = pod.Ready,
        ["restartCount"] = 0,
        ["image"] = container.Text("image"),
        ["imageID"] = "",
        ["containerID"] = pod.Phase == PodPhase.Pending ? "" : $"containerd://{facts.Uid}",
        ["started"] = pod.Phase == PodPhase.Running,
    };

    private static JsonNode Condition(string type, bool holds, Instant since, string? reason = null)
    {
        var condition = new JsonObject { ["type"] = type, ["status"] = holds ? "True" : "False", ["lastProbeTime"] = null, ["lastTransitionTime"] = Json.Time(since) };
        return condition.With("reason", reason);
    }

    // As Kubernetes classes them: everything limited to what is asked for, something asked for, nothing.
    private static string Quality(JsonObject spec)
    {
        var resources = (spec["containers"] as JsonArray ?? []).Select(c => (c as JsonObject).Child("resources")).ToList();
        if (resources.TrueForAll(r => r.Child("requests") is not { Count: > 0 } && r.Child("limits") is not { Count: > 0 }))
        {
            return "BestEffort";
        }

        return resources.TrueForAll(r => r.Child("limits") is { } limits && limits.ContainsKey("cpu") && limits.ContainsKey("memory")
            && (r.Child("requests") is not { } requests || requests.All(q => JsonNode.DeepEquals(q.Value, limits[q.Key]))))
            ? "Guaranteed"
            : "Burstable";
    }
}
