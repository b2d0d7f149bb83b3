using System.IO.Compression;
using System.Text.Json.Nodes;

namespace Imago.Simulation.Tests.Serving.Twins.Kit;

/// <summary>What a real API server has answered.</summary>
internal static class Recorded
{
    private static readonly Lazy<List<JsonObject>> All = new(Read);

    /// <summary>The body of the first answer to a request, by its name and part of its path.</summary>
    public static JsonObject Body(string by, string path) => All.Value
        .First(e => e["by"]!.GetValue<string>() == by && e["request"]!["path"]!.GetValue<string>().Contains(path, StringComparison.Ordinal) && e["response"]!["body"] is JsonObject)["response"]!["body"]!.AsObject();

    /// <summary>The paths of all members of a document; those of lists are those of their items.</summary>
    public static IEnumerable<string> Members(JsonNode? node, string at = "")
    {
        switch (node)
        {
            case JsonObject members:
                return members.SelectMany(m => Members(m.Value, $"{at}.{m.Key}").Prepend($"{at}.{m.Key}")).Distinct();
            case JsonArray items:
                return items.SelectMany(i => Members(i, $"{at}[]")).Distinct();
            default:
                return [];
        }
    }

    private static List<JsonObject> Read()
    {
        using var packed = typeof(Recorded).Assembly.GetManifestResourceStream("kubernetes-wire.jsonl.gz")!;
        using var lines = new StreamReader(new GZipStream(packed, CompressionMode.Decompress));
        var all = new List<JsonObject>();
        while (lines.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                all.Add(JsonNode.Parse(line)!.AsObject());
            }
        }

        return all;
    }
}
