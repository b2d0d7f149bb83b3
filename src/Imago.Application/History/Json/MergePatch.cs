using System.Text.Json.Nodes;

namespace Imago.Application.History.Json;

/// <summary>Differences of JSON objects as RFC 7396 writes them: what is new or different, and null for what is gone. Nothing of ours writes nulls as values.</summary>
internal static class MergePatch
{
    /// <summary>What turns one object into another; null if nothing does, because they are the same.</summary>
    public static JsonObject? Between(JsonObject before, JsonObject after)
    {
        var patch = new JsonObject();
        foreach (var (name, _) in before)
        {
            if (!after.ContainsKey(name))
            {
                patch[name] = null;
            }
        }

        foreach (var (name, value) in after)
        {
            var old = before[name];
            if (value is JsonObject inner && old is JsonObject oldInner)
            {
                if (Between(oldInner, inner) is { } change)
                {
                    patch[name] = change;
                }
            }
            else if (!JsonNode.DeepEquals(old, value))
            {
                patch[name] = value?.DeepClone();
            }
        }

        return patch.Count == 0 ? null : patch;
    }

    /// <summary>The object after a change.</summary>
    public static JsonObject Apply(JsonObject before, JsonObject patch)
    {
        var after = (JsonObject)before.DeepClone();
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                after.Remove(name);
            }
            else
            {
                after[name] = value is JsonObject inner ? Apply(after[name] as JsonObject ?? [], inner) : value.DeepClone();
            }
        }

        return after;
    }
}
