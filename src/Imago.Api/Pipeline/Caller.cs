using System.Security.Claims;

namespace Imago.Api.Pipeline;

/// <summary>Who asks.</summary>
internal static class Caller
{
    // Which claim says who somebody is, best first; issuers differ.
    private static readonly string[] NameClaims = ["name", "appid", "oid", "sub"];
    private static readonly string[] IdClaims = ["appid", "oid", "sub"];

    /// <summary>For people.</summary>
    public static string NameOf(ClaimsPrincipal user) => Claim(user, NameClaims) ?? "anonymous";

    /// <summary>As the issuer identifies them; null without authentication.</summary>
    public static string? IdOf(ClaimsPrincipal user) => Claim(user, IdClaims);

    private static string? Claim(ClaimsPrincipal user, string[] types) => types.Select(t => user.FindFirstValue(t)).FirstOrDefault(v => !string.IsNullOrWhiteSpace(v));
}
