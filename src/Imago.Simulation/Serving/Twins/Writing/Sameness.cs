using System.Text.Json.Nodes;
using Imago.Simulation.Serving.Twins.Rendering;

namespace Imago.Simulation.Serving.Twins.Writing;

/// <summary>Whether a document says anything new. One that does not is no change, and takes no version.</summary>
internal static class Sameness
{
    public static bool AreSame(JsonObject current, JsonObject written)
    {
        var (before, after) = (current.Child("metadata"), written.Child("metadata"));
        foreach (var name in (ReadOnlySpan<string>)["labels", "annotations", "ownerReferences", "finalizers"])
        {
            if (!JsonNode.DeepEquals(NotEmpty(before?[name]), NotEmpty(after?[name])))
            {
                return false;
            }
        }

        return current.Concat(written).Select(m => m.Key).Where(n => n is not ("apiVersion" or "kind" or "metadata" or "status")).Distinct(StringComparer.Ordinal)
            .All(n => JsonNode.DeepEquals(NotEmpty(current[n]), NotEmpty(written[n])));
    }

    /// <summary>Whether two pods differ only in what may be changed of a pod.</summary>
    public static bool AreSamePods(JsonObject? current, JsonObject? written) => JsonNode.DeepEquals(Fixed(current), Fixed(written));

    private static JsonNode? NotEmpty(JsonNode? node) => node is JsonObject { Count: 0 } or JsonArray { Count: 0 } ? null : node;

    private static JsonNode? Fixed(JsonObject? spec)
    {
        if (spec?.DeepClone() is not JsonObject copy)
        {
            return null;
        }

        foreach (var name in (ReadOnlySpan<string>)["tolerations", "activeDeadlineSeconds", "terminationGracePeriodSeconds"])
        {
            copy.Remove(name);
        }

        foreach (var container in (copy["containers"] as JsonArray ?? []).Concat(copy["initContainers"] as JsonArray ?? []).OfType<JsonObject>())
        {
            container.Remove("image");
            container.Remove("imagePullPolicy");
        }

        return copy;
    }
}
