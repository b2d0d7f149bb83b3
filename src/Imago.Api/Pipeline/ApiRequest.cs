using System.Text.Json.Nodes;
using Imago.Api.Routing;
using Imago.Contracts.Versions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;

namespace Imago.Api.Pipeline;

/// <summary>One request to a route of the table, checked as far as every route wants it.</summary>
internal sealed class ApiRequest
{
    private readonly Uri? _publicAddress;

    public ApiRequest(HttpContext http, ApiRoute route, ApiVersion? apiVersion, Instant now, JsonObject? body, Uri? publicAddress)
    {
        Http = http;
        Route = route;
        ApiVersion = apiVersion;
        Now = now;
        Body = body;
        Ids = RequestIds.Of(http);
        _publicAddress = publicAddress;
    }

    public HttpContext Http { get; }

    public ApiRoute Route { get; }

    /// <summary>The api-version; null for the few routes that have none.</summary>
    public ApiVersion? ApiVersion { get; }

    /// <summary>Read once per request.</summary>
    public Instant Now { get; }

    /// <summary>The body of a route that takes one; null when the route's body may be left out and was.</summary>
    public JsonObject? Body { get; }

    public RequestIds Ids { get; }

    public CancellationToken Cancellation => Http.RequestAborted;

    /// <summary>Who asks, for people.</summary>
    public string Caller => Pipeline.Caller.NameOf(Http.User);

    /// <summary>Who asks, as the issuer identifies them; null without authentication.</summary>
    public string? CallerId => Pipeline.Caller.IdOf(Http.User);

    /// <summary>The subscription in the path, as written.</summary>
    public string Subscription => this["subscription"];

    /// <summary>The resource group in the path, as written.</summary>
    public string Group => this["group"];

    /// <summary>The cluster in the path, as written.</summary>
    public string Cluster => this["cluster"];

    /// <summary>A value in the path, as written.</summary>
    public string this[string name] => (string)Http.GetRouteValue(name)!;

    /// <summary>A query parameter, whose name compares without regard to case; null if it is not there.</summary>
    public string? Query(string name) => Http.Request.Query.TryGetValue(name, out var value) ? value.ToString() : null;

    /// <summary>AZ-47: an absolute https address below ours.</summary>
    public string Link(string pathAndQuery) => $"{Address}{pathAndQuery}";

    /// <summary>Our own address, without a slash at the end. Clients refuse to send tokens over plain http (AZ-42), so it is https also behind a proxy that ends TLS.</summary>
    public string Address => _publicAddress is { } given ? given.GetLeftPart(UriPartial.Authority) : $"https://{Http.Request.Host.ToUriComponent()}";
}
