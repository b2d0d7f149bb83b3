using System.Text;
using System.Text.Json.Nodes;
using Imago.Kubernetes.Serving.Answers;
using Imago.Kubernetes.Serving.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Imago.Kubernetes.Serving.Requests;

/// <summary>Bodies: JSON, YAML or protobuf, of limited length and depth.</summary>
internal sealed class RequestBody(ServingOptions options)
{
    private const string Json = "application/json";
    private const string Yaml = "application/yaml";
    private const string Protobuf = "application/vnd.kubernetes.protobuf";

    /// <summary>The media type alone; JSON if none is said.</summary>
    public static string MediaTypeOf(HttpRequest request)
    {
        var header = request.ContentType;
        return string.IsNullOrEmpty(header) ? Json : header.Split(';')[0].Trim().ToLowerInvariant();
    }

    /// <summary>An object of the API.</summary>
    public async Task<JsonObject> ReadObjectAsync(HttpContext http)
    {
        if (!IsKnown(MediaTypeOf(http.Request)))
        {
            throw UnknownFormat();
        }

        return await ReadOptionalAsync(http) ?? throw new RefusedException(StatusDocument.BadRequest("the request has no body: an object is needed"));
    }

    /// <summary>An object that need not be there, such as the options of a deletion.</summary>
    public async Task<JsonObject?> ReadOptionalAsync(HttpContext http)
    {
        var bytes = await ReadBytesAsync(http);
        return bytes.Length == 0 ? null : ParseObject(bytes, MediaTypeOf(http.Request));
    }

    /// <summary>A patch as it stands.</summary>
    public async Task<JsonNode?> ReadPatchAsync(HttpContext http, bool isYaml)
    {
        var bytes = await ReadBytesAsync(http);
        try
        {
            return Parse(bytes, isYaml);
        }
        catch (FormatException problem)
        {
            throw new RefusedException(StatusDocument.BadRequest($"error decoding patch: {problem.Message}"));
        }
    }

    private async Task<byte[]> ReadBytesAsync(HttpContext http)
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

    private static RefusedException UnknownFormat() => new(StatusDocument.UnsupportedMediaType(
        $"the body of the request was in an unknown format - accepted media types include: {Json}, {Yaml}, {Protobuf}"));

    private static bool IsKnown(string type) => type is Json or Yaml or Protobuf;

    private JsonObject ParseObject(byte[] bytes, string type)
    {
        if (!IsKnown(type))
        {
            throw UnknownFormat();
        }

        try
        {
            return type is Protobuf
                ? ProtobufDocument.Read(bytes, options.DeepestBody)
                : Parse(bytes, type is Yaml) as JsonObject
                    ?? throw new RefusedException(StatusDocument.BadRequest("the body of the request is not an object: couldn't get version/kind"));
        }
        catch (FormatException problem)
        {
            throw new RefusedException(StatusDocument.BadRequest($"the body of the request could not be read: {problem.Message}"));
        }
    }

    private JsonNode? Parse(byte[] bytes, bool isYaml)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException problem)
        {
            throw new FormatException("it is not UTF-8", problem);
        }

        return isYaml ? YamlText.Parse(text, options.DeepestBody) : JsonText.Parse(text, options.DeepestBody);
    }
}
