using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Imago.Kubernetes.Serving.Requests;

/// <summary>YAML as the API reads it: one document that could as well be JSON.</summary>
internal static class YamlText
{
    /// <summary>The document as JSON.</summary>
    /// <exception cref="FormatException">It is no YAML, more than one document, or nested too deep.</exception>
    public static JsonNode? Parse(string text, int deepest)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException problem)
        {
            throw new FormatException($"error converting YAML to JSON: yaml: line {problem.Start.Line}: {problem.Message}", problem);
        }

        return stream.Documents.Count switch
        {
            0 => null,
            1 => Convert(stream.Documents[0].RootNode, deepest, new Budget()),
            _ => throw new FormatException("error converting YAML to JSON: there is more than one document"),
        };
    }

    private static JsonNode? Convert(YamlNode node, int deepest, Budget budget)
    {
        // Anchors that refer to anchors grow without end while they are read.
        if (deepest == 0 || --budget.Nodes == 0)
        {
            throw new FormatException("error converting YAML to JSON: the document is nested too deep, or too large");
        }

        switch (node)
        {
            case YamlMappingNode mapping:
                var fields = new JsonObject();
                foreach (var (key, value) in mapping.Children)
                {
                    if (!fields.TryAdd((key as YamlScalarNode)?.Value ?? throw new FormatException("error converting YAML to JSON: a key is not a text"), Convert(value, deepest - 1, budget)))
                    {
                        throw new FormatException($"error converting YAML to JSON: key \"{key}\" already set in map");
                    }
                }

                return fields;
            case YamlSequenceNode sequence:
                return new JsonArray([.. sequence.Children.Select(c => Convert(c, deepest - 1, budget))]);
            default:
                return Scalar((YamlScalarNode)node);
        }
    }

    private static JsonNode? Scalar(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style is not ScalarStyle.Plain)
        {
            return JsonValue.Create(text);
        }

        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => JsonValue.Create(true),
            "false" or "False" or "FALSE" => JsonValue.Create(false),
            _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
            _ when IsNumber(text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
            _ => JsonValue.Create(text),
        };
    }

    // Not every text that .NET reads as a number is one in YAML ("Infinity", for one).
    private static bool IsNumber(string text) => text.All(c => char.IsAsciiDigit(c) || c is '.' or 'e' or 'E' or '+' or '-') && text.Any(char.IsAsciiDigit);

    private sealed class Budget
    {
        public int Nodes { get; set; } = 1_000_000;
    }
}
