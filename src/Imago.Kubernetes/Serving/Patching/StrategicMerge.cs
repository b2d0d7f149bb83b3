using System.Text.Json.Nodes;
using Imago.Kubernetes.Serving.Schemas;

namespace Imago.Kubernetes.Serving.Patching;

/// <summary>
/// Strategic merge patches: as merge patches, but lists whose items have a key are merged item by item, and directives in the patch say what else shall happen:
/// <c>$patch</c>, <c>$retainKeys</c>, <c>$deleteFromPrimitiveList/…</c>, <c>$setElementOrder/…</c>.
/// </summary>
internal static class StrategicMerge
{
    private const string Directive = "$patch";
    private const string RetainKeys = "$retainKeys";
    private const string DeleteFrom = "$deleteFromPrimitiveList/";
    private const string Order = "$setElementOrder/";

    /// <summary>Merges a patch into an object, which it changes.</summary>
    /// <param name="target">The object.</param>
    /// <param name="patch">The patch.</param>
    /// <param name="schema">What is known of the object's fields; null: nothing, and all lists are replaced.</param>
    /// <exception cref="PatchException">A directive is unknown, or an item has no key.</exception>
    public static JsonObject Apply(JsonObject target, JsonObject patch, TypeSchema? schema)
    {
        switch (TextOf(patch[Directive]))
        {
            case null or "merge":
                break;
            case "replace":
                return Cleaned(patch);
            case "delete":
                return [];
            case var other:
                throw new PatchException($"Unknown patch type found: {other}", isFormat: true);
        }

        if (patch[RetainKeys] is JsonArray kept)
        {
            var names = kept.Select(TextOf).ToHashSet(StringComparer.Ordinal);
            foreach (var name in target.Select(p => p.Key).Where(n => !names.Contains(n)).ToList())
            {
                target.Remove(name);
            }
        }

        foreach (var (name, value) in patch)
        {
            if (name[0..Math.Min(1, name.Length)] != "$")
            {
                ApplyField(target, name, value, schema?.Fields.GetValueOrDefault(name));
            }
        }

        Directives(target, patch, schema);
        return target;
    }

    private static void ApplyField(JsonObject target, string name, JsonNode? value, FieldSchema? field)
    {
        switch (value)
        {
            case null:
                target.Remove(name);
                break;
            case JsonObject inner:
                if (target[name] is not JsonObject old || field?.Strategy is PatchStrategy.Replace)
                {
                    target[name] = old = [];
                }

                var merged = Apply(old, inner, TypeOf(field));
                if (!ReferenceEquals(merged, old))
                {
                    target[name] = merged;
                }

                break;
            case JsonArray items when field?.Strategy is PatchStrategy.Merge or PatchStrategy.MergeRetainingKeys:
                target[name] = MergeList(target[name] as JsonArray, items, field);
                break;
            case JsonArray items:
                target[name] = new JsonArray([.. items.Where(i => !IsDirective(i)).Select(i => i is JsonObject o ? Cleaned(o) : i?.DeepClone())]);
                break;
            default:
                target[name] = value.DeepClone();
                break;
        }
    }

    private static JsonArray MergeList(JsonArray? old, JsonArray patch, FieldSchema field)
    {
        // One item that says so replaces the list by the others.
        var result = patch.Any(i => i is JsonObject o && o.Count == 1 && TextOf(o[Directive]) is "replace") ? [] : old?.DeepClone().AsArray() ?? [];
        foreach (var item in patch)
        {
            if (field.MergeKey is not { } key)
            {
                if (!result.Any(r => JsonNode.DeepEquals(r, item)))
                {
                    result.Add(item?.DeepClone());
                }
            }
            else if (item is not JsonObject fields)
            {
                throw new PatchException($"{field.Name}: an item is not an object", isFormat: true);
            }
            else if (fields.Count != 1 || !IsDirective(item))
            {
                MergeItem(result, fields, key, field);
            }
        }

        return result;
    }

    private static void MergeItem(JsonArray list, JsonObject item, string key, FieldSchema field)
    {
        var id = item[key] ?? throw new PatchException($"map: {item.ToJsonString()} does not contain declared merge key: {key}", isFormat: true);
        var at = IndexOf(list, key, id);
        switch (TextOf(item[Directive]))
        {
            case "delete" when at >= 0:
                list.RemoveAt(at);
                break;
            case "delete":
                break;
            case "replace" when at >= 0:
                list[at] = Cleaned(item);
                break;
            default:
                if (at < 0)
                {
                    list.Add(Apply([], item, TypeOf(field)));
                }
                else if (list[at] is JsonObject old && Apply(old, item, TypeOf(field)) is var merged && !ReferenceEquals(merged, old))
                {
                    list[at] = merged;
                }

                break;
        }
    }

    private static void Directives(JsonObject target, JsonObject patch, TypeSchema? schema)
    {
        foreach (var (name, value) in patch)
        {
            if (value is not JsonArray items)
            {
                continue;
            }

            if (name.StartsWith(DeleteFrom, StringComparison.Ordinal) && target[name[DeleteFrom.Length..]] is JsonArray list)
            {
                foreach (var item in items)
                {
                    while (list.FirstOrDefault(l => JsonNode.DeepEquals(l, item)) is { } found)
                    {
                        list.Remove(found);
                    }
                }
            }
            else if (name.StartsWith(Order, StringComparison.Ordinal) && target[name[Order.Length..]] is JsonArray unordered)
            {
                target[name[Order.Length..]] = Ordered(unordered, items, schema?.Fields.GetValueOrDefault(name[Order.Length..])?.MergeKey);
            }
        }
    }

    // What the order names comes in its order; what it does not name stays where it is between the others.
    private static JsonArray Ordered(JsonArray list, JsonArray order, string? key)
    {
        var items = list.Select(i => i?.DeepClone()).ToList();
        var named = order.Select(o => items.Find(i => Same(i, o, key))).OfType<JsonNode>().ToList();
        var next = new Queue<JsonNode>(named);
        return new JsonArray([.. items.Select(i => i is not null && named.Contains(i) ? next.Dequeue() : i)]);
    }

    private static bool Same(JsonNode? item, JsonNode? other, string? key) =>
        key is null ? JsonNode.DeepEquals(item, other) : item is JsonObject left && other is JsonObject right && JsonNode.DeepEquals(left[key], right[key]);

    private static int IndexOf(JsonArray list, string key, JsonNode id)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is JsonObject item && JsonNode.DeepEquals(item[key], id))
            {
                return i;
            }
        }

        return -1;
    }

    private static TypeSchema? TypeOf(FieldSchema? field) => field is null ? null : SchemaBook.Shipped.Find(field.Type);

    private static bool IsDirective(JsonNode? item) => item is JsonObject { Count: 1 } only && only.ContainsKey(Directive);

    private static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static JsonObject Cleaned(JsonObject patch)
    {
        var clean = new JsonObject();
        foreach (var (name, value) in patch)
        {
            if (!name.StartsWith('$') && value is not null)
            {
                clean[name] = value is JsonObject inner ? Cleaned(inner) : value.DeepClone();
            }
        }

        return clean;
    }
}
