using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Cli.Remote;
using NodaTime.Text;

namespace Imago.Cli.Apply;

/// <summary>Lays what a file names over what the server has. What the file does not name stays; what means the same is no difference.</summary>
internal sealed class DocumentMerge
{
    // The server decides them; a file that was made from what it printed has them all the same.
    private static readonly HashSet<string> ReadOnly = new(StringComparer.OrdinalIgnoreCase)
    {
        "provisioningState", "powerState", "status", "eTag", "currentKubernetesVersion", "currentOrchestratorVersion", "nodeImageVersion", "maxAgentPools",
        "fqdn", "privateFQDN", "azurePortalFQDN", "resourceUID", "principalId", "tenantId",
    };

    // The API takes these in any case and answers in its own spelling.
    private static readonly HashSet<string> AnyCase = new(StringComparer.OrdinalIgnoreCase)
    {
        "location", "nodeOSUpgradeChannel", "upgradeChannel", "mode", "osType", "osSKU", "undrainableNodeBehavior", "barePods", "rebootPolicy", "dayOfWeek", "weekIndex", "day", "tier",
    };

    // One of its members chooses the kind of schedule: a new one takes the place of the old one instead of standing beside it.
    private const string Union = "schedule";

    private readonly List<Difference> _differences = [];

    /// <summary>What the server has with what the file wants, and how they differ.</summary>
    /// <param name="there">Null when the server has nothing.</param>
    /// <param name="wanted">What the file names.</param>
    public static (JsonObject Merged, IReadOnlyList<Difference> Differences) Of(JsonObject? there, JsonObject wanted)
    {
        var merge = new DocumentMerge();
        var merged = (JsonObject)merge.Objects("", (there?.DeepClone() as JsonObject) ?? [], wanted);
        return (merged, merge._differences);
    }

    private JsonNode? Values(string path, string name, JsonNode? there, JsonNode? wanted) => (there, wanted) switch
    {
        (JsonObject a, JsonObject b) => Objects(path, a, b),
        (JsonArray a, JsonArray b) when IsNamed(b) => NamedLists(path, a, b),
        (JsonArray a, JsonArray b) when SameLists(a, b) => a,
        (JsonValue a, JsonValue b) when Same(name, a, b) => a,
        (null, null) => null,

        // An object or a list that was not there and wants nothing is no difference either.
        (null, JsonObject { Count: 0 }) => null,
        _ => Changed(path, there, wanted),
    };

    private JsonNode Objects(string path, JsonObject there, JsonObject wanted)
    {
        foreach (var (name, value) in wanted)
        {
            if (ReadOnly.Contains(name))
            {
                continue;
            }

            // The API finds names in any case; ours must not stand beside its own.
            var known = there.ContainsKey(name) ? name : there.Select(m => m.Key).FirstOrDefault(k => string.Equals(k, name, StringComparison.OrdinalIgnoreCase)) ?? name;
            var before = there[known];

            // Taken out of its place, but the place is kept: a document that is written back reads as it did.
            there[known] = null;
            var after = Values(path.Length == 0 ? known : $"{path}.{known}", known, before, value);
            if (after is null)
            {
                there.Remove(known);
            }
            else
            {
                there[known] = after;
            }
        }

        if (path.EndsWith($".{Union}", StringComparison.Ordinal))
        {
            foreach (var (name, value) in there.Where(m => !wanted.Any(w => string.Equals(w.Key, m.Key, StringComparison.OrdinalIgnoreCase))).ToList())
            {
                there.Remove(name);
                _differences.Add(new($"{path}.{name}", value, null));
            }
        }

        return there;
    }

    // Pools inside a cluster: those that the file does not name stay.
    private JsonArray NamedLists(string path, JsonArray there, JsonArray wanted)
    {
        var merged = there.DeepClone().AsArray();
        foreach (var element in wanted.OfType<JsonObject>())
        {
            var name = element.Text("name")!;
            var at = merged.ToList().FindIndex(e => string.Equals(e.Text("name"), name, StringComparison.OrdinalIgnoreCase));
            if (at < 0)
            {
                merged.Add(Changed($"{path}[{name}]", null, element));
            }
            else
            {
                merged[at] = Objects($"{path}[{name}]", (JsonObject)merged[at]!.DeepClone(), element);
            }
        }

        return merged;
    }

    private JsonNode? Changed(string path, JsonNode? there, JsonNode? wanted)
    {
        _differences.Add(new(path, there?.DeepClone(), wanted?.DeepClone()));
        return wanted?.DeepClone();
    }

    private static bool IsNamed(JsonArray list) => list.Count > 0 && list.All(e => e is JsonObject && e.Text("name") is not null);

    private static bool SameLists(JsonArray one, JsonArray other) => one.Count == other.Count && one.Zip(other).All(pair => Covers(pair.First, pair.Second));

    private static bool Covers(JsonNode? there, JsonNode? wanted)
    {
        var merge = new DocumentMerge();
        merge.Values("", "", there?.DeepClone(), wanted);
        return merge._differences.Count == 0;
    }

    private static bool Same(string name, JsonValue one, JsonValue other)
    {
        var (a, b) = (JsonNodes.TextOf(one), JsonNodes.TextOf(other));

        // AZ-52: numbers come as text, too.
        if (string.Equals(a, b, StringComparison.Ordinal))
        {
            return true;
        }

        if (one.GetValueKind() == JsonValueKind.Number && other.GetValueKind() == JsonValueKind.Number)
        {
            return one.TryGetValue<double>(out var x) && other.TryGetValue<double>(out var y) && x.Equals(y);
        }

        return (AnyCase.Contains(name) && string.Equals(a.Replace(" ", "", StringComparison.Ordinal), b.Replace(" ", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase))
            || (OffsetDateTimePattern.Rfc3339.Parse(a) is { Success: true } at && OffsetDateTimePattern.Rfc3339.Parse(b) is { Success: true } bt && at.Value.ToInstant() == bt.Value.ToInstant());
    }
}
