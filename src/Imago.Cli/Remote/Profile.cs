namespace Imago.Cli.Remote;

/// <summary>Which server the command line talks to, and as whom; what <c>imago login</c> leaves behind.</summary>
internal sealed record Profile
{
    /// <summary>Address of the server, without a path: <c>https://127.0.0.1:8443</c>.</summary>
    public required string Server { get; init; }

    /// <summary>Certificates that the server's own may come from; null where the machine's are enough.</summary>
    public string? CaFile { get; init; }

    public string? Subscription { get; init; }

    /// <summary>The resource group that is meant where none is named.</summary>
    public string? Group { get; init; }

    public string? ClientId { get; init; }

    /// <summary>Of an issuer that serves several; null for the server's own.</summary>
    public string? Tenant { get; init; }

    /// <summary>Only when the user asked to remember it.</summary>
    public string? ClientSecret { get; init; }

    public string? Token { get; init; }

    public DateTimeOffset? TokenExpiresAt { get; init; }
}
