using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Cli.Inputs;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Apply;

/// <summary>Reads files of ARM documents, YAML or JSON, one document or several.</summary>
internal static class DesiredFile
{
    private const int LargestBytes = 16 * 1024 * 1024;

    /// <summary>The documents of a file, or of every file of a folder that ends in <c>.yaml</c>, <c>.yml</c> or <c>.json</c>.</summary>
    /// <exception cref="InputException">One of them cannot be read.</exception>
    public static async Task<List<(JsonNode? Document, string Where)>> ReadAsync(IEnumerable<string> files, Terminal terminal, CancellationToken cancellation)
    {
        var documents = new List<(JsonNode? Document, string Where)>();
        foreach (var file in files.SelectMany(Expanded))
        {
            var bytes = await InputFile.BytesAsync(file, LargestBytes, terminal, cancellation);
            if (bytes.Length > LargestBytes)
            {
                throw new InputException($"File '{file}' is larger than {LargestBytes} bytes. Split it.");
            }

            var text = Encoding.UTF8.GetString(bytes.Span).TrimStart('\uFEFF');

            // YAML forbids the tabs that JSON may be indented with.
            documents.AddRange(text.TrimStart() is ['{' or '[', ..] ? Json(file, text) : YamlText.Read(file, text).SelectMany(d => Flat(d.Node, $"{file}:{d.Line}")));
        }

        return documents;
    }

    private static IEnumerable<string> Expanded(string file) => Directory.Exists(file)
        ? Directory.EnumerateFiles(file).Where(f => Path.GetExtension(f).ToLowerInvariant() is ".yaml" or ".yml" or ".json").Order(StringComparer.Ordinal)
        : [file];

    private static IEnumerable<(JsonNode? Document, string Where)> Json(string file, string text)
    {
        try
        {
            return Flat(JsonNodes.Parse(text), file);
        }
        catch (JsonException problem)
        {
            throw new InputException($"File '{file}' is not JSON: {problem.Message}", problem);
        }
    }

    // A list, what a list command prints, and what a template holds all mean their elements.
    private static IEnumerable<(JsonNode? Document, string Where)> Flat(JsonNode? document, string where)
    {
        var elements = document switch
        {
            JsonArray list => list,
            JsonObject whole when whole["type"] is null && whole["id"] is null => (whole["value"] ?? whole["resources"]) as JsonArray,
            _ => null,
        };
        return elements is null ? [(document, where)] : elements.Select((element, i) => (element?.DeepClone(), $"{where}[{i}]"));
    }
}
