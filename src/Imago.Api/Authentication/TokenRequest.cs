using System.Text;
using Microsoft.AspNetCore.Http;

namespace Imago.Api.Authentication;

/// <summary>A request for a token (RFC 6749 §4.4), with the client's credentials from the form or from a Basic header (§2.3.1).</summary>
internal sealed record TokenRequest(string GrantType, string ClientId, string ClientSecret, string? Audience)
{
    // A client id and a secret of ours are far shorter; what is longer is not worth hashing.
    private const int LongestCredential = 1024;

    /// <summary>Reads it; the problem if it cannot be read.</summary>
    public static async ValueTask<(TokenRequest? Request, string? Problem)> ReadAsync(HttpRequest request)
    {
        if (!request.HasFormContentType)
        {
            return (null, "The body must be of type application/x-www-form-urlencoded.");
        }

        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(request.HttpContext.RequestAborted);
        }
        catch (Exception malformed) when (malformed is InvalidDataException or BadHttpRequestException)
        {
            return (null, "The form cannot be read.");
        }

        var (id, secret) = ((string?)form["client_id"], (string?)form["client_secret"]);
        if (Basic(request.Headers.Authorization) is { } basic)
        {
            if (!string.IsNullOrEmpty(secret))
            {
                return (null, "The client's credentials are given twice: in the form and in the Authorization header.");
            }

            (id, secret) = basic;
        }

        if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(secret))
        {
            return (null, "'client_id' and 'client_secret' are needed, in the form or as a Basic Authorization header.");
        }

        if (id.Length > LongestCredential || secret.Length > LongestCredential)
        {
            return (null, $"'client_id' and 'client_secret' have at most {LongestCredential} characters.");
        }

        // v2 endpoints are asked with a scope, v1 ones with a resource.
        var audience = form["scope"].Count > 0 ? form["scope"].ToString() : form["resource"].ToString();
        return (new TokenRequest(form["grant_type"].ToString(), id, secret, audience), null);
    }

    private static (string Id, string Secret)? Basic(string? header)
    {
        const string prefix = "Basic ";
        if (header is null || !header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var encoded = header[prefix.Length..].Trim();
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var length))
        {
            return null;
        }

        // Both parts are form-encoded, so that a colon in one of them is not the one between them.
        return Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2) is [var id, var secret] ? (Uri.UnescapeDataString(id), Uri.UnescapeDataString(secret)) : null;
    }
}
