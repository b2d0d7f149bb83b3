using System.Text.Json.Serialization;

namespace Imago.Application.NodeOs;

/// <summary>An order as it stands in the annotation.</summary>
internal sealed record OrderWire
{
    public string? Id { get; init; }

    public string? Mode { get; init; }

    public string? Content { get; init; }

    public string? Level { get; init; }

    public string? Image { get; init; }

    public bool? Rollback { get; init; }

    public long Epoch { get; init; }

    public string? GivenAt { get; init; }

    public string? NotAfter { get; init; }

    public SuiteWire[]? Archive { get; init; }
}

/// <summary>One suite as it stands in an order or a release.</summary>
internal sealed record SuiteWire
{
    public string? Pocket { get; init; }

    public string? Uri { get; init; }

    public string? Suite { get; init; }

    public string[]? Components { get; init; }

    public string? Date { get; init; }

    public string? Sha256 { get; init; }
}

/// <summary>A report as it stands in the annotation.</summary>
internal sealed record ReportWire
{
    public string? Order { get; init; }

    public string? Phase { get; init; }

    public string? Level { get; init; }

    public string? Reached { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    public int Attempts { get; init; }

    public string? LastAttemptAt { get; init; }

    public string? NextAttemptAt { get; init; }

    public HeldWire[]? Held { get; init; }

    public string? Verdict { get; init; }

    public PlannedWire? Planned { get; init; }

    public string? Inventory { get; init; }

    public string? BootId { get; init; }

    public string? Updater { get; init; }

    public string? System { get; init; }

    public string? Agent { get; init; }

    public string? At { get; init; }
}

internal sealed record HeldWire(string? Package, string? Installed, string? Available, string? Why);

internal sealed record PlannedWire(string? Level, string? Content, string? Verdict, int Packages, long DownloadBytes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OrderWire))]
[JsonSerializable(typeof(ReportWire))]
[JsonSerializable(typeof(SuiteWire[]))]
internal sealed partial class NodeOsJson : JsonSerializerContext;
