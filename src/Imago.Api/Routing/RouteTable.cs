using System.Collections.Immutable;

namespace Imago.Api.Routing;

/// <summary>Everything that the API can be asked.</summary>
internal sealed class RouteTable(IEnumerable<IRouteSource> sources)
{
    public ImmutableArray<ApiRoute> Routes { get; } =
        [.. sources.SelectMany(s => s.Routes).OrderBy(r => r.Pattern, StringComparer.OrdinalIgnoreCase).ThenBy(r => r.Method, StringComparer.Ordinal)];
}
