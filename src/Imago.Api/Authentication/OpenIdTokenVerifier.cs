using Microsoft.Extensions.Logging;
using System.Collections.Immutable;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Imago.Api.Authentication;

/// <summary>Tokens of an OpenID Connect issuer elsewhere (Entra ID, Keycloak …): its discovery document and keys are fetched, kept, and fetched again for a key that is not known.</summary>
internal sealed partial class OpenIdTokenVerifier(IConfigurationManager<OpenIdConnectConfiguration> issuer, TokenChecks checks, ILogger<OpenIdTokenVerifier> log) : ITokenVerifier
{
    public async ValueTask<TokenVerdict> VerifyAsync(string token, CancellationToken cancellation)
    {
        if (checks.Read(token) is not { } read)
        {
            return TokenVerdict.Refused("The access token is not a JSON web token.");
        }

        try
        {
            var known = await issuer.GetConfigurationAsync(cancellation);
            if (Key(known, read.Kid).IsEmpty)
            {
                // The issuer may have changed its keys. How often it is really asked again is limited by the library.
                issuer.RequestRefresh();
                known = await issuer.GetConfigurationAsync(cancellation);
            }

            var keys = Key(known, read.Kid);
            return keys.IsEmpty
                ? TokenVerdict.Refused("The access token is signed with a key that is not known.")
                : await checks.CheckAsync(read, known.Issuer, keys);
        }
        catch (InvalidOperationException unreachable)
        {
            IssuerUnreachable(unreachable.Message);
            return TokenVerdict.Refused("The token issuer could not be asked for its keys; try again later.");
        }
    }

    // A token without a key id is tried with each key: some issuers have only one and do not name it.
    private static ImmutableArray<SecurityKey> Key(OpenIdConnectConfiguration known, string? keyId) =>
        [.. known.SigningKeys.Where(k => string.IsNullOrEmpty(keyId) || string.Equals(k.KeyId, keyId, StringComparison.Ordinal))];
}
