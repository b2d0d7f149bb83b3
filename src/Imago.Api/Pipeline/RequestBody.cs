using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Imago.Contracts.Errors;
using Microsoft.AspNetCore.Http;

namespace Imago.Api.Pipeline;

/// <summary>Reads the JSON object in the body of a request, or answers what is wrong with it. Nothing of it is built before size, depth and text are known to be sound.</summary>
internal static class RequestBody
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The object, or the refusal; exactly one of them is given.</summary>
    /// <param name="request">The request.</param>
    /// <param name="options">How large and how deep a body may be.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <param name="mayBeEmpty">Whether no body means an object without properties; else it is refused.</param>
    public static async ValueTask<(JsonObject? Body, ApiAnswer? Refusal)> ReadAsync(
        HttpRequest request, ApiOptions options, CancellationToken cancellation, bool mayBeEmpty = false)
    {
        var mediaType = (request.ContentType ?? "").Split(';')[0].Trim();
        if (mediaType.Length > 0 && !mediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) && !mediaType.EndsWith("+json", StringComparison.OrdinalIgnoreCase))
        {
            return (null, Problems.Of(415, ErrorCodes.UnsupportedMediaType, $"The content media type '{Problems.Quoted(mediaType)}' is not supported. Only 'application/json' is supported."));
        }

        var bytes = await ReadBytesAsync(request, options.LargestBody, cancellation);
        return bytes is null
            ? (null, Problems.Of(413, ErrorCodes.RequestEntityTooLarge, $"The request content is larger than {options.LargestBody} bytes, which is the most that is accepted. Send less."))
            : bytes.Value.IsEmpty && mayBeEmpty ? ([], null) : Parse(bytes.Value, options.DeepestBody);
    }

    private static (JsonObject? Body, ApiAnswer? Refusal) Parse(ReadOnlyMemory<byte> bytes, int deepest)
    {
        var text = bytes.Span.StartsWith(ByteOrderMark) ? bytes[ByteOrderMark.Length..] : bytes;
        if (text.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            return (null, Invalid("The request content is empty. Send a JSON object."));
        }

        if (!Utf8.IsValid(text.Span))
        {
            return (null, Invalid("The request content is not UTF-8 text. Send JSON encoded as UTF-8."));
        }

        try
        {
            if (FirstSurprise(text.Span, deepest) is { } surprise)
            {
                return (null, surprise);
            }

            var node = JsonNode.Parse(text.Span, documentOptions: new JsonDocumentOptions { MaxDepth = deepest, AllowDuplicateProperties = false });
            return node is JsonObject body
                ? (body, null)
                : (null, Invalid($"The request content is {(node is null ? "null" : node.GetValueKind().ToString().ToLowerInvariant())}. Send a JSON object."));
        }
        catch (JsonException problem)
        {
            var where = problem.LineNumber is { } line ? $" at line {line + 1}, byte {problem.BytePositionInLine + 1}" : "";
            return (null, Invalid($"The request content is not valid JSON{where}: {Sentence(problem.Message)}"));
        }
    }

    // What the reader itself refuses only later and by exceptions: deep nesting, and escapes that are no text.
    private static ApiAnswer? FirstSurprise(ReadOnlySpan<byte> text, int deepest)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = deepest + 1 });
        while (reader.Read())
        {
            if (reader.CurrentDepth >= deepest)
            {
                return Problems.Of(413, ErrorCodes.RequestEntityTooLarge, $"The request content is nested deeper than {deepest} levels, which no resource of this service needs.");
            }

            if (reader.ValueIsEscaped && reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && !IsText(ref reader))
            {
                return Invalid("The request content holds an escape that is no text: half a character, such as '\\ud800', or '\\u0000'. Write the character itself.");
            }
        }

        return null;
    }

    private static bool IsText(ref Utf8JsonReader reader)
    {
        try
        {
            // Databases refuse the character with the number 0 in text.
            return !reader.GetString()!.Contains('\0', StringComparison.Ordinal);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static async ValueTask<ReadOnlyMemory<byte>?> ReadBytesAsync(HttpRequest request, int largest, CancellationToken cancellation)
    {
        if (request.ContentLength > largest)
        {
            return null;
        }

        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(cancellation);
            if (read.Buffer.Length > largest)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                return null;
            }

            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return bytes;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static ApiAnswer Invalid(string message) => Problems.Of(400, ErrorCodes.InvalidRequestContent, message);

    // The runtime's message ends with "LineNumber: 0 | BytePositionInLine: 5.", which ours says in words.
    private static string Sentence(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var path = message.IndexOf(" Path:", StringComparison.Ordinal);
        var cut = (end, path) switch { ( < 0, _) => path, (_, < 0) => end, _ => Math.Min(end, path) };
        return cut < 0 ? message : message[..cut];
    }
}
