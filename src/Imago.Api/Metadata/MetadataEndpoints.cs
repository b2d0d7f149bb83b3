using System.Text.Json.Nodes;
using Imago.Api.Pipeline;
using Imago.Api.Routing;

namespace Imago.Api.Metadata;

/// <summary>What a client has to know of this cloud before it can sign in (AZ-1).</summary>
internal sealed class MetadataEndpoints(ApiOptions options) : IRouteSource
{
    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "/metadata/endpoints", "Metadata_Endpoints", VersionSet.None, Get)
        {
            Summary = "Where to sign in and for whom tokens are to be; read by 'az cloud register'.",
            AnswerSchema = "CloudEndpoints",
            Anonymous = true,
        },
    ];

    // AZ-1. An authority whose path is /adfs spares clients the discovery of Entra's instances (AZ-36).
    private ValueTask<ApiAnswer> Get(ApiRequest request) => ValueTask.FromResult(ApiAnswer.Ok(new JsonObject
    {
        ["name"] = options.CloudName,
        ["portal"] = request.Address,

        // There is no graph here, but az 2.74 registers no cloud that does not name one.
        ["graphAudience"] = request.Address,
        ["authentication"] = new JsonObject
        {
            ["loginEndpoint"] = options.LoginEndpoint?.AbsoluteUri.TrimEnd('/') ?? request.Link("/adfs"),
            ["audiences"] = new JsonArray([.. options.Audiences.Select(a => (JsonNode)a)]),
            ["tenant"] = "adfs",
            ["identityProvider"] = "ADFS",
        },
        ["resourceManager"] = request.Address,
        ["suffixes"] = new JsonObject(),
    }));
}
