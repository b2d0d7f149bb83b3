using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Imago.Api.Authentication;

/// <summary>Bearer tokens (RFC 6750), refused in ARM's words.</summary>
internal sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> schemes, ILoggerFactory loggers, UrlEncoder encoder, ITokenVerifier verifier, IssuerAddress issuer)
    : AuthenticationHandler<AuthenticationSchemeOptions>(schemes, loggers, encoder)
{
    public const string SchemeName = "Bearer";

    private const string Prefix = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count == 0)
        {
            return AuthenticateResult.NoResult();
        }

        if (header.Count > 1 || header[0] is not { } value || !value.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.Fail("The 'Authorization' header is not a bearer token.");
        }

        var verdict = await verifier.VerifyAsync(value[Prefix.Length..].Trim(), Context.RequestAborted);
        return verdict.Principal is { } principal
            ? AuthenticateResult.Success(new AuthenticationTicket(principal, SchemeName))
            : AuthenticateResult.Fail(verdict.Problem!);
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var problem = (await HandleAuthenticateOnceSafeAsync()).Failure?.Message;
        var text = problem ?? "Authentication failed. The 'Authorization' header is missing.";

        // AZ-44: with error="invalid_token" clients neither retry nor ask for more; they print the message.
        Response.Headers[HeaderNames.WWWAuthenticate] =
            $"Bearer authorization_uri=\"{issuer.Of(Context)}\", error=\"invalid_token\", error_description=\"{text.Replace('"', '\'')}\"";
        await RefusalWriter.WriteAsync(Context, StatusCodes.Status401Unauthorized, problem is null ? "AuthenticationFailed" : "InvalidAuthenticationToken", text);
    }
}
