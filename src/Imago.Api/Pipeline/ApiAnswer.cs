using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Imago.Api.Pipeline;

/// <summary>The answer to one request, before it is written.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">The body; null: none.</param>
internal sealed record ApiAnswer(int Status, JsonNode? Body = null)
{
    /// <summary>Headers beyond those that every answer has.</summary>
    public ImmutableArray<(string Name, string Value)> Headers { get; init; } = [];

    public bool IsRefusal => Status >= 400;

    public static ApiAnswer Ok(JsonNode body) => new(200, body);

    public static ApiAnswer Nothing(int status = 204) => new(status);

    public ApiAnswer With(string name, string value) => this with { Headers = Headers.Add((name, value)) };

    public ApiAnswer WithETag(string? etag) => etag is null ? this : With("ETag", $"\"{etag}\"");
}
