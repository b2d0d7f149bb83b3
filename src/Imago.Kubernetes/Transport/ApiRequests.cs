using System.Globalization;
using System.Text;
using System.Text.Json;
using Imago.Application.Twins;
using Imago.Domain.Clusters;
using Imago.Kubernetes.Objects;

namespace Imago.Kubernetes.Transport;

/// <summary>One request before it is sent; it may be sent several times.</summary>
internal sealed record ApiRequest(HttpMethod Method, string Path, string Verb, string Resource)
{
    public string Accept { get; init; } = "application/json";

    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Null: there is no body.</summary>
    public string? ContentType { get; init; }

    /// <summary>Whether sending it twice does the same as sending it once.</summary>
    public bool Repeatable { get; init; }
}

/// <summary>Paths, queries and bodies as the API expects them.</summary>
internal static class ApiRequests
{
    private const string Json = "application/json";

    public static ApiRequest Get<T>(ResourceType<T> type, ObjectKey key)
        where T : KubernetesObject =>
        new(HttpMethod.Get, PathOf(type.Kind, key.Namespace, key.Name), "get", type.ToString()) { Accept = AcceptOf(type, "PartialObjectMetadata"), Repeatable = true };

    public static ApiRequest List<T>(ResourceType<T> type, ListQuery query)
        where T : KubernetesObject
    {
        var path = PathOf(type.Kind, query.Namespace) + QueryOf(
            ("labelSelector", query.LabelSelector),
            ("fieldSelector", query.FieldSelector),
            ("limit", query.Limit?.ToString(CultureInfo.InvariantCulture)),
            ("continue", query.Continue),
            ("resourceVersion", query.ResourceVersion));
        return new(HttpMethod.Get, path, "list", type.ToString()) { Accept = AcceptOf(type, "PartialObjectMetadataList"), Repeatable = true };
    }

    public static ApiRequest Watch<T>(ResourceType<T> type, WatchQuery query, TimeSpan length)
        where T : KubernetesObject
    {
        var path = PathOf(type.Kind, query.Namespace) + QueryOf(
            ("labelSelector", query.LabelSelector),
            ("fieldSelector", query.FieldSelector),
            ("watch", "true"),
            ("allowWatchBookmarks", "true"),
            ("resourceVersion", query.ResourceVersion),
            ("timeoutSeconds", ((long)Math.Ceiling(length.TotalSeconds)).ToString(CultureInfo.InvariantCulture)));
        return new(HttpMethod.Get, path, "watch", type.ToString()) { Accept = AcceptOf(type, "PartialObjectMetadata") };
    }

    public static ApiRequest Create<T>(ResourceType<T> type, T item)
        where T : KubernetesObject =>
        new(HttpMethod.Post, PathOf(type.Kind, item.Metadata.Namespace), "create", type.ToString()) { Body = BodyOf(type, item), ContentType = Json };

    public static ApiRequest Replace<T>(ResourceType<T> type, T item)
        where T : KubernetesObject =>
        new(HttpMethod.Put, PathOf(type.Kind, item.Metadata.Namespace, item.Metadata.Name), "update", type.ToString()) { Body = BodyOf(type, item), ContentType = Json, Repeatable = true };

    public static ApiRequest Patch<T>(ResourceType<T> type, ObjectKey key, PatchKind kind, ReadOnlyMemory<byte> patch, string? part = null)
        where T : KubernetesObject =>
        new(HttpMethod.Patch, PathOf(type.Kind, key.Namespace, key.Name) + (part is null ? "" : $"/{part}"), "patch", type.ToString())
        {
            Body = patch,
            ContentType = kind switch
            {
                PatchKind.Merge => "application/merge-patch+json",
                PatchKind.Strategic => "application/strategic-merge-patch+json",
                PatchKind.Json => "application/json-patch+json",
                _ => throw new InvalidOperationException($"Patch kind {kind} is not known."),
            },

            // An operation of a JSON patch may add to a list, and would add twice.
            Repeatable = kind != PatchKind.Json,
        };

    public static ApiRequest Delete<T>(ResourceType<T> type, ObjectKey key, DeleteOptions? how)
        where T : KubernetesObject =>
        new(HttpMethod.Delete, PathOf(type.Kind, key.Namespace, key.Name), "delete", type.ToString())
        {
            Body = how is null ? default : JsonSerializer.SerializeToUtf8Bytes(how with { Kind = "DeleteOptions", ApiVersion = "v1" }, KubernetesJson.Default.DeleteOptions),
            ContentType = how is null ? null : Json,
            Repeatable = true,
        };

    public static ApiRequest Evict(ObjectKey pod, string? uid, TimeSpan? gracePeriod)
    {
        var eviction = new Eviction
        {
            Kind = "Eviction",
            ApiVersion = "policy/v1",
            Metadata = new() { Name = pod.Name, Namespace = pod.Namespace },
            DeleteOptions = new() { GracePeriodSeconds = (long?)gracePeriod?.TotalSeconds, Preconditions = uid is null ? null : new() { Uid = uid } },
        };
        return new(HttpMethod.Post, PathOf(ResourceTypes.Pods.Kind, pod.Namespace, pod.Name) + "/eviction", "evict", "pods")
        {
            Body = JsonSerializer.SerializeToUtf8Bytes(eviction, KubernetesJson.Default.Eviction),
            ContentType = Json,
        };
    }

    public static ApiRequest Raw(string path) => new(HttpMethod.Get, path, "get", "raw") { Accept = "application/json, */*", Repeatable = true };

    /// <summary>Where a kind lies, and an object of it.</summary>
    public static string PathOf(ObjectKind kind, string? space, string? name = null)
    {
        var path = new StringBuilder(kind.Group.Length == 0 ? "/api/" : $"/apis/{kind.Group}/").Append(kind.Version);
        if (!string.IsNullOrEmpty(space))
        {
            path.Append("/namespaces/").Append(Uri.EscapeDataString(space));
        }

        path.Append('/').Append(kind.Plural);
        if (name is not null)
        {
            path.Append('/').Append(Uri.EscapeDataString(name));
        }

        return path.ToString();
    }

    private static string QueryOf(params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var query = new StringBuilder();
        foreach (var (name, value) in parameters)
        {
            if (!string.IsNullOrEmpty(value))
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }

        return query.ToString();
    }

    // A server that cannot leave out the rest sends the whole object, which is read just as well.
    private static string AcceptOf<T>(ResourceType<T> type, string form)
        where T : KubernetesObject =>
        type.MetadataOnly ? $"application/json;as={form};g=meta.k8s.io;v=v1, {Json}" : Json;

    private static byte[] BodyOf<T>(ResourceType<T> type, T item)
        where T : KubernetesObject =>
        JsonSerializer.SerializeToUtf8Bytes((T)((KubernetesObject)item with { Kind = type.Name, ApiVersion = type.Kind.ApiVersion }), type.Json);
}
