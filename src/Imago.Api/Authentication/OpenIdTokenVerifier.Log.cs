using Microsoft.Extensions.Logging;

namespace Imago.Api.Authentication;

internal sealed partial class OpenIdTokenVerifier
{
    [LoggerMessage(LogLevel.Error, "The OpenID Connect issuer could not be asked for its keys: {Reason}")]
    private partial void IssuerUnreachable(string reason);
}
