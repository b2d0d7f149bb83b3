using System.Text.Json;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Dumps;

/// <summary>A pod whose template still refers to other objects; <c>Pod.Template</c> is not final.</summary>
internal sealed record PodDraft(PodBlueprint Pod, TemplateDraft Template, Notes Notes)
{
    /// <summary>Whether its controller counts it: it has not ended and is not on its way out.</summary>
    public bool Counts => !Pod.Terminating && Pod.Phase is not (PodPhase.Succeeded or PodPhase.Failed);
}

/// <summary>Pods.</summary>
internal sealed class PodReader(PodSpecReader specs)
{
    // Nodes and owners are named by many pods.
    private readonly Dictionary<string, string> _nodeNames = new(StringComparer.Ordinal);
    private readonly Dictionary<WorkloadRef, WorkloadRef> _owners = [];

    public PodDraft Read(JsonElement item, ObjectKey key)
    {
        var notes = new Notes();
        var metadata = item.Child("metadata");
        var spec = item.Child("spec");
        var status = item.Child("status");
        var owner = OwnerReader.Controller(metadata);
        var ownedByNode = owner is { Kind: "Node" };
        var draft = specs.Read(metadata, spec, key.Name, notes);
        var node = spec.Text("nodeName") is { Length: > 0 } name ? Shared(_nodeNames, name) : null;
        var phase = Phase(status, bound: node is not null);
        var pod = new PodBlueprint
        {
            Key = key,
            Uid = metadata.Text("uid") ?? $"pod:{key}",
            NodeName = node,
            Template = draft.Template,
            Owner = owner is null || ownedByNode ? null : Shared(_owners, owner),
            Phase = phase,
            Ready = Ready(status, phase, notes),
            Mirror = ownedByNode || metadata.Child("annotations").Child("kubernetes.io/config.mirror").Exists(),
            Terminating = metadata.Child("deletionTimestamp").Exists(),
        };
        return new PodDraft(pod, draft, notes);
    }

    private static PodPhase Phase(JsonElement status, bool bound) => status.Text("phase") switch
    {
        "Pending" => PodPhase.Pending,
        "Running" => PodPhase.Running,
        "Succeeded" => PodPhase.Succeeded,
        "Failed" => PodPhase.Failed,
        "Unknown" => PodPhase.Unknown,
        _ => bound ? PodPhase.Running : PodPhase.Pending,
    };

    private static bool Ready(JsonElement status, PodPhase phase, Notes notes)
    {
        foreach (var condition in status.Each("conditions"))
        {
            if (condition.Text("type") is "Ready")
            {
                return condition.Text("status") is "True";
            }
        }

        if (phase == PodPhase.Running)
        {
            notes.Add("Running pods that do not state whether they are Ready count as Ready");
        }

        return phase == PodPhase.Running;
    }

    private static T Shared<T>(Dictionary<T, T> known, T value)
        where T : notnull
    {
        if (!known.TryGetValue(value, out var shared))
        {
            known[value] = shared = value;
        }

        return shared;
    }
}
