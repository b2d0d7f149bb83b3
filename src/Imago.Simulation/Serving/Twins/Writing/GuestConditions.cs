using System.Text.Json.Nodes;
using Imago.Simulation.Serving.Twins.Rendering;
using NodaTime;

namespace Imago.Simulation.Serving.Twins.Writing;

/// <summary>What the control plane writes into the document of a guest: taints that repeat its conditions, and conditions that nobody knows any more.</summary>
internal static class GuestConditions
{
    private const string NotReady = "node.kubernetes.io/not-ready";
    private const string Unreachable = "node.kubernetes.io/unreachable";

    // Those that kube-controller-manager sets to Unknown; others stay as they were last told.
    private static readonly string[] Heartbeats = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

    private static readonly (string Condition, string Taint)[] Repeated =
    [
        ("MemoryPressure", "node.kubernetes.io/memory-pressure"),
        ("DiskPressure", "node.kubernetes.io/disk-pressure"),
        ("PIDPressure", "node.kubernetes.io/pid-pressure"),
        ("NetworkUnavailable", "node.kubernetes.io/network-unavailable"),
    ];

    private static readonly string[] Own = ["node.kubernetes.io/unschedulable", NotReady, Unreachable, .. Repeated.Select(r => r.Taint)];

    /// <summary>Puts the taints there that must be there by what the document says, and takes away those that need not.</summary>
    /// <param name="document">The document, which is changed.</param>
    /// <param name="former">The one before; a taint that was there keeps its time.</param>
    /// <param name="now">When a new one was added.</param>
    public static void Settle(JsonObject document, JsonObject? former, Instant now)
    {
        if (document.Child("spec") is not { } spec)
        {
            document["spec"] = spec = [];
        }

        var before = Taints(former);
        var taints = new JsonArray([.. Taints(document).Where(t => !Own.Contains(t.Text("key"), StringComparer.Ordinal)).Select(t => t.DeepClone())]);
        foreach (var (key, effect) in Due(document))
        {
            var since = before.Find(t => t.Text("key") == key && t.Text("effect") == effect).Text("timeAdded") ?? Json.Time(now);
            taints.Add((JsonNode)new JsonObject { ["key"] = key, ["effect"] = effect, ["timeAdded"] = since });
        }

        spec.Remove("taints");
        spec.With("taints", taints.Count == 0 ? null : taints);
    }

    /// <summary>The document of a guest that nobody has heard of.</summary>
    public static JsonObject Missed(JsonObject document, Instant now)
    {
        var missed = document.DeepClone().AsObject();
        if (missed.Child("status") is not { } status)
        {
            missed["status"] = status = [];
        }

        if (status["conditions"] is not JsonArray conditions)
        {
            status["conditions"] = conditions = [];
        }

        foreach (var type in Heartbeats)
        {
            var condition = conditions.OfType<JsonObject>().FirstOrDefault(c => c.Text("type") == type);
            var wasTold = condition is not null;
            if (condition is null)
            {
                conditions.Add((JsonNode)(condition = new JsonObject { ["type"] = type, ["lastHeartbeatTime"] = Json.Time(now) }));
            }

            if (condition.Text("status") is not "Unknown")
            {
                condition["status"] = "Unknown";
                condition["reason"] = wasTold ? "NodeStatusUnknown" : "NodeStatusNeverUpdated";
                condition["message"] = wasTold ? "Kubelet stopped posting node status." : "Kubelet never posted node status.";
                condition["lastTransitionTime"] = Json.Time(now);
            }
        }

        Settle(missed, document, now);
        return missed;
    }

    private static IEnumerable<(string Key, string Effect)> Due(JsonObject document)
    {
        if (document.Child("spec")?["unschedulable"]?.GetValueKind() == System.Text.Json.JsonValueKind.True)
        {
            yield return ("node.kubernetes.io/unschedulable", "NoSchedule");
        }

        foreach (var (condition, taint) in Repeated)
        {
            if (GuestReading.StatusOf(document, condition) is "True")
            {
                yield return (taint, "NoSchedule");
            }
        }

        // A node that has said nothing yet counts as not ready, and one that has fallen silent as unreachable.
        var ready = GuestReading.StatusOf(document, "Ready");
        if (ready is not "True")
        {
            var key = ready is "Unknown" ? Unreachable : NotReady;
            yield return (key, "NoSchedule");
            yield return (key, "NoExecute");
        }
    }

    private static List<JsonObject> Taints(JsonObject? document) => [.. (document.Child("spec")?["taints"] as JsonArray ?? []).OfType<JsonObject>()];
}
