using System.Net;
using System.Text.Json.Nodes;
using Shouldly;

namespace Imago.Api.Tests.Kit;

/// <summary>What came back.</summary>
internal sealed record Answer(HttpStatusCode Status, string Text, ILookup<string, string> Headers)
{
    /// <summary>The body, which has to be a JSON object.</summary>
    public JsonObject Json => JsonNode.Parse(Text).ShouldBeOfType<JsonObject>();

    public JsonObject Properties => (JsonObject)Json["properties"]!;

    public string? ErrorCode => (string?)Json["error"]?["code"];

    public string ErrorMessage => (string?)Json["error"]?["message"] ?? "";

    public string? Header(string name) => Headers[name].SingleOrDefault();

    /// <summary>Path and query of a link in a header, which has to be an absolute https address of the server's own.</summary>
    public string Link(string name)
    {
        var link = new Uri(Header(name).ShouldNotBeNull());
        link.GetLeftPart(UriPartial.Authority).ShouldBe("https://imago.test");
        return link.PathAndQuery;
    }

    public static async Task<Answer> OfAsync(HttpResponseMessage response) => new(
        response.StatusCode,
        await response.Content.ReadAsStringAsync(),
        response.Headers.Concat(response.Content.Headers).SelectMany(h => h.Value.Select(v => (h.Key, v))).ToLookup(h => h.Key, h => h.v, StringComparer.OrdinalIgnoreCase));
}
