using System.Text.Json;

namespace Imago.Kubernetes.Tests.Faults.Kit;

/// <summary>What a cluster has to look like when a rollout is over, whatever happened on the way. It reads the API as a stranger would and knows none of our types.</summary>
internal sealed class Aftermath
{
    private const string Image = "kubernetes.azure.com/node-image-version";

    private readonly FaultyTwin _twin;
    private readonly IReadOnlyDictionary<string, string> _before;

    private Aftermath(FaultyTwin twin, IReadOnlyDictionary<string, string> before) => (_twin, _before) = (twin, before);

    /// <summary>The nodes of the beginning.</summary>
    public IReadOnlyCollection<string> Nodes => [.. _before.Keys];

    /// <summary>Remembers what the nodes carry before anything is done to them.</summary>
    public static async Task<Aftermath> BeforeAsync(FaultyTwin twin, CancellationToken cancellation)
    {
        using var nodes = await twin.ReadAsync("/api/v1/nodes", cancellation);
        return new Aftermath(twin, Items(nodes).ToDictionary(NameOf, Worn, StringComparer.Ordinal));
    }

    /// <summary>Waits until the rollout is over and everything is as it was, but for the image; and nothing wrong happened meanwhile.</summary>
    public async Task IsCleanAsync(string image, TimeSpan atMost, Func<string>? more = null, CancellationToken cancellation = default)
    {
        await Patience.UntilAsync($"every node at {image} and nothing else changed", atMost, () => MissingAsync(image, cancellation), () => $"{more?.Invoke()}\n{_twin.Witness.Story}");
        if (_twin.Witness.Wrongs is { Count: > 0 } wrongs)
        {
            throw new InvalidOperationException($"It ended well, but: {string.Join("; ", wrongs)}\n{more?.Invoke()}\n{_twin.Witness.Story}");
        }
    }

    /// <summary>How many nodes have the image.</summary>
    public async Task<int> CountAsync(string image, CancellationToken cancellation)
    {
        using var nodes = await _twin.ReadAsync("/api/v1/nodes", cancellation);
        return Items(nodes).Count(n => ImageOf(n) == image);
    }

    private async Task<string?> MissingAsync(string image, CancellationToken cancellation)
    {
        using var nodes = await _twin.ReadAsync("/api/v1/nodes", cancellation);
        using var records = await _twin.ReadAsync("/api/v1/namespaces/imago-system/configmaps", cancellation);
        var found = Items(nodes).ToDictionary(NameOf, n => n, StringComparer.Ordinal);
        var lacking = found.Values.Where(n => ImageOf(n) != image).Select(n => $"{NameOf(n)} has {ImageOf(n)}")
            .Concat(found.Values.Where(n => !IsReady(n)).Select(n => $"{NameOf(n)} is not ready"))
            .Concat(found.Keys.Except(_before.Keys, StringComparer.Ordinal).Select(n => $"{n} is too much"))
            .Concat(_before.Keys.Except(found.Keys, StringComparer.Ordinal).Select(n => $"{n} is missing"))
            .Concat(found.Where(n => _before.TryGetValue(n.Key, out var before) && Worn(n.Value) != before).Select(n => $"{n.Key} carries {Worn(n.Value)} instead of {_before[n.Key]}"))
            .Concat(Items(records).Select(PhaseOf).Where(p => p != "Succeeded").Select(p => $"the record says {p}"))
            .ToList();
        return lacking.Count > 0 ? string.Join("; ", lacking) : Items(records).Any() ? null : "There is no record.";
    }

    // Everything that somebody could leave on a node: cordon, taints, and the keys of annotations and labels.
    private static string Worn(JsonElement node)
    {
        var metadata = node.GetProperty("metadata");
        var spec = node.GetProperty("spec");
        var cordoned = spec.TryGetProperty("unschedulable", out var unschedulable) && unschedulable.GetBoolean();
        var taints = spec.TryGetProperty("taints", out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(t => t.GetRawText()) : [];
        return $"{(cordoned ? "a cordon" : "no cordon")}, taints [{string.Join(' ', taints)}], {Keys(metadata, "annotations")}, {Keys(metadata, "labels")}";
    }

    private static string Keys(JsonElement metadata, string of) =>
        metadata.TryGetProperty(of, out var all) ? $"{of} {string.Join(' ', all.EnumerateObject().Select(a => a.Name).Order(StringComparer.Ordinal))}" : $"no {of}";

    private static bool IsReady(JsonElement node) => node.GetProperty("status").GetProperty("conditions").EnumerateArray()
        .Any(c => c.GetProperty("type").GetString() == "Ready" && c.GetProperty("status").GetString() == "True");

    private static string? ImageOf(JsonElement node) => node.GetProperty("metadata").GetProperty("labels").TryGetProperty(Image, out var image) ? image.GetString() : null;

    private static string NameOf(JsonElement item) => item.GetProperty("metadata").GetProperty("name").GetString()!;

    private static string? PhaseOf(JsonElement record) =>
        record.GetProperty("metadata").TryGetProperty("annotations", out var annotations) && annotations.TryGetProperty("imago.dev/phase", out var phase) ? phase.GetString() : null;

    private static IEnumerable<JsonElement> Items(JsonDocument list) => list.RootElement.GetProperty("items").EnumerateArray();
}
