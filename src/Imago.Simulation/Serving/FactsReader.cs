using System.Text.Json;
using Imago.Application.Storage;

namespace Imago.Simulation.Serving;

/// <summary>Reads off a stored cluster what its world must know.</summary>
internal static class FactsReader
{
    /// <summary>The facts.</summary>
    /// <param name="clusterKey">Key of the cluster.</param>
    /// <param name="resource">The cluster as stored; null where there is none: names then follow from the key.</param>
    /// <param name="usual">What runs in a cluster that does not say so.</param>
    public static ServedFacts Read(string clusterKey, StoredResource? resource, SampleWorkloads usual)
    {
        var segments = (resource?.Id ?? clusterKey).Split('/', StringSplitOptions.RemoveEmptyEntries);
        var name = segments.Length == 0 ? clusterKey : segments[^1];
        var group = After(segments, "resourceGroups") ?? "group";
        using var document = JsonDocument.Parse(resource?.Document ?? "{}");
        var location = Text(document.RootElement, "location") ?? "local";
        var nodeGroup = document.RootElement.TryGetProperty("properties", out var properties) ? Text(properties, "nodeResourceGroup") : null;
        var workloads = document.RootElement.TryGetProperty("tags", out var tags) && Enum.TryParse<SampleWorkloads>(Text(tags, ServedClusterOptions.WorkloadsTag), ignoreCase: true, out var asked)
            ? asked
            : usual;
        var digits = new Seed(1).Fork(clusterKey).Fork("scale set").Bits % 100_000_000;
        return new ServedFacts(name, nodeGroup ?? $"MC_{group}_{name}_{location}", location, $"{digits:D8}", workloads);
    }

    private static string? After(string[] segments, string word)
    {
        var at = Array.FindIndex(segments, s => string.Equals(s, word, StringComparison.OrdinalIgnoreCase));
        return at >= 0 && at + 1 < segments.Length ? segments[at + 1] : null;
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
