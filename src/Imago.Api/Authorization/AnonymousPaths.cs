using Microsoft.AspNetCore.Http;

namespace Imago.Api.Authorization;

/// <summary>The few things that answer without a token: everything else needs one, whatever endpoints there will be.</summary>
internal static class AnonymousPaths
{
    private static readonly PathString Metrics = "/metrics";
    private static readonly PathString Issuer = "/adfs";
    private static readonly PathString OpenApi = "/openapi";

    private static readonly PathString[] Probes = ["/healthz", "/readyz"];

    // AZ-1: clients read it before they know where to sign in.
    private static readonly PathString Metadata = "/metadata/endpoints";

    /// <summary>Whether it asks whether the server lives or is ready.</summary>
    public static bool IsProbe(PathString path) => Array.Exists(Probes, p => IsPath(path, p));

    /// <summary>Whether the request may come without a token.</summary>
    public static bool Allow(HttpRequest request, bool anonymousMetrics)
    {
        var path = request.Path;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        {
            return IsProbe(path) || IsPath(path, Metadata)
                || path.StartsWithSegments(OpenApi, StringComparison.OrdinalIgnoreCase)
                || path.StartsWithSegments(Issuer, StringComparison.OrdinalIgnoreCase)
                || (anonymousMetrics && IsPath(path, Metrics));
        }

        // Signing in is a POST; it changes nothing.
        return HttpMethods.IsPost(request.Method) && IsTokenPath(path);
    }

    private static bool IsTokenPath(PathString path) =>
        path.StartsWithSegments(Issuer, StringComparison.OrdinalIgnoreCase)
        && path.Value!.TrimEnd('/').EndsWith("/token", StringComparison.OrdinalIgnoreCase);

    private static bool IsPath(PathString path, PathString other) => path.StartsWithSegments(other, StringComparison.OrdinalIgnoreCase, out var rest) && rest.Value is null or "" or "/";
}
