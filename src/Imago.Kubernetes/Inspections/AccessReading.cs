using System.Collections.Immutable;
using System.Text.Json;
using Imago.Application.Attachments.Checks;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Transport;
using NodaTime;

namespace Imago.Kubernetes.Inspections;

/// <summary>Asks a cluster what it is, what time it is there, and what we may do.</summary>
internal sealed class AccessReading(KubernetesClient client, TimeProvider clock)
{
    /// <summary>The version, and how far the cluster's clock is ahead of ours; null if it does not say.</summary>
    /// <exception cref="KubernetesException">Nobody answers, or we are not let in.</exception>
    public async Task<(string Version, Duration? Ahead)> VersionAsync(CancellationToken cancellation)
    {
        var before = clock.GetUtcNow();
        var answer = await client.GetRawAsync("/version", cancellation);
        var after = clock.GetUtcNow();
        if (answer.Code == 401)
        {
            throw new KubernetesException("It answered 401.") { Code = 401 };
        }

        // The date has whole seconds: in the middle of its second, and of our question, the error is smallest.
        Duration? ahead = answer.ServerTime is { } there ? Duration.FromTimeSpan(there + TimeSpan.FromSeconds(0.5) - (before + ((after - before) / 2))) : null;
        return (answer.Code == 200 && Parsed(answer.Body) is { } version ? Text(version, "gitVersion") : "", ahead);
    }

    /// <summary>Group versions that are served; default if the list cannot be had.</summary>
    public async Task<ImmutableArray<string>> ApisAsync(CancellationToken cancellation)
    {
        var answer = await client.GetRawAsync("/apis", cancellation);
        if (answer.Code != 200 || Parsed(answer.Body) is not { } root || !root.TryGetProperty("groups", out var groups) || groups.ValueKind != JsonValueKind.Array)
        {
            return default;
        }

        var versions = ImmutableArray.CreateBuilder<string>();
        foreach (var group in groups.EnumerateArray().Where(g => g.ValueKind == JsonValueKind.Object && g.TryGetProperty("versions", out _)))
        {
            versions.AddRange(group.GetProperty("versions").EnumerateArray().Select(v => Text(v, "groupVersion")));
        }

        return versions.ToImmutable();
    }

    /// <summary>The permissions that are missing; default if the cluster does not tell.</summary>
    public async Task<ImmutableArray<RefusedPermission>> RefusedAsync(string space, CancellationToken cancellation)
    {
        try
        {
            var asked = await Task.WhenAll(ClusterPermissions.All.Select(async p => (Permission: p, Answer: await client.MayAsync(Attributes(p, space), cancellation))));
            return [.. asked.Where(a => !a.Answer.Allowed).Select(a => new RefusedPermission(a.Permission, a.Answer.Reason ?? a.Answer.EvaluationError ?? ""))];
        }
        catch (KubernetesException problem) when (problem.Code is 403 or 404 or 405)
        {
            return default;
        }
    }

    internal static ResourceAttributes Attributes(ClusterPermission permission, string space)
    {
        var parts = permission.Resource.Split('/');
        return new ResourceAttributes
        {
            Group = permission.Group,
            Resource = parts[0],
            Subresource = parts.Length > 1 ? parts[1] : null,
            Verb = permission.Verb,
            Namespace = permission.Scope switch { PermissionScope.Own => space, PermissionScope.Events => ClusterPermissions.EventNamespace, _ => null },
        };
    }

    private static JsonElement? Parsed(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
