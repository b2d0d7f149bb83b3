using System.Text.Json.Nodes;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Serving.Twins.Ledger;

namespace Imago.Simulation.Serving.Twins.Rendering;

/// <summary>What is shown of a controller at one moment.</summary>
/// <param name="Made">What the world knows of it.</param>
/// <param name="Pods">Pods it counts.</param>
/// <param name="Ready">Those that are ready.</param>
/// <param name="Updated">Those with its present template.</param>
/// <param name="UpdatedReady">Those of them that are ready.</param>
/// <param name="Wanted">Pods it should have: replicas, or nodes it wants to be on.</param>
/// <param name="Revision">Of a Deployment or its ReplicaSet: the number of its template.</param>
/// <param name="OwnerUid">Of a ReplicaSet: identity of its Deployment.</param>
internal sealed record WorkloadLook(WorkloadBlueprint Made, int Pods, int Ready, int Updated, int UpdatedReady, int Wanted, long Revision, string? OwnerUid);

/// <summary>Controllers of pods as documents.</summary>
internal static class WorkloadRendering
{
    public const string RevisionAnnotation = "deployment.kubernetes.io/revision";

    public static JsonObject Render(EntryFacts facts, WorkloadLook look)
    {
        var made = look.Made;
        var stated = facts.Document.Child("metadata");
        var labels = facts.Document is not null ? stated.Texts("labels") : made.Kind == WorkloadKind.ReplicaSet ? Ordered(made.Template.Labels) : [];
        var annotations = new SortedDictionary<string, string>(stated.Texts("annotations").ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
        if (made.Kind == WorkloadKind.Deployment || look.OwnerUid is not null)
        {
            annotations[RevisionAnnotation] = $"{look.Revision}";
        }

        if (look.OwnerUid is not null)
        {
            annotations["deployment.kubernetes.io/desired-replicas"] = $"{look.Wanted}";
            annotations["deployment.kubernetes.io/max-replicas"] = $"{look.Wanted + ((look.Wanted + 3) / 4)}";
        }

        var owner = made.Parent is { } parent && look.OwnerUid is { } uid ? Metadata.Owner("apps/v1", parent.Kind, parent.Name, uid) : null;
        var rendered = Metadata.Begin(facts, labels, annotations, owner);
        var spec = facts.Document.Copy("spec") as JsonObject ?? Spec(made);
        if (made.Kind != WorkloadKind.DaemonSet)
        {
            spec["replicas"] = made.Replicas;
        }

        rendered["spec"] = spec;
        rendered["status"] = made.Kind switch
        {
            WorkloadKind.DaemonSet => Daemons(facts, look),
            WorkloadKind.StatefulSet => Statefuls(facts, look),
            WorkloadKind.Deployment => Deployment(facts, look),
            _ => Replicas(facts, look),
        };
        return rendered;
    }

    /// <summary>The spec of a controller that nobody wrote.</summary>
    public static JsonObject Spec(WorkloadBlueprint made)
    {
        var spec = new JsonObject();
        if (made.Kind != WorkloadKind.DaemonSet)
        {
            spec["replicas"] = made.Replicas;
        }

        spec.With("selector", TemplateRendering.Selector(made.Selector));
        var name = made.Template.Labels.GetValueOrDefault("app") ?? made.Ref.Name;
        spec["template"] = new JsonObject
        {
            ["metadata"] = new JsonObject { ["labels"] = Json.Map(Ordered(made.Template.Labels)) },
            ["spec"] = TemplateRendering.Spec(made.Template, name),
        };
        switch (made.Kind)
        {
            case WorkloadKind.Deployment:
                spec["strategy"] = new JsonObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = new JsonObject { ["maxUnavailable"] = "25%", ["maxSurge"] = "25%" } };
                spec["revisionHistoryLimit"] = 10;
                spec["progressDeadlineSeconds"] = 600;
                break;
            case WorkloadKind.StatefulSet:
                spec["serviceName"] = made.Ref.Name;
                spec["podManagementPolicy"] = "Parallel";
                spec["updateStrategy"] = new JsonObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = new JsonObject { ["partition"] = 0 } };
                spec["revisionHistoryLimit"] = 10;
                break;
            case WorkloadKind.DaemonSet:
                spec["updateStrategy"] = new JsonObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = new JsonObject { ["maxUnavailable"] = 1, ["maxSurge"] = 0 } };
                spec["revisionHistoryLimit"] = 10;
                break;
            default:
                break;
        }

        return spec;
    }

    private static IEnumerable<KeyValuePair<string, string>> Ordered(IEnumerable<KeyValuePair<string, string>> labels) => labels.OrderBy(l => l.Key, StringComparer.Ordinal);

    private static JsonObject Replicas(EntryFacts facts, WorkloadLook look)
    {
        var status = new JsonObject { ["replicas"] = look.Pods };
        status.With("fullyLabeledReplicas", look.Pods == 0 ? null : look.Pods);
        status.With("readyReplicas", look.Ready == 0 ? null : look.Ready);
        status.With("availableReplicas", look.Ready == 0 ? null : look.Ready);
        status["observedGeneration"] = facts.Generation;
        return status;
    }

    private static JsonObject Deployment(EntryFacts facts, WorkloadLook look)
    {
        var status = new JsonObject { ["observedGeneration"] = facts.Generation };
        var missing = Math.Max(0, look.Made.Replicas - look.Ready);
        status.With("replicas", look.Pods == 0 ? null : look.Pods);
        status.With("updatedReplicas", look.Updated == 0 ? null : look.Updated);
        status.With("readyReplicas", look.Ready == 0 ? null : look.Ready);
        status.With("availableReplicas", look.Ready == 0 ? null : look.Ready);
        status.With("unavailableReplicas", missing == 0 ? null : missing);
        var available = look.Ready >= look.Made.Replicas - (look.Made.Replicas / 4);
        var complete = look.UpdatedReady == look.Made.Replicas && look.Pods == look.Made.Replicas;
        status["conditions"] = new JsonArray(
            Condition("Available", available, available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable", available ? "Deployment has minimum availability." : "Deployment does not have minimum availability."),
            Condition("Progressing", true, complete ? "NewReplicaSetAvailable" : "ReplicaSetUpdated", complete ? $"Deployment \"{facts.Key.Name}\" has successfully progressed." : $"Deployment \"{facts.Key.Name}\" is progressing."));
        return status;

        JsonNode Condition(string type, bool holds, string reason, string message) => new JsonObject
        {
            ["type"] = type,
            ["status"] = holds ? "True" : "False",
            ["lastUpdateTime"] = Json.Time(facts.ChangedAt),
            ["lastTransitionTime"] = Json.Time(facts.ChangedAt),
            ["reason"] = reason,
            ["message"] = message,
        };
    }

    private static JsonObject Statefuls(EntryFacts facts, WorkloadLook look) => new()
    {
        ["observedGeneration"] = facts.Generation,
        ["replicas"] = look.Pods,
        ["readyReplicas"] = look.Ready,
        ["currentReplicas"] = look.Updated,
        ["updatedReplicas"] = look.Updated,
        ["currentRevision"] = $"{facts.Key.Name}-{facts.Generation}",
        ["updateRevision"] = $"{facts.Key.Name}-{facts.Generation}",
        ["collisionCount"] = 0,
        ["availableReplicas"] = look.Ready,
    };

    private static JsonObject Daemons(EntryFacts facts, WorkloadLook look)
    {
        var status = new JsonObject
        {
            ["currentNumberScheduled"] = look.Pods,
            ["numberMisscheduled"] = 0,
            ["desiredNumberScheduled"] = look.Wanted,
            ["numberReady"] = look.Ready,
            ["observedGeneration"] = facts.Generation,
        };
        status.With("updatedNumberScheduled", look.Updated == 0 ? null : look.Updated);
        status.With("numberAvailable", look.Ready == 0 ? null : look.Ready);
        return status.With("numberUnavailable", look.Wanted - look.Ready <= 0 ? null : look.Wanted - look.Ready);
    }
}
