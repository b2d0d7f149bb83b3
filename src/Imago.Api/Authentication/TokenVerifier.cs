using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using NodaTime;

namespace Imago.Api.Authentication;

/// <summary>How a token fared.</summary>
/// <param name="Principal">Who it speaks for; null if it is refused.</param>
/// <param name="Problem">Why it is refused, for its sender; null if it is not.</param>
internal sealed record TokenVerdict(ClaimsPrincipal? Principal, string? Problem)
{
    public static TokenVerdict Refused(string problem) => new(null, problem);
}

/// <summary>Judges access tokens.</summary>
internal interface ITokenVerifier
{
    ValueTask<TokenVerdict> VerifyAsync(string token, CancellationToken cancellation);
}

/// <summary>The checks that every token passes, whoever issued it: issuer, audience, time, signature, and an algorithm that proves something.</summary>
internal sealed class TokenChecks(IdentityOptions options, TimeProvider clock)
{
    // Asymmetric ones only: with an HMAC allowed, the public key would do as a secret; and 'none' is no signature.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };

    /// <summary>The token unverified, to see which key it names; null if it is no JSON web token.</summary>
    public JsonWebToken? Read(string token)
    {
        try
        {
            return _handler.CanReadToken(token) ? _handler.ReadJsonWebToken(token) : null;
        }
        catch (Exception malformed) when (malformed is ArgumentException or SecurityTokenException or FormatException)
        {
            return null;
        }
    }

    public async ValueTask<TokenVerdict> CheckAsync(JsonWebToken token, string issuer, IEnumerable<SecurityKey> keys)
    {
        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = issuer,
            ValidateIssuer = true,
            ValidateAudience = true,
            AudienceValidator = (audiences, _, _) => audiences.Any(IsOurs),
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ValidateLifetime = true,
            LifetimeValidator = (notBefore, expires, _, _) => IsNow(notBefore, expires),
            ValidateIssuerSigningKey = true,
            ValidAlgorithms = Algorithms,
            IssuerSigningKeys = keys,
            NameClaimType = "name",
        });
        if (!result.IsValid)
        {
            return TokenVerdict.Refused(Describe(result.Exception));
        }

        return Identify(result.ClaimsIdentity) is { } principal
            ? new TokenVerdict(principal, null)
            : TokenVerdict.Refused("The access token has neither an 'oid' nor a 'sub' claim: it does not say for whom it speaks.");
    }

    // An application's id (appid, azp) identifies nobody: every user of that application carries it. With the built-in issuer all three are the same.
    private static ClaimsPrincipal? Identify(ClaimsIdentity identity)
    {
        if ((identity.FindFirst("oid") ?? identity.FindFirst("sub"))?.Value is not { Length: > 0 } id)
        {
            return null;
        }

        AddMissing("oid", id);
        AddMissing("sub", id);
        AddMissing("name", identity.FindFirst("preferred_username")?.Value ?? identity.FindFirst("upn")?.Value ?? id);
        AddMissing("appid", identity.FindFirst("azp")?.Value ?? id);
        return new ClaimsPrincipal(new ClaimsIdentity(identity.Claims, "Bearer", "name", identity.RoleClaimType));

        void AddMissing(string type, string value)
        {
            if (!identity.HasClaim(c => string.Equals(c.Type, type, StringComparison.Ordinal)))
            {
                identity.AddClaim(new Claim(type, value));
            }
        }
    }

    private bool IsOurs(string audience) => options.Audiences.Any(a => string.Equals(a.TrimEnd('/'), audience.TrimEnd('/'), StringComparison.OrdinalIgnoreCase));

    private bool IsNow(DateTime? notBefore, DateTime? expires)
    {
        var (now, skew) = (clock.GetUtcNow().UtcDateTime, options.ClockSkew.ToTimeSpan());
        return expires is { } end && now < end + skew && (notBefore is null || notBefore <= now + skew);
    }

    // What the library says may quote the token; what is wrong is said in our own words.
    private static string Describe(Exception problem) => problem switch
    {
        SecurityTokenInvalidIssuerException => "The access token was issued by somebody else than this service's issuer.",
        SecurityTokenInvalidAudienceException => "The access token is for another audience.",
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException or SecurityTokenNotYetValidException => "The access token has expired or is not valid yet.",
        SecurityTokenNoExpirationException => "The access token does not expire.",
        SecurityTokenSignatureKeyNotFoundException => "The access token is signed with a key that is not known.",
        SecurityTokenInvalidAlgorithmException => "The access token is signed with an algorithm that is not allowed.",
        SecurityTokenInvalidSignatureException => "The signature of the access token is wrong.",
        _ => "The access token cannot be used.",
    };
}

/// <summary>Tokens of the built-in issuer.</summary>
internal sealed class BuiltInTokenVerifier(SigningKeyRing keys, TokenChecks checks, PrincipalDirectory principals, IdentityOptions options, TimeProvider clock) : ITokenVerifier
{
    public async ValueTask<TokenVerdict> VerifyAsync(string token, CancellationToken cancellation)
    {
        if (checks.Read(token) is not { } read)
        {
            return TokenVerdict.Refused("The access token is not a JSON web token.");
        }

        if (string.IsNullOrEmpty(read.Kid) || await keys.FindAsync(read.Kid, cancellation) is not { } key)
        {
            return TokenVerdict.Refused("The access token is signed with a key that is not known.");
        }

        var verdict = await checks.CheckAsync(read, options.Issuer(), [key.Security]);
        if (verdict.Principal?.FindFirst("appid")?.Value is not { } appId)
        {
            return verdict;
        }

        // A token lives an hour; a principal that was disabled must not.
        var principal = await principals.FindAsync(appId, cancellation);
        return principal is not null && principal.IsEnabled(Instant.FromDateTimeOffset(clock.GetUtcNow()))
            ? verdict
            : TokenVerdict.Refused("The service principal of the access token has been disabled or deleted.");
    }
}
