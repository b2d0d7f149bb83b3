using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Imago.Agent.State;

/// <summary>The state as it lies on the disk.</summary>
internal sealed record StateWire
{
    public int Version { get; init; }

    public string? MachineId { get; init; }

    public string? Reached { get; init; }

    public JsonNode? Order { get; init; }

    public string? Origin { get; init; }

    public string? Phase { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    public int Attempts { get; init; }

    public string? LastAttemptAt { get; init; }

    public string? NextAttemptAt { get; init; }

    public bool IsWorking { get; init; }

    public bool IsOpen { get; init; }

    public JsonNode? Plan { get; init; }

    public string? BootId { get; init; }

    public string? RestartAskedAt { get; init; }

    public int Restarts { get; init; }

    public bool HasRestarted { get; init; }

    public PlannedWire? Planned { get; init; }

    public KeptBackWire[]? Held { get; init; }

    public string? Verdict { get; init; }

    public string? Inventory { get; init; }

    public string? Updater { get; init; }

    public string? UpdaterRetryAt { get; init; }

    public string? Image { get; init; }

    public string? ImageAppliedAt { get; init; }
}

internal sealed record KeptBackWire(string? Package, string? Installed, string? Available, string? Why);

internal sealed record PlannedWire(string? Level, string? Content, string? Verdict, int Packages, long DownloadBytes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(StateWire))]
internal sealed partial class StateJson : JsonSerializerContext;
