using System.Collections.Immutable;
using System.Text.Json;
using Imago.Application.Attachments;
using Imago.Application.Ports;
using Imago.Kubernetes.Transport;

namespace Imago.Kubernetes.Clusters;

/// <summary>
/// Asks an attached cluster for what <c>kubectl get … -A -o json</c> prints, page by page, so that a forecast can be made from it. What may not be read is left out, but for
/// nodes and pods, without which there is nothing to forecast.
/// </summary>
public sealed class ClusterDump(ConnectCluster connect) : IClusterDump
{
    private const int PageSize = 500;

    private static readonly ImmutableArray<(string Path, string ApiVersion, string Kind, bool Needed)> Kinds =
    [
        ("/api/v1/nodes", "v1", "Node", true),
        ("/api/v1/namespaces", "v1", "Namespace", false),
        ("/api/v1/pods", "v1", "Pod", true),
        ("/apis/policy/v1/poddisruptionbudgets", "policy/v1", "PodDisruptionBudget", false),
        ("/apis/apps/v1/deployments", "apps/v1", "Deployment", false),
        ("/apis/apps/v1/replicasets", "apps/v1", "ReplicaSet", false),
        ("/apis/apps/v1/statefulsets", "apps/v1", "StatefulSet", false),
        ("/apis/apps/v1/daemonsets", "apps/v1", "DaemonSet", false),
        ("/api/v1/persistentvolumes", "v1", "PersistentVolume", false),
        ("/api/v1/persistentvolumeclaims", "v1", "PersistentVolumeClaim", false),
    ];

    /// <inheritdoc />
    public async ValueTask<Stream> DumpAsync(Attachment attachment, CancellationToken cancellation)
    {
        using var client = connect(attachment);
        var dump = new MemoryStream();
        await using (var json = new Utf8JsonWriter(dump))
        {
            json.WriteStartObject();
            json.WriteString("kind", "List");
            json.WriteString("apiVersion", "v1");
            json.WriteStartArray("items");
            foreach (var (path, apiVersion, kind, needed) in Kinds)
            {
                await WriteAllAsync(client, json, path, apiVersion, kind, needed, cancellation);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        dump.Position = 0;
        return dump;
    }

    private static async Task WriteAllAsync(KubernetesClient client, Utf8JsonWriter json, string path, string apiVersion, string kind, bool needed, CancellationToken cancellation)
    {
        string? next = null;
        do
        {
            var query = next is null ? $"{path}?limit={PageSize}" : $"{path}?limit={PageSize}&continue={Uri.EscapeDataString(next)}";
            var answer = await client.GetRawAsync(query, cancellation);
            if (answer.Code != 200)
            {
                if (needed || next is not null)
                {
                    throw new ConnectionException($"The cluster did not list {path} ({answer.Code}). A forecast needs all nodes and pods; see docs/kubernetes for the permissions.");
                }

                return;
            }

            next = WritePage(json, answer.Body, apiVersion, kind);
        }
        while (next is not null);
    }

    // Who manages which field is a third of a pod or more; kubectl leaves it out, too.
    private static void Write(Utf8JsonWriter json, JsonProperty property)
    {
        if (property.Name != "metadata" || property.Value.ValueKind != JsonValueKind.Object)
        {
            property.WriteTo(json);
            return;
        }

        json.WriteStartObject(property.Name);
        foreach (var own in property.Value.EnumerateObject().Where(p => p.Name != "managedFields"))
        {
            own.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static string? WritePage(Utf8JsonWriter json, ReadOnlyMemory<byte> body, string apiVersion, string kind)
    {
        using var page = JsonDocument.Parse(body);
        if (page.RootElement.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in items.EnumerateArray())
            {
                // Items of a list do not say what they are; those that kubectl prints do.
                json.WriteStartObject();
                json.WriteString("apiVersion", apiVersion);
                json.WriteString("kind", kind);
                foreach (var property in item.EnumerateObject().Where(p => p.Name is not ("apiVersion" or "kind")))
                {
                    Write(json, property);
                }

                json.WriteEndObject();
            }
        }

        return page.RootElement.TryGetProperty("metadata", out var metadata) && metadata.TryGetProperty("continue", out var next) && next.GetString() is { Length: > 0 } token ? token : null;
    }
}
