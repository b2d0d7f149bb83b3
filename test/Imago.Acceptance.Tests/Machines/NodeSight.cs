using System.Text.Json;

namespace Imago.Acceptance.Tests.Machines;

/// <summary>What a node's object says.</summary>
internal sealed record NodeSight(JsonElement Json)
{
    public string Name => Json.GetProperty("metadata").GetProperty("name").GetString()!;

    public bool Cordoned => Json.GetProperty("spec").TryGetProperty("unschedulable", out var cordoned) && cordoned.GetBoolean();

    public IEnumerable<string> Taints => Json.GetProperty("spec").TryGetProperty("taints", out var taints) ? taints.EnumerateArray().Select(t => t.GetProperty("key").GetString()!) : [];

    public string? Image => Text("labels", "kubernetes.azure.com/node-image-version");

    public string? Current => Text("annotations", "kubernetes.azure.com/live-patching-current-timestamp");

    public string? Golden => Text("annotations", "kubernetes.azure.com/live-patching-golden-timestamp");

    public string? PatchedAt => Text("annotations", "kubernetes.azure.com/security-patch-timestamp");

    public JsonElement? Order => Text("annotations", "imago.dev/node-os-order") is { } text ? JsonDocument.Parse(text).RootElement : null;

    /// <summary>How far its agent is.</summary>
    public string? Phase => Report?.GetProperty("phase").GetString();

    /// <summary>The level that its agent has planned.</summary>
    public string? PlannedLevel => Report is { } report && report.TryGetProperty("planned", out var planned) ? planned.GetProperty("level").GetString() : null;

    public JsonElement? Report => Text("annotations", "imago.dev/node-os-report") is { } text ? JsonDocument.Parse(text).RootElement : null;

    /// <summary>Status and reason of a condition.</summary>
    public string? Condition(string type) => Json.GetProperty("status").GetProperty("conditions").EnumerateArray().Where(c => c.GetProperty("type").GetString() == type)
        .Select(c => $"{c.GetProperty("status").GetString()}/{(c.TryGetProperty("reason", out var reason) ? reason.GetString() : "")}").FirstOrDefault();

    private string? Text(string map, string key) =>
        Json.GetProperty("metadata").TryGetProperty(map, out var entries) && entries.TryGetProperty(key, out var value) ? value.GetString() : null;

    public override string ToString() => $"{Name}: current {Current}, order {Order}, report {Report}, cordoned {Cordoned}";
}
