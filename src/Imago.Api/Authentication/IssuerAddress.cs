using Microsoft.AspNetCore.Http;

namespace Imago.Api.Authentication;

/// <summary>Where a client finds the issuer: below the address by which it reached us, whatever that is called for it.</summary>
internal sealed class IssuerAddress(IdentityOptions options)
{
    /// <summary>AZ-36: an authority that ends in <c>/adfs</c> is used without asking anybody else about it.</summary>
    public const string Path = "/adfs";

    public string Of(HttpContext context) =>
        options.ExternalIssuer?.ToString().TrimEnd('/') ?? $"{context.Request.Scheme}://{context.Request.Host.ToUriComponent()}{context.Request.PathBase}{Path}";
}
