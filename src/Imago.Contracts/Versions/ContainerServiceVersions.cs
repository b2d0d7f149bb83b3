using System.Collections.Immutable;
using Imago.Contracts.Errors;

namespace Imago.Contracts.Versions;

/// <summary>The api-versions of <c>Microsoft.ContainerService</c> that are served.</summary>
/// <remarks>CH-70: the property <c>nodeOSUpgradeChannel</c> exists in all of them; what came before is not served.</remarks>
public static class ContainerServiceVersions
{
    /// <summary>Stable versions, oldest first.</summary>
    public static ImmutableArray<ApiVersion> Stable { get; } = Each(
        "", "2023-06-01", "2023-07-01", "2023-08-01", "2023-09-01", "2023-10-01", "2023-11-01",
        "2024-01-01", "2024-02-01", "2024-05-01", "2024-06-01", "2024-07-01", "2024-08-01", "2024-09-01", "2024-10-01",
        "2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01", "2025-05-01", "2025-06-01", "2025-07-01", "2025-08-01", "2025-09-01", "2025-10-01",
        "2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01");

    /// <summary>Previews, oldest first.</summary>
    public static ImmutableArray<ApiVersion> Previews { get; } = Each(
        "-preview", "2022-11-02", "2023-01-02", "2023-02-02", "2023-03-02", "2023-04-02", "2023-05-02", "2023-06-02", "2023-07-02", "2023-08-02", "2023-09-02",
        "2023-10-02", "2023-11-02", "2024-01-02", "2024-02-02", "2024-03-02", "2024-04-02", "2024-05-02", "2024-06-02", "2024-07-02", "2024-09-02", "2024-10-02",
        "2025-01-02", "2025-02-02", "2025-03-02", "2025-04-02", "2025-05-02", "2025-06-02", "2025-07-02", "2025-08-02", "2025-09-02", "2025-10-02",
        "2026-01-02", "2026-02-02", "2026-03-02");

    /// <summary>All of them, newest first, as <c>az</c> expects a provider to list them: it takes the first one (AZ-60).</summary>
    public static ImmutableArray<ApiVersion> NewestFirst { get; } = [.. Stable.Reverse(), .. Previews.Reverse()];

    /// <summary>The newest stable version: the shape in which documents are stored.</summary>
    public static ApiVersion Newest => Stable[^1];

    /// <summary>The version a request names, or the error that answers it (400); exactly one of them is given.</summary>
    /// <param name="text">The query parameter <c>api-version</c>; null or empty if it is missing.</param>
    /// <param name="type">The resource type that was asked for, for the message.</param>
    public static (ApiVersion? Version, ArmError? Error) Read(string? text, string type)
    {
        if (string.IsNullOrEmpty(text))
        {
            return (null, new ArmError(ErrorCodes.MissingApiVersionParameter, "The api-version query parameter (?api-version=) is required for all requests."));
        }

        var shown = text.Length <= 60 ? text : text[..57] + "...";
        if (!ApiVersion.TryParse(text, out var version))
        {
            return (null, new ArmError(ErrorCodes.InvalidApiVersionParameter, $"The api-version '{shown}' is invalid. {Supported}"));
        }

        return Stable.Contains(version) || Previews.Contains(version)
            ? (version, null)
            : (null, new ArmError(ErrorCodes.NoRegisteredProviderFound, $"No registered resource provider found for API version '{shown}' for type '{type}'. {Supported}"));
    }

    private static string Supported => $"The supported api-versions are '{string.Join(", ", NewestFirst)}'.";

    private static ImmutableArray<ApiVersion> Each(string suffix, params ReadOnlySpan<string> dates)
    {
        var versions = ImmutableArray.CreateBuilder<ApiVersion>(dates.Length);
        foreach (var date in dates)
        {
            versions.Add(ApiVersion.Of(date + suffix));
        }

        return versions.MoveToImmutable();
    }
}
