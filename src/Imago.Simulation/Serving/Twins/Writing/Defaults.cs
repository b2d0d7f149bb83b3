using System.Text.Json.Nodes;
using Imago.Simulation.Serving.Twins.Rendering;

namespace Imago.Simulation.Serving.Twins.Writing;

/// <summary>What the API adds to documents that do not say it.</summary>
internal static class Defaults
{
    /// <summary>What is kept of a document: not what the server itself says.</summary>
    public static JsonObject Kept(TwinKind kind, JsonObject document)
    {
        var kept = new JsonObject();
        var stated = document.Child("metadata");
        var metadata = new JsonObject();
        foreach (var name in (ReadOnlySpan<string>)["generateName", "labels", "annotations", "ownerReferences", "finalizers"])
        {
            if (stated.Copy(name) is { } value && value is not (JsonObject { Count: 0 } or JsonArray { Count: 0 }))
            {
                metadata[name] = value;
            }
        }

        kept["metadata"] = metadata;
        foreach (var (name, value) in document)
        {
            if (name is not ("apiVersion" or "kind" or "metadata" or "status"))
            {
                kept[name] = value?.DeepClone();
            }
        }

        Add(kind, kept);
        return kept;
    }

    /// <summary>What the API adds to a pod's spec.</summary>
    public static void OfPod(JsonObject? spec)
    {
        if (spec is null)
        {
            return;
        }

        foreach (var list in (ReadOnlySpan<string>)["initContainers", "containers"])
        {
            OfContainers(spec[list] as JsonArray);
        }

        spec["restartPolicy"] ??= "Always";
        spec["terminationGracePeriodSeconds"] ??= 30;
        spec["dnsPolicy"] ??= "ClusterFirst";
        spec["securityContext"] ??= new JsonObject();
        spec["schedulerName"] ??= "default-scheduler";
    }

    private static void Add(TwinKind kind, JsonObject kept)
    {
        var spec = kept.Child("spec");
        if (kind == TwinKind.Pods)
        {
            OfPod(spec);
        }
        else if (kind.IsWorkload && spec is not null)
        {
            OfPod(spec.Child("template").Child("spec"));
            OfController(kind, spec);
        }
        else if (kind == TwinKind.Services && spec is not null)
        {
            spec["type"] ??= "ClusterIP";
            spec["sessionAffinity"] ??= "None";
        }
        else if (kind == TwinKind.Events)
        {
            kept["eventTime"] ??= null;
            kept["reportingComponent"] ??= "";
            kept["reportingInstance"] ??= "";
        }
    }

    private static void OfController(TwinKind kind, JsonObject spec)
    {
        if (kind != TwinKind.DaemonSets)
        {
            spec["replicas"] ??= 1;
        }

        if (kind == TwinKind.Deployments)
        {
            spec["strategy"] ??= new JsonObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = new JsonObject { ["maxUnavailable"] = "25%", ["maxSurge"] = "25%" } };
            spec["progressDeadlineSeconds"] ??= 600;
        }
        else if (kind == TwinKind.StatefulSets)
        {
            spec["podManagementPolicy"] ??= "OrderedReady";
            spec["updateStrategy"] ??= new JsonObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = new JsonObject { ["partition"] = 0 } };
        }
        else if (kind == TwinKind.DaemonSets)
        {
            spec["updateStrategy"] ??= new JsonObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = new JsonObject { ["maxUnavailable"] = 1, ["maxSurge"] = 0 } };
        }

        if (kind != TwinKind.ReplicaSets)
        {
            spec["revisionHistoryLimit"] ??= 10;
        }
    }

    private static void OfContainers(JsonArray? containers)
    {
        foreach (var container in (containers ?? []).OfType<JsonObject>())
        {
            container["resources"] ??= new JsonObject();
            container["terminationMessagePath"] ??= "/dev/termination-log";
            container["terminationMessagePolicy"] ??= "File";
            var image = container.Text("image") ?? "";
            var isLatest = image.EndsWith(":latest", StringComparison.Ordinal) || !image[(image.LastIndexOf('/') + 1)..].Contains(':', StringComparison.Ordinal);
            container["imagePullPolicy"] ??= isLatest ? "Always" : "IfNotPresent";
            foreach (var port in (container["ports"] as JsonArray ?? []).OfType<JsonObject>())
            {
                port["protocol"] ??= "TCP";
            }
        }
    }
}
