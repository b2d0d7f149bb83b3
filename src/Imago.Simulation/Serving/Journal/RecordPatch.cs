using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Application.History;
using Imago.Domain.Rollouts.Records;

namespace Imago.Simulation.Serving.Journal;

/// <summary>
/// A rollout record as the difference to the one before. The record of a pool of a thousand nodes takes a few hundred kilobytes and is written several times per node; the
/// difference is a few hundred bytes. The form is that of a JSON merge patch: what is null goes, objects are merged, anything else replaces.
/// </summary>
internal static class RecordPatch
{
    /// <summary>What is to be changed in a record, or in nothing, to get another one.</summary>
    public static JsonElement Between(RolloutRecord? before, RolloutRecord after)
    {
        var old = before is null ? [] : Parse(before);
        return JsonSerializer.SerializeToElement(Difference(old, Parse(after)));
    }

    /// <summary>The record that a patch makes of another one, or of nothing.</summary>
    public static RolloutRecord Apply(RolloutRecord? before, JsonElement patch)
    {
        var document = before is null ? [] : Parse(before);
        Merge(document, patch);
        return RecordText.Read(document.ToJsonString());
    }

    private static JsonObject Parse(RolloutRecord record) => JsonNode.Parse(RecordText.Write(record))!.AsObject();

    private static JsonObject Difference(JsonObject before, JsonObject after)
    {
        var patch = new JsonObject();
        foreach (var (name, value) in after)
        {
            var old = before[name];
            if (value is JsonObject whole && old is JsonObject part)
            {
                if (Difference(part, whole) is { Count: > 0 } inner)
                {
                    patch[name] = inner;
                }
            }
            else if (!JsonNode.DeepEquals(value, old))
            {
                patch[name] = value?.DeepClone();
            }
        }

        foreach (var (name, _) in before.Where(m => m.Value is not null && !after.ContainsKey(m.Key)))
        {
            patch[name] = null;
        }

        return patch;
    }

    private static void Merge(JsonObject target, JsonElement patch)
    {
        foreach (var member in patch.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
            {
                target.Remove(member.Name);
            }
            else if (member.Value.ValueKind == JsonValueKind.Object)
            {
                if (target[member.Name] is not JsonObject inner)
                {
                    target[member.Name] = inner = [];
                }

                Merge(inner, member.Value);
            }
            else
            {
                target[member.Name] = JsonNode.Parse(member.Value.GetRawText());
            }
        }
    }
}
