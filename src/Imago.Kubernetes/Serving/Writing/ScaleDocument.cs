using System.Text.Json.Nodes;
using Imago.Kubernetes.Serving.Answers;
using Imago.Kubernetes.Serving.Tables;

namespace Imago.Kubernetes.Serving.Writing;

/// <summary>The scale of a workload: how many pods it has and shall have, whatever kind it is.</summary>
internal static class ScaleDocument
{
    private const string ApiVersion = "autoscaling/v1";

    public static JsonObject Of(JsonObject workload)
    {
        var metadata = new JsonObject();
        foreach (var name in new[] { "name", "namespace", "uid", "resourceVersion", "creationTimestamp" })
        {
            if (workload.At("metadata", name) is { } value)
            {
                metadata[name] = value.DeepClone();
            }
        }

        var selector = Reading.Selector(workload.At("spec", "selector"));
        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = ApiVersion,
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["replicas"] = workload.At("spec", "replicas")?.DeepClone() ?? 1 },
            ["status"] = new JsonObject { ["replicas"] = workload.Number("status", "replicas"), ["selector"] = selector == Reading.None ? "" : selector },
        };
    }

    /// <summary>The workload as its scale wants it.</summary>
    public static JsonObject Onto(JsonObject workload, JsonObject scale)
    {
        if (scale.Text("apiVersion") is { Length: > 0 } version && version != ApiVersion)
        {
            throw new RefusedException(StatusDocument.BadRequest($"the API version in the data ({version}) does not match the expected API version ({ApiVersion})"));
        }

        if (scale.At("spec", "replicas") is { } replicas && replicas.Whole() is not (>= int.MinValue and <= int.MaxValue))
        {
            throw new RefusedException(StatusDocument.BadRequest("Scale in version \"v1\" cannot be handled as a Scale: spec.replicas is not a whole number"));
        }

        if (workload["spec"] is not JsonObject spec)
        {
            workload["spec"] = spec = [];
        }

        spec["replicas"] = (int)scale.Number("spec", "replicas");
        if (scale.At("metadata", "resourceVersion") is { } from)
        {
            workload["metadata"]!["resourceVersion"] = from.DeepClone();
        }

        return workload;
    }
}
