using System.Collections.Immutable;
using Imago.Api.Limits;
using NodaTime;

namespace Imago.Api.Authentication;

/// <summary>Who may sign in here, and what is let through.</summary>
public sealed record IdentityOptions
{
    /// <summary>AZ-42: what <c>az</c> asks a token for. The double slash of its scope is this one plus <c>/.default</c>.</summary>
    public const string AzureAudience = "https://management.core.windows.net/";

    /// <summary>What Azure's SDKs ask a token for.</summary>
    public const string SdkAudience = "https://management.azure.com/";

    /// <summary>Audiences that a token may be for; compared without a trailing slash.</summary>
    public ImmutableArray<string> Audiences { get; init; } = [AzureAudience, SdkAudience];

    /// <summary>An OpenID Connect issuer instead of the built-in one; null: the built-in one.</summary>
    public Uri? ExternalIssuer { get; init; }

    /// <summary>Name of the built-in issuer, the <c>iss</c> of its tokens. Asked for each time: with a port that the system chose it is known only once the server listens.</summary>
    public required Func<string> Issuer { get; init; }

    /// <summary>32 bytes that encrypt the signing keys where they are stored.</summary>
    public required ReadOnlyMemory<byte> DataKey { get; init; }

    public Duration TokenLifetime { get; init; } = Duration.FromHours(1);

    /// <summary>How far clocks may differ.</summary>
    public Duration ClockSkew { get; init; } = Duration.FromMinutes(2);

    /// <summary>How long a key signs before the next one takes over.</summary>
    public Duration KeyRotation { get; init; } = Duration.FromDays(30);

    /// <summary>Whether <c>/metrics</c> answers without a token.</summary>
    public bool AnonymousMetrics { get; init; }

    public LimitOptions Limits { get; init; } = new();

    /// <summary>Whether tokens are made here.</summary>
    public bool IsBuiltIn => ExternalIssuer is null;
}
