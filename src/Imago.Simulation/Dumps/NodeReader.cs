using System.Text.Json;
using Imago.Domain.Clusters;
using Imago.Domain.Clusters.Pools;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Dumps;

/// <summary>Nodes.</summary>
internal static class NodeReader
{
    public static NodeBlueprint Read(JsonElement item, string name, string? poolLabel, Notes notes)
    {
        var metadata = item.Child("metadata");
        var spec = item.Child("spec");
        var status = item.Child("status");
        var labels = PodSpecReader.Sorted(metadata.Child("labels"));
        var annotations = PodSpecReader.Sorted(metadata.Child("annotations"));
        var pool = PoolRules.Of(labels, annotations, poolLabel);
        var info = status.Child("nodeInfo");
        return new NodeBlueprint
        {
            Name = name,
            Uid = metadata.Text("uid") ?? $"node:{name}",
            Pool = pool.Pool,
            PoolSource = pool.Source,
            Managed = pool.Managed,
            AutoProvisioned = pool.AutoProvisioned,
            Zone = NodeFacts.ZoneOf(labels),
            Image = NodeFacts.ImageOf(labels, info.Text("osImage")),
            KubeletVersion = info.Text("kubeletVersion"),
            Labels = labels,
            Annotations = annotations,
            Taints = TaintReader.Read(spec, notes),
            Allocatable = ResourceReader.Allocatable(status, notes),
            Ready = Ready(status, notes),
            UnderPressure = status.Each("conditions").Any(IsPressure),

            // CH-13
            RebootPending = RebootMarks.Pending(annotations) || status.Each("conditions").Any(c => c.Text("type") is RebootMarks.Condition && c.Text("status") is "True"),
            Unschedulable = spec.IsTrue("unschedulable"),
            CreatedAt = Revision.Created(metadata),
        };
    }

    private static bool Ready(JsonElement status, Notes notes)
    {
        foreach (var condition in status.Each("conditions"))
        {
            if (condition.Text("type") is "Ready")
            {
                return condition.Text("status") is "True";
            }
        }

        notes.Add("Nodes that do not state whether they are Ready count as Ready");
        return true;
    }

    private static bool IsPressure(JsonElement condition) =>
        condition.Text("type") is "MemoryPressure" or "DiskPressure" or "PIDPressure" or "NetworkUnavailable" && condition.Text("status") is "True";
}
