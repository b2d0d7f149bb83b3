using System.Text.Json;
using System.Text.Unicode;

namespace Imago.Application.Documents;

/// <summary>Bytes that should be a JSON document: either one that can be read without surprises, or a sentence about what is wrong with them.</summary>
internal static class JsonText
{
    /// <summary>Far deeper than any document of ours, far shallower than what troubles the stack.</summary>
    private const int DeepestNesting = 32;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The document, or what is wrong; exactly one of them is given.</summary>
    public static (JsonDocument? Document, string? Wrong) Parse(ReadOnlyMemory<byte> utf8, int largestBytes)
    {
        if (utf8.Length > largestBytes)
        {
            return (null, $"The document is larger than {largestBytes / 1024} KiB, which no maintenance configuration needs. Is it the right file?");
        }

        // Windows editors write the mark; JSON does not know it.
        var text = utf8.Span.StartsWith(ByteOrderMark) ? utf8[ByteOrderMark.Length..] : utf8;
        if (!Utf8.IsValid(text.Span))
        {
            return (null, "The document is not UTF-8 text. Save it as UTF-8.");
        }

        if (text.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            return (null, "The document is empty. Expected a maintenance configuration as JSON.");
        }

        try
        {
            return FirstSurprise(text.Span) is { } wrong ? (null, wrong) : (JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = DeepestNesting }), null);
        }
        catch (JsonException problem)
        {
            return (null, $"The document is not valid JSON at line {problem.LineNumber + 1}, byte {problem.BytePositionInLine + 1}: {Sentence(problem.Message)}");
        }
    }

    // What the reader itself refuses only later and by exceptions: deep nesting, and escapes such as "\ud800" that are half a character.
    private static string? FirstSurprise(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = DeepestNesting + 1 });
        while (reader.Read())
        {
            if (reader.CurrentDepth >= DeepestNesting)
            {
                return $"The document is nested deeper than {DeepestNesting} levels. A maintenance configuration needs six.";
            }

            if (reader.ValueIsEscaped && reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && IsHalfACharacter(ref reader))
            {
                return "The document holds an escape that is only half a character, such as '\\ud800'. Write the character itself.";
            }
        }

        return null;
    }

    private static bool IsHalfACharacter(ref Utf8JsonReader reader)
    {
        try
        {
            _ = reader.GetString();
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    // The runtime's message ends with "LineNumber: 0 | BytePositionInLine: 5.", which ours says in words.
    private static string Sentence(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }
}
