using System.Collections.Immutable;
using System.Security.Cryptography;
using Imago.Application.Storage;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using NodaTime;

namespace Imago.Api.Authentication;

/// <summary>Makes the built-in issuer's access tokens.</summary>
internal sealed class TokenIssuer(SigningKeyRing keys, IdentityOptions options, TimeProvider clock)
{
    public Duration Lifetime => options.TokenLifetime;

    /// <summary>The audience that a scope (<c>https://management.core.windows.net//.default</c>) or resource asks for; null if it is none of ours.</summary>
    public string? Audience(string? asked)
    {
        if (string.IsNullOrWhiteSpace(asked))
        {
            return options.Audiences[0];
        }

        // Only the first scope names the resource; the rest are OpenID Connect's own (offline_access …).
        var resource = asked.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        const string all = "/.default";
        resource = resource.EndsWith(all, StringComparison.Ordinal) ? resource[..^all.Length] : resource;
        return options.Audiences.FirstOrDefault(a => string.Equals(a.TrimEnd('/'), resource.TrimEnd('/'), StringComparison.OrdinalIgnoreCase));
    }

    public async ValueTask<string> IssueAsync(ServicePrincipal principal, string audience, CancellationToken cancellation)
    {
        var key = await keys.CurrentAsync(cancellation);
        var now = Instant.FromDateTimeOffset(clock.GetUtcNow());
        var descriptor = new SecurityTokenDescriptor
        {
            Issuer = options.Issuer(),
            Audience = audience,
            IssuedAt = now.ToDateTimeUtc(),
            NotBefore = now.ToDateTimeUtc(),
            Expires = (now + options.TokenLifetime).ToDateTimeUtc(),
            SigningCredentials = new SigningCredentials(key.Security, SecurityAlgorithms.RsaSha256),
            Claims = ImmutableDictionary.CreateRange(new Dictionary<string, object>
            {
                ["appid"] = principal.AppId,
                ["oid"] = principal.AppId,
                ["sub"] = principal.AppId,
                ["name"] = principal.Name,
                ["idtyp"] = "app",
                ["ver"] = "1.0",
                ["jti"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            }),
        };
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(descriptor);
    }
}
