using Imago.Api.Pipeline;
using Imago.Api.Providers;
using Imago.Contracts.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;

namespace Imago.Api.Routing;

/// <summary>Answers what no route takes: another method than the path has (405), or a path that is not there (404), in the resource manager's words.</summary>
internal sealed class UnknownPath(EndpointDataSource endpoints)
{
    public const string Pattern = "{**path}";

    private static readonly RouteValueDictionary Nothing = [];

    private readonly Lazy<(TemplateMatcher Matcher, string[] Methods)[]> _known = new(() => [.. Known(endpoints)]);

    public Task InvokeAsync(HttpContext http) => AnswerWriter.WriteAsync(http, AnswerTo(http.Request));

    private ApiAnswer AnswerTo(HttpRequest request)
    {
        var methods = MethodsOf(request.Path);
        if (methods.Length > 0)
        {
            return Problems.Of(405, ErrorCodes.HttpMethodNotAllowed, $"This path does not take {Problems.Quoted(request.Method)}. It takes {string.Join(", ", methods)}.")
                .With("Allow", string.Join(", ", methods));
        }

        var segments = (request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        var provider = Array.FindLastIndex(segments, s => s.Equals("providers", StringComparison.OrdinalIgnoreCase));
        if (segments.Length == 0 || (!segments[0].Equals("subscriptions", StringComparison.OrdinalIgnoreCase) && provider != 0))
        {
            return Problems.Of(404, "MissingSubscription", "The request did not have a subscription or a valid tenant level resource provider.");
        }

        if (provider < 0 || provider + 1 >= segments.Length)
        {
            return Problems.Of(404, ErrorCodes.InvalidResourceType, $"There is nothing at '{Problems.Quoted(request.Path.Value!)}'. What is served is listed at /openapi.");
        }

        var @namespace = segments[provider + 1];
        if (ProviderNames.Find(@namespace) is not { } known)
        {
            return ProviderEndpoints.UnknownNamespace(@namespace);
        }

        // Types and names take turns after the namespace.
        var type = string.Join('/', segments[(provider + 2)..].Where((_, i) => i % 2 == 0));
        return Problems.Of(
            404, ErrorCodes.InvalidResourceType,
            $"The resource type '{Problems.Quoted(type)}' could not be found in the namespace '{known}' for api version '{Problems.Quoted(request.Query["api-version"].ToString())}'. What is served is listed at /openapi.");
    }

    private string[] MethodsOf(PathString path) =>
        [.. _known.Value.Where(k => k.Matcher.TryMatch(path, [])).SelectMany(k => k.Methods).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static IEnumerable<(TemplateMatcher Matcher, string[] Methods)> Known(EndpointDataSource endpoints) =>
        from endpoint in endpoints.Endpoints.OfType<RouteEndpoint>()
        let methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods
        let pattern = endpoint.RoutePattern.RawText
        where methods is { Count: > 0 } && pattern is not null
        select (new TemplateMatcher(TemplateParser.Parse(pattern!), Nothing), methods.ToArray());
}
