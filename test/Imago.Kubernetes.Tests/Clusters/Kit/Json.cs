using System.Text.Json.Nodes;

namespace Imago.Kubernetes.Tests.Clusters.Kit;

internal static class Json
{
    /// <summary>RFC 7386, independent of what the product does.</summary>
    public static JsonObject Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (key, value) in patch)
        {
            if (value is null)
            {
                target.Remove(key);
            }
            else if (value is JsonObject inner)
            {
                target[key] = Merge(target[key]?.DeepClone() as JsonObject ?? [], inner);
            }
            else
            {
                target[key] = value.DeepClone();
            }
        }

        return target;
    }
}
