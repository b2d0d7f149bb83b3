using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Imago.Kubernetes.Serving.Requests;

/// <summary>JSON as the API reads it.</summary>
internal static class JsonText
{
    /// <summary>The document.</summary>
    /// <exception cref="FormatException">It is no JSON, nested too deep, or has a key twice.</exception>
    public static JsonNode? Parse(string text, int deepest)
    {
        try
        {
            var node = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = deepest });
            Touch(node);
            return node;
        }
        catch (JsonException problem)
        {
            throw new FormatException(IsCutShort(text, problem) ? "unexpected end of JSON input" : problem.Message, problem);
        }
        catch (ArgumentException problem)
        {
            // A key that is there twice is noticed when the object is looked into.
            throw new FormatException(problem.Message, problem);
        }
    }

    private static bool IsCutShort(string text, JsonException problem) =>
        problem.BytePositionInLine >= Encoding.UTF8.GetByteCount(text.AsSpan(text.LastIndexOf('\n') + 1)) && problem.LineNumber >= text.AsSpan().Count('\n');

    // Objects are read lazily: look into all of them now, so that what is wrong is told where requests are refused.
    private static void Touch(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (_, value) in fields)
                {
                    Touch(value);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Touch(item);
                }

                break;
        }
    }
}
