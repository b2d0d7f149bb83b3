using Imago.Api.Clusters;
using Imago.Api.Pipeline;
using Imago.Application.Storage;

namespace Imago.Api.Authorization;

/// <summary>Lists show what the caller may read: the gate lets everybody to them who holds a role anywhere in them.</summary>
internal static class ReadableItems
{
    /// <summary>The page without what may not be read. It may be shorter than asked for, also empty, and have a next one.</summary>
    public static Page<T> For<T>(this Page<T> page, ApiRequest request) => request.Http.Features.Get<CallerAccess>() is { } access
        ? page with { Items = [.. page.Items.Where(item => KeyOf(item) is not { } key || access.MayRead(key))] }
        : page;

    private static string? KeyOf(object? item) => item switch
    {
        StoredResource resource => resource.Key,
        ClusterResources cluster => cluster.Cluster.Key,
        _ => null,
    };
}
