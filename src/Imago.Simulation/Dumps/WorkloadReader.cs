using System.Text.Json;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Dumps;

/// <summary>A controller as the dump has it.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Parent">Its own controller, if any.</param>
/// <param name="Replicas">Pods it wants now; 0 for a finished Job or an old ReplicaSet.</param>
/// <param name="Template">What its pods look like.</param>
/// <param name="Selector">Which pods it counts as its own.</param>
internal sealed record WorkloadDraft(WorkloadKind Kind, WorkloadRef? Parent, int Replicas, TemplateDraft Template, LabelSelector Selector);

/// <summary>Controllers of pods.</summary>
internal static class WorkloadReader
{
    // No cluster holds more pods; an absurd number must not make the world create them all.
    private const int MostReplicas = 200_000;

    public static WorkloadKind? Kind(string kind) => kind switch
    {
        "Deployment" => WorkloadKind.Deployment,
        "ReplicaSet" => WorkloadKind.ReplicaSet,
        "StatefulSet" => WorkloadKind.StatefulSet,
        "DaemonSet" => WorkloadKind.DaemonSet,
        "Job" => WorkloadKind.Job,
        "ReplicationController" => WorkloadKind.ReplicationController,
        _ => null,
    };

    public static WorkloadDraft Read(JsonElement item, WorkloadKind kind, PodSpecReader specs)
    {
        // What is not modelled is noted by the pods, which are what people look for.
        var notes = new Notes();
        var spec = item.Child("spec");
        var template = spec.Child("template");
        var draft = specs.Read(template.Child("metadata"), template.Child("spec"), name: null, notes);
        var claims = draft.ClaimTemplates + spec.Each("volumeClaimTemplates").Count();
        return new WorkloadDraft(
            kind,
            OwnerReader.Controller(item.Child("metadata")),
            Math.Clamp(kind == WorkloadKind.Job ? JobPods(item) : spec.Whole("replicas") ?? 1, 0, MostReplicas),
            draft with { ClaimTemplates = claims },
            kind == WorkloadKind.ReplicationController ? Selectors.ReadLabels(spec.Child("selector")) : Selectors.Read(spec.Child("selector"), notes));
    }

    // As many as run side by side, but not more than are still to succeed.
    private static int JobPods(JsonElement item)
    {
        var spec = item.Child("spec");
        var status = item.Child("status");
        if (spec.IsTrue("suspend") || status.Each("conditions").Any(c => c.Text("type") is "Complete" or "Failed" && c.Text("status") is "True"))
        {
            return 0;
        }

        var sideBySide = spec.Whole("parallelism") ?? 1;
        return spec.Whole("completions") is { } completions ? Math.Min(sideBySide, completions - (status.Whole("succeeded") ?? 0)) : sideBySide;
    }
}

/// <summary>Owner references.</summary>
internal static class OwnerReader
{
    /// <summary>The one owner that controls the object; null if none does.</summary>
    public static WorkloadRef? Controller(JsonElement metadata)
    {
        foreach (var owner in metadata.Each("ownerReferences"))
        {
            if (owner.IsTrue("controller") && owner.Text("kind") is { } kind && owner.Text("name") is { } name)
            {
                return new WorkloadRef(kind, name);
            }
        }

        return null;
    }
}
