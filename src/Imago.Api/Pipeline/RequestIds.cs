using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Imago.Api.Pipeline;

/// <summary>The ids by which a request is found again in logs, in the activity log and at the client.</summary>
/// <param name="Request">Given by us; unique.</param>
/// <param name="Correlation">Shared by everything that the request causes (EV-57): the client's, if it is a GUID, else ours.</param>
/// <param name="Client">The client's own id for the request; null if it gave none that can be repeated in a header.</param>
internal sealed record RequestIds(string Request, string Correlation, string? Client)
{
    public const string RequestHeader = "x-ms-request-id";
    public const string CorrelationHeader = "x-ms-correlation-request-id";
    public const string ClientHeader = "x-ms-client-request-id";

    private const int LongestClientId = 128;

    /// <summary>The ids of a request; the same ones whenever they are asked for.</summary>
    public static RequestIds Of(HttpContext http)
    {
        if (http.Items.TryGetValue(typeof(RequestIds), out var known))
        {
            return (RequestIds)known!;
        }

        var request = NewId();
        var correlation = Guid.TryParse(http.Request.Headers[CorrelationHeader].ToString(), out var given) ? given.ToString("D") : request;
        var client = http.Request.Headers[ClientHeader].ToString();
        var ids = new RequestIds(request, correlation, client.Length is > 0 and <= LongestClientId && client.All(c => c is > ' ' and <= '~') ? client : null);
        http.Items[typeof(RequestIds)] = ids;
        return ids;
    }

    /// <summary>A new random id.</summary>
    public static string NewId() => new Guid(RandomNumberGenerator.GetBytes(16)).ToString("D");

    /// <summary>Repeats the ids in the answer.</summary>
    public void WriteTo(IHeaderDictionary headers)
    {
        headers[RequestHeader] = Request;
        headers[CorrelationHeader] = Correlation;
        if (Client is not null)
        {
            headers[ClientHeader] = Client;
        }
    }
}
