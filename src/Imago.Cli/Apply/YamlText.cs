using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Imago.Cli.Apply;

/// <summary>YAML as JSON, by the rules of YAML 1.2: <c>no</c> is a word and <c>22:00</c> is a time, not a number.</summary>
internal sealed partial class YamlText
{
    // Aliases may blow a short text up without bound.
    private const int MostNodes = 200_000;

    private const int Deepest = 64;

    // Words that look like numbers where the API wants text: 1.30 is a version and not 1.3, and a surge of 1 is "1".
    private static readonly HashSet<string> TextNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "maxSurge", "maxUnavailable", "maxBlockedNodes", "name", "resourceGroup", "subscription", "location", "apiVersion", "startDate", "startTime", "utcOffset", "until", "start", "end",
    };

    private static readonly HashSet<string> TextMaps = new(StringComparer.OrdinalIgnoreCase) { "tags", "nodeLabels" };

    private int _nodes;

    /// <summary>The documents of a text, each with the line at which it begins.</summary>
    /// <exception cref="InputException">It is no YAML.</exception>
    public static IEnumerable<(JsonNode? Node, long Line)> Read(string file, string text)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException problem)
        {
            throw new InputException($"File '{file}', line {problem.Start.Line}: {(problem.InnerException ?? problem).Message}", problem);
        }

        foreach (var document in stream.Documents)
        {
            var reader = new YamlText();
            yield return (reader.Of(document.RootNode, name: null, inTexts: false, depth: 0), document.RootNode.Start.Line);
        }
    }

    private JsonNode? Of(YamlNode node, string? name, bool inTexts, int depth)
    {
        if (++_nodes > MostNodes || depth > Deepest)
        {
            throw new InputException($"Line {node.Start.Line}: the document is too large or too deep: at most {MostNodes} values and {Deepest} levels are read.");
        }

        switch (node)
        {
            case YamlMappingNode map:
                var members = new JsonObject();
                foreach (var (key, value) in map.Children)
                {
                    if (key is not YamlScalarNode { Value: { } member })
                    {
                        throw new InputException($"Line {key.Start.Line}: a name has to be a word.");
                    }

                    members[member] = Of(value, member, name is not null && TextMaps.Contains(name), depth + 1);
                }

                return members;
            case YamlSequenceNode list:
                return new JsonArray([.. list.Children.Select(item => Of(item, name: null, inTexts: false, depth + 1))]);
            case YamlScalarNode scalar:
                return Scalar(scalar, inTexts || (name is not null && (TextNames.Contains(name) || name.EndsWith("Version", StringComparison.OrdinalIgnoreCase))));
            default:
                throw new InputException($"Line {node.Start.Line}: this part of YAML is not understood.");
        }
    }

    private static JsonNode? Scalar(YamlScalarNode scalar, bool isText)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain || (!scalar.Tag.IsEmpty && scalar.Tag.Value == "tag:yaml.org,2002:str"))
        {
            return text;
        }

        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            _ when isText => text,
            "true" or "True" or "TRUE" => true,
            "false" or "False" or "FALSE" => false,
            _ when Whole().IsMatch(text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
            _ when Fraction().IsMatch(text) && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var fraction) => fraction,
            _ => text,
        };
    }

    [GeneratedRegex("^[-+]?[0-9]+$", RegexOptions.None, 1000)]
    private static partial Regex Whole();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fraction();
}
