using Imago.Api.Limits;
using Imago.Api.OpenApi;
using Imago.Application.Storage;
using Imago.Contracts.Schemas;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.IdentityModel.Tokens;
using NodaTime;

namespace Imago.Api.Authentication;

/// <summary>The built-in issuer's endpoints, in the style of ADFS, which <c>az</c> accepts without asking Azure about it (AZ-36).</summary>
internal static class IssuerEndpoints
{
    private static readonly ValueSchema.Text Text = new() { Longest = 1000 };

    private static readonly EndpointDescription Discovery = new("Issuer_Discover", "The issuer's OpenID Connect discovery document.") { Anonymous = true };
    private static readonly EndpointDescription Keys = new("Issuer_Keys", "The keys that verify its tokens.") { Anonymous = true };
    private static readonly EndpointDescription Token = new("Issuer_SignIn", "A token for a client id and secret.")
    {
        Anonymous = true,
        Takes = "application/x-www-form-urlencoded",
        Body = new ValueSchema.Object(
            "TokenRequest",
            [
                new SchemaProperty("grant_type", Text, "client_credentials"),
                new SchemaProperty("client_id", Text, "App id of a service principal."),
                new SchemaProperty("client_secret", Text, "Its secret."),
                new SchemaProperty("scope", Text, "What the token is for, with /.default at the end; or the parameter resource."),
            ]),
    };

    public static void MapIssuer(this IEndpointRouteBuilder routes)
    {
        // AZ-36: with this style clients leave the tenant out; SDKs that insist on one put it behind.
        foreach (var prefix in (string[])[IssuerAddress.Path, IssuerAddress.Path + "/{tenant}"])
        {
            routes.MapGet($"{prefix}/.well-known/openid-configuration", Discover).WithMetadata(Discovery);
            routes.MapGet($"{prefix}/v2.0/.well-known/openid-configuration", Discover).WithMetadata(Discovery);
            routes.MapGet($"{prefix}/discovery/keys", KeysAsync).WithMetadata(Keys);
            routes.MapPost($"{prefix}/oauth2/token", TokenAsync).WithMetadata(Token);
            routes.MapPost($"{prefix}/oauth2/v2.0/token", TokenAsync).WithMetadata(Token);
        }
    }

    // AZ-38: clients read the two endpoints only; the rest is for those that check tokens.
    private static IResult Discover(HttpContext context, IssuerAddress address, IdentityOptions options)
    {
        var here = address.Of(context);
        return Results.Json(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["issuer"] = options.Issuer(),
            ["authorization_endpoint"] = $"{here}/oauth2/authorize",
            ["token_endpoint"] = $"{here}/oauth2/token",
            ["jwks_uri"] = $"{here}/discovery/keys",
            ["token_endpoint_auth_methods_supported"] = new[] { "client_secret_post", "client_secret_basic" },
            ["response_types_supported"] = new[] { "token" },
            ["grant_types_supported"] = new[] { "client_credentials" },
            ["subject_types_supported"] = new[] { "public" },
            ["id_token_signing_alg_values_supported"] = new[] { SecurityAlgorithms.RsaSha256 },
            ["scopes_supported"] = options.Audiences.Select(a => $"{a}/.default").ToArray(),
        });
    }

    private static async Task<IResult> KeysAsync(SigningKeyRing keys, CancellationToken cancellation)
    {
        var all = await keys.AllAsync(cancellation);
        return Results.Json(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["keys"] = all.Select(k =>
            {
                var numbers = k.Rsa.ExportParameters(includePrivateParameters: false);
                return new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["kty"] = "RSA",
                    ["use"] = "sig",
                    ["alg"] = SecurityAlgorithms.RsaSha256,
                    ["kid"] = k.Stored.KeyId,
                    ["n"] = Base64UrlEncoder.Encode(numbers.Modulus),
                    ["e"] = Base64UrlEncoder.Encode(numbers.Exponent),
                };
            }).ToArray(),
        });
    }

    // AZ-39: the form that az and the SDKs post.
    private static async Task<IResult> TokenAsync(
        HttpContext context, IPrincipalStore store, SecretChecks secrets, TokenIssuer issuer, RateLimits limits, TimeProvider clock, CancellationToken cancellation)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (limits.TakeSignIn(context) is { } wait)
        {
            return TooMany(context, wait, "Too many sign-ins from this address.");
        }

        var (request, problem) = await TokenRequest.ReadAsync(context.Request);
        if (request is null)
        {
            return Refused(StatusCodes.Status400BadRequest, "invalid_request", problem!);
        }

        if (!string.Equals(request.GrantType, "client_credentials", StringComparison.Ordinal))
        {
            return Refused(
                StatusCodes.Status400BadRequest, "unsupported_grant_type", $"Grant type '{Shown(request.GrantType)}' is not supported. Sign in with a service principal: 'client_credentials'.");
        }

        if (issuer.Audience(request.Audience) is not { } audience)
        {
            return Refused(StatusCodes.Status400BadRequest, "invalid_scope", $"There are no tokens for '{Shown(request.Audience!)}' here.");
        }

        // Straight from the store: somebody may have made it, or given it another secret, just now.
        var principal = await store.FindPrincipalAsync(request.ClientId.ToLowerInvariant(), cancellation);
        var enabled = principal?.IsEnabled(Instant.FromDateTimeOffset(clock.GetUtcNow())) == true;
        if (!enabled || !secrets.IsKnownRight(principal!, request.ClientSecret))
        {
            if (limits.WaitAfterFailures(context) is { } pause)
            {
                return TooMany(context, pause, "Too many sign-ins from this address have failed.");
            }

            if (!await secrets.CheckAsync(enabled ? principal : null, request.ClientSecret, cancellation))
            {
                limits.NoteFailedSignIn(context);

                // The same words whether the client, its secret or its being enabled is what is wrong.
                return Refused(
                    StatusCodes.Status401Unauthorized, "invalid_client", $"There is no service principal '{Shown(request.ClientId)}' that is enabled and has this secret.");
            }
        }

        // AZ-40: of a service principal az reads no claims, so there is neither an id_token nor client_info. AZ-45: az keeps the token for expires_in and asks nobody meanwhile.
        return Results.Json(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["token_type"] = "Bearer",
            ["expires_in"] = (long)issuer.Lifetime.TotalSeconds,
            ["ext_expires_in"] = (long)issuer.Lifetime.TotalSeconds,
            ["resource"] = audience,
            ["access_token"] = await issuer.IssueAsync(principal!, audience, cancellation),
        });
    }

    private static IResult TooMany(HttpContext context, TimeSpan wait, string what)
    {
        RateLimits.SetRetryAfter(context, wait);
        return Refused(StatusCodes.Status429TooManyRequests, "temporarily_unavailable", $"{what} Wait as long as the 'Retry-After' header says.");
    }

    private static IResult Refused(int status, string error, string description) => Results.Json(
        new Dictionary<string, string>(StringComparer.Ordinal) { ["error"] = error, ["error_description"] = description }, statusCode: status);

    private static string Shown(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
