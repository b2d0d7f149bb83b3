using System.Collections.Immutable;
using NodaTime;

namespace Imago.Server.Certificates;

/// <summary>How certificates are made.</summary>
/// <param name="Names">Host names and addresses beyond loopback's that the server is reached by.</param>
public sealed record CertificateOptions(ImmutableArray<string> Names)
{
    /// <summary>The authority lives long: every client has been told to trust it.</summary>
    public static readonly Duration AuthorityLifetime = Duration.FromDays(3650);

    /// <summary>The server's own certificate lives short, and is made anew before it ends.</summary>
    public static readonly Duration Lifetime = Duration.FromDays(90);

    /// <summary>How long before its end it is made anew.</summary>
    public static readonly Duration RenewBefore = Duration.FromDays(30);

    // A clock that is a little behind must not find it not yet valid.
    internal static readonly Duration Backdated = Duration.FromHours(1);

    /// <summary>All names that the certificate is for.</summary>
    public IEnumerable<string> AllNames => new[] { "127.0.0.1", "::1", "localhost" }.Concat(Names).Distinct(StringComparer.OrdinalIgnoreCase);
}
