using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Imago.Contracts.Errors;

namespace Imago.Contracts.Documents;

/// <summary>The body of a request: a JSON object that can be read without surprises, or the error that answers it.</summary>
public static class JsonBody
{
    /// <summary>Deeper than any document of ours, far shallower than what troubles the stack.</summary>
    public const int DeepestNesting = 32;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The object, or what is wrong (400); exactly one of them is given.</summary>
    /// <param name="utf8">The body, whose size was limited before.</param>
    public static (JsonObject? Body, ArmError? Error) Parse(ReadOnlyMemory<byte> utf8)
    {
        var text = utf8.Span.StartsWith(ByteOrderMark) ? utf8[ByteOrderMark.Length..] : utf8;
        if (!Utf8.IsValid(text.Span))
        {
            return Wrong("it is not UTF-8 text");
        }

        try
        {
            if (HoldsHalfACharacter(text.Span))
            {
                return Wrong("it holds an escape that is only half a character, such as '\\ud800'");
            }

            // Parsed twice, because nodes find a name that stands twice only later and by an exception.
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = DeepestNesting, AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? (JsonObject.Create(document.RootElement.Clone()), null)
                : Wrong("it is not an object");
        }
        catch (JsonException problem)
        {
            return Wrong($"at line {(problem.LineNumber ?? 0) + 1}, byte {(problem.BytePositionInLine ?? 0) + 1}: {Sentence(problem.Message)}");
        }
    }

    private static bool HoldsHalfACharacter(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = DeepestNesting });
        while (reader.Read())
        {
            if (reader.ValueIsEscaped && reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
            {
                try
                {
                    _ = reader.GetString();
                }
                catch (InvalidOperationException)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static (JsonObject? Body, ArmError? Error) Wrong(string why) =>
        (null, new ArmError(ErrorCodes.InvalidRequestContent, $"The request content was invalid and could not be deserialized: {why}. Send one JSON object."));

    // The runtime's message ends with "LineNumber: 0 | BytePositionInLine: 5.", which ours says in words, and with a period.
    private static string Sentence(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).TrimEnd('.');
    }
}
