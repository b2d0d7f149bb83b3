using System.Text.Json.Nodes;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Serving.Twins.Ledger;
using NodaTime;

namespace Imago.Simulation.Serving.Twins.Rendering;

/// <summary>Nodes and their leases as documents.</summary>
internal static class NodeRendering
{
    public static JsonObject Render(EntryFacts facts, NodeLook look)
    {
        var node = Metadata.Begin(facts, look.Labels(), look.Annotations());
        var spec = new JsonObject { ["providerID"] = $"imago:///{look.Made.Pool}/{look.Made.Name}" };
        spec.With("unschedulable", look.Seen.Unschedulable ? true : null);
        var taints = Taints(facts, look);
        spec.With("taints", taints.Count == 0 ? null : taints);
        node["spec"] = spec;
        node["status"] = Status(facts, look);
        return node;
    }

    /// <summary>A lease that is renewed as long as the node is up. It is not another version each time: see the document about the twin.</summary>
    public static JsonObject Lease(EntryFacts facts, NodeLook look, string nodeUid, Instant now)
    {
        var lease = Metadata.Begin(facts, [], [], new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["name"] = look.Made.Name, ["uid"] = nodeUid });
        var renewed = look.Seen.Ready ? Instant.FromUnixTimeSeconds(now.ToUnixTimeSeconds() / 10 * 10) : facts.ReadyAt;
        lease["spec"] = new JsonObject { ["holderIdentity"] = look.Made.Name, ["leaseDurationSeconds"] = 40, ["renewTime"] = Json.MicroTime(Instant.Max(renewed, facts.CreatedAt)) };
        return lease;
    }

    /// <summary>An address that follows from an identity.</summary>
    public static string Address(string network, string uid)
    {
        var draw = new Seed(1).Fork(uid);
        return $"{network}.{draw.Below(254) + 1}.{draw.Next.Below(254) + 1}";
    }

    private static JsonArray Taints(EntryFacts facts, NodeLook look)
    {
        var taints = new JsonArray();
        foreach (var taint in look.Made.Taints)
        {
            Add(taint.Key, taint.Value, taint.Effect.ToString(), null);
        }

        // UP-156.
        if (look.Seen.SteeredAway)
        {
            Add(NodeLabels.SteeringTaint, "", "PreferNoSchedule", null);
        }

        if (look.Seen.Unschedulable)
        {
            Add("node.kubernetes.io/unschedulable", "", "NoSchedule", facts.ChangedAt);
        }

        if (!look.Seen.Ready)
        {
            var key = look.Lost ? "node.kubernetes.io/unreachable" : "node.kubernetes.io/not-ready";
            Add(key, "", "NoSchedule", facts.ReadyAt);
            Add(key, "", "NoExecute", facts.ReadyAt);
        }

        return taints;

        void Add(string key, string value, string effect, Instant? since)
        {
            var taint = new JsonObject { ["key"] = key };
            taint.With("value", value.Length == 0 ? null : value);
            taint["effect"] = effect;
            taint.With("timeAdded", since is { } at ? Json.Time(at) : null);
            taints.Add((JsonNode)taint);
        }
    }

    private static JsonObject Status(EntryFacts facts, NodeLook look) => new()
    {
        ["capacity"] = Amounts(look.Made.Allocatable, whole: true),
        ["allocatable"] = Amounts(look.Made.Allocatable, whole: false),
        ["conditions"] = Conditions(facts, look),
        ["addresses"] = new JsonArray(
            new JsonObject { ["type"] = "InternalIP", ["address"] = Address("10.224", look.Made.Name) },
            new JsonObject { ["type"] = "Hostname", ["address"] = look.Made.Name }),
        ["daemonEndpoints"] = new JsonObject { ["kubeletEndpoint"] = new JsonObject { ["Port"] = 10250 } },
        ["nodeInfo"] = NodeSystem.Render(look, facts.Uid),
        ["images"] = new JsonArray(),
    };

    // What a machine has is what its pods may use, and what the kubelet and the system keep.
    private static JsonObject Amounts(Resources allocatable, bool whole)
    {
        var amounts = new JsonObject
        {
            ["cpu"] = whole || allocatable.MilliCpu % 1000 == 0 ? $"{(allocatable.MilliCpu + 999) / 1000}" : $"{allocatable.MilliCpu}m",
            ["ephemeral-storage"] = whole ? "129886128Ki" : "119703055367",
            ["memory"] = $"{(whole ? allocatable.MemoryBytes * 100 / 78 : allocatable.MemoryBytes) / 1024}Ki",
            ["pods"] = $"{allocatable.Pods}",
        };
        foreach (var (name, amount) in allocatable.Others)
        {
            amounts[name] = $"{amount}";
        }

        return amounts;
    }

    private static JsonArray Conditions(EntryFacts facts, NodeLook look)
    {
        var pressure = look.Seen.UnderPressure;
        var conditions = new JsonArray(
            Condition("MemoryPressure", pressure, pressure ? "KubeletHasInsufficientMemory" : "KubeletHasSufficientMemory", pressure ? "kubelet has insufficient memory available" : "kubelet has sufficient memory available", facts.CreatedAt),
            Condition("DiskPressure", false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure", facts.CreatedAt),
            Condition("PIDPressure", false, "KubeletHasSufficientPID", "kubelet has sufficient PID available", facts.CreatedAt),
            look.Seen.Ready
                ? Condition("Ready", true, "KubeletReady", "kubelet is posting ready status", facts.ReadyAt)
                : Condition("Ready", false, "KubeletNotReady", "container runtime network not ready: NetworkReady=false", facts.ReadyAt));

        // CH-13: what an agent or a problem detector says of the marker file.
        if (look.Seen.RebootPending)
        {
            conditions.Add(Condition(RebootMarks.Condition, true, "RebootRequired", "/var/run/reboot-required is there", facts.ChangedAt));
        }

        return conditions;

        JsonNode Condition(string type, bool holds, string reason, string message, Instant since) => new JsonObject
        {
            ["type"] = type,
            ["status"] = look.Lost ? "Unknown" : holds ? "True" : "False",
            ["lastHeartbeatTime"] = Json.Time(facts.ChangedAt),
            ["lastTransitionTime"] = Json.Time(look.Lost ? facts.ReadyAt : since),
            ["reason"] = look.Lost ? "NodeStatusUnknown" : reason,
            ["message"] = look.Lost ? "Kubelet stopped posting node status." : message,
        };
    }
}
