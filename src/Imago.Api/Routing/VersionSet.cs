using Imago.Api.Pipeline;
using Imago.Api.Providers;
using Imago.Contracts.Errors;
using Imago.Contracts.Versions;
using Microsoft.AspNetCore.Http;

namespace Imago.Api.Routing;

/// <summary>The api-versions that a part of the API answers to.</summary>
internal sealed class VersionSet
{
    private const string Parameter = "api-version";

    // Before this date the resource manager itself did not exist: a version that claims so is a mistake.
    private static readonly ApiVersion First = ApiVersion.Of("2014-04-01");

    private readonly Func<string, (ApiVersion? Version, ArmError? Error)>? _read;

    private VersionSet(string[] listed, Func<string, (ApiVersion? Version, ArmError? Error)>? read)
    {
        Listed = listed;
        _read = read;
    }

    /// <summary>No api-version is asked for.</summary>
    public static VersionSet None { get; } = new([], read: null);

    /// <summary>
    /// The resource manager's own resources: their documents have not changed since, and every client asks with another version. Any date will do; the listed
    /// ones are those that Azure's own clients send.
    /// </summary>
    public static VersionSet Resources { get; } = AnyDate("2024-11-01", "2022-12-01", "2021-07-01", "2021-04-01");

    /// <summary>The activity log.</summary>
    public static VersionSet Insights { get; } = AnyDate("2015-04-01");

    /// <summary>Imago's own additions.</summary>
    public static VersionSet Imago { get; } = Exactly("2026-11-01");

    /// <summary>Managed clusters and what belongs to them.</summary>
    public static VersionSet ContainerService { get; } = new(
        [.. ContainerServiceVersions.NewestFirst.Select(v => v.ToString())], text => ContainerServiceVersions.Read(text, $"{ProviderNames.ContainerService}/managedClusters"));

    /// <summary>Versions to name, newest first.</summary>
    public string[] Listed { get; }

    /// <summary>The api-version of a request, or why it is refused; neither where none is asked for.</summary>
    public (ApiVersion? Version, ApiAnswer? Refusal) Read(HttpRequest request)
    {
        if (_read is null)
        {
            return (null, null);
        }

        var given = request.Query[Parameter];
        if (given.Count != 1 || string.IsNullOrWhiteSpace(given[0]))
        {
            return (null, Problems.Of(
                400, ErrorCodes.MissingApiVersionParameter, $"The api-version query parameter (?api-version=) is required for all requests, once. The supported api-versions are '{string.Join(", ", Listed)}'."));
        }

        var (version, error) = _read(given[0]!);
        return error is null ? (version, null) : (null, Problems.Of(400, error));
    }

    private static VersionSet Exactly(params string[] versions) => new(
        versions, text => ApiVersion.TryParse(text, out var version) && versions.Contains(version.ToString(), StringComparer.Ordinal) ? (version, null) : (null, Invalid(text, versions)));

    private static VersionSet AnyDate(params string[] versions) => new(
        versions, text => ApiVersion.TryParse(text, out var version) && version >= First ? (version, null) : (null, Invalid(text, versions)));

    private static ArmError Invalid(string text, string[] versions) => new(
        ErrorCodes.InvalidApiVersionParameter,
        $"The api-version '{Problems.Quoted(text)}' is invalid. The supported api-versions are '{string.Join(", ", versions)}'.",
        Parameter);
}
