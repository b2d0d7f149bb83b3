using System.Collections.Immutable;
using Imago.Domain.Images;
using NodaTime;

namespace Imago.Api;

/// <summary>What can be chosen about the API.</summary>
public sealed record ApiOptions
{
    /// <summary>The address that clients use, <c>https://host[:port]</c>; null: https and the host that the request names. Links in answers begin with it (AZ-47).</summary>
    public Uri? PublicAddress { get; init; }

    /// <summary>AZ-46: what polling clients are asked to wait; Azure's own clients wait 30 s without it. Whole seconds, at least one.</summary>
    public Duration RetryAfter { get; init; } = Duration.FromSeconds(1);

    /// <summary>CH-71: how long the registration of a feature or provider takes.</summary>
    public Duration FeatureRegistrationTime { get; init; } = Duration.FromMinutes(1);

    /// <summary>The authority where clients get their tokens; null: the built-in one, <c>{address}/adfs</c> (AZ-36).</summary>
    public Uri? LoginEndpoint { get; init; }

    /// <summary>AZ-42: audiences of the tokens that are accepted; Azure's clients ask for the first one.</summary>
    public ImmutableArray<string> Audiences { get; init; } = ["https://management.core.windows.net/", "https://management.azure.com/"];

    /// <summary>The name of this cloud in <c>/metadata/endpoints</c>.</summary>
    public string CloudName { get; init; } = "imago";

    /// <summary>IM-35: the release rings; they decide which image is the latest one for a region.</summary>
    public ReleaseRings Rings { get; init; } = ReleaseRings.Default;

    /// <summary>The largest body of a request, in bytes; larger ones are refused with 413.</summary>
    public int LargestBody { get; init; } = 1024 * 1024;

    /// <summary>The deepest nesting of a body; deeper ones are refused with 413. No document of the service comes near it.</summary>
    public int DeepestBody { get; init; } = 32;
}
