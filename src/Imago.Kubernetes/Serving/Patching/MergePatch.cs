using System.Text.Json.Nodes;

namespace Imago.Kubernetes.Serving.Patching;

/// <summary>JSON Merge Patch (RFC 7386).</summary>
internal static class MergePatch
{
    /// <summary>Merges a patch into an object, which it changes.</summary>
    public static JsonObject Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            switch (value)
            {
                case null:
                    target.Remove(name);
                    break;
                case JsonObject inner:
                    // Merged into nothing as well: the nulls of a patch never become values.
                    var old = target[name] as JsonObject;
                    if (old is null)
                    {
                        target[name] = old = [];
                    }

                    Apply(old, inner);
                    break;
                default:
                    target[name] = value.DeepClone();
                    break;
            }
        }

        return target;
    }
}
