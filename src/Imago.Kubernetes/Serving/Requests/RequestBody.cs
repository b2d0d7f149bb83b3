using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Kubernetes.Serving.Answers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Imago.Kubernetes.Serving.Requests;

/// <summary>Bodies: JSON or YAML, of limited length and depth.</summary>
internal sealed class RequestBody(ServingOptions options)
{
    public const string Json = "application/json";
    public const string Yaml = "application/yaml";
    public const string Protobuf = "application/vnd.kubernetes.protobuf";

    /// <summary>The media type alone; JSON if none is said.</summary>
    public static string MediaTypeOf(HttpRequest request)
    {
        var header = request.ContentType;
        return string.IsNullOrEmpty(header) ? Json : header.Split(';')[0].Trim().ToLowerInvariant();
    }

    /// <summary>An object of the API.</summary>
    public async Task<JsonObject> ReadObjectAsync(HttpContext http)
    {
        if (MediaTypeOf(http.Request) is not (Json or Yaml))
        {
            throw UnknownFormat();
        }

        var text = await ReadTextAsync(http);
        if (text.Length == 0)
        {
            throw new RefusedException(StatusDocument.BadRequest("the request has no body: an object is needed"));
        }

        return ParseObject(text, MediaTypeOf(http.Request));
    }

    /// <summary>An object that need not be there, such as the options of a deletion.</summary>
    public async Task<JsonObject?> ReadOptionalAsync(HttpContext http)
    {
        var text = await ReadTextAsync(http);
        return text.Length == 0 ? null : ParseObject(text, MediaTypeOf(http.Request));
    }

    /// <summary>A patch as it stands.</summary>
    public async Task<JsonNode?> ReadPatchAsync(HttpContext http, bool isYaml)
    {
        var text = await ReadTextAsync(http);
        try
        {
            return isYaml ? YamlText.Parse(text, options.DeepestBody) : Parse(text);
        }
        catch (FormatException problem)
        {
            throw new RefusedException(StatusDocument.BadRequest($"error decoding patch: {problem.Message}"));
        }
    }

    public async Task<byte[]> ReadBytesAsync(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = options.LargestBody;
        }

        using var read = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0)
        {
            if (read.Length + count > options.LargestBody)
            {
                throw new RefusedException(new StatusDocument(
                    StatusCodes.Status413PayloadTooLarge, "RequestEntityTooLarge", $"the body of the request was too large: at most {options.LargestBody} bytes are accepted"));
            }

            read.Write(buffer, 0, count);
        }

        return read.ToArray();
    }

    public static RefusedException UnknownFormat() => new(StatusDocument.UnsupportedMediaType(
        $"the body of the request was in an unknown format - accepted media types include: {Json}, {Yaml}"));

    private async Task<string> ReadTextAsync(HttpContext http)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(await ReadBytesAsync(http)).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            throw new RefusedException(StatusDocument.BadRequest("the body of the request is not UTF-8"));
        }
    }

    private JsonObject ParseObject(string text, string type)
    {
        if (type is not (Json or Yaml))
        {
            throw UnknownFormat();
        }

        try
        {
            return (type is Yaml ? YamlText.Parse(text, options.DeepestBody) : Parse(text)) as JsonObject
                ?? throw new RefusedException(StatusDocument.BadRequest("the body of the request is not an object: couldn't get version/kind"));
        }
        catch (FormatException problem)
        {
            throw new RefusedException(StatusDocument.BadRequest($"the body of the request could not be read: {problem.Message}"));
        }
    }

    private JsonNode? Parse(string text)
    {
        try
        {
            var node = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = options.DeepestBody });
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
