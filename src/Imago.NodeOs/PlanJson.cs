using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Imago.Application.NodeOs;
using Imago.Domain.Images;
using Imago.Domain.NodeOs;

namespace Imago.NodeOs;

/// <summary>A plan as JSON: kept between download and installation, and printed for programs.</summary>
/// <remarks>Rules: NM-61.</remarks>
public static class PlanJson
{
    /// <summary>Writes it; reading it gives an equal plan.</summary>
    public static string Write(PatchPlan plan) => JsonSerializer.Serialize(
        new PlanWire
        {
            Level = plan.Goal.Level.ToString(),
            Content = NodeOsWords.Of(plan.Goal.Content),
            Ordered = plan.Goal.Archive is { } ordered ? ArchiveText.Write(ordered) : null,
            RepoService = plan.Goal.RepoService?.ToString(),
            Names = plan.Goal.Names.IsEmpty ? null : [.. plan.Goal.Names],
            Archive = ArchiveText.Write(plan.Archive),
            Changes = [.. plan.Changes.Select(c => new ChangeWire(c.Name, c.Architecture, c.From, c.To, NodeOsWords.Of(c.Pocket)))],
            Held = [.. plan.Held.Select(h => new HeldWireOfPlan(h.Package, h.Installed, h.Available, h.Why))],
            DownloadBytes = plan.DownloadBytes,
            Verdict = NodeOsWords.Of(plan.Verdict),
        },
        PlanJsonContext.Default.PlanWire);

    /// <summary>Reads it.</summary>
    /// <param name="text">The JSON.</param>
    /// <param name="problem">What is wrong with it, as a sentence; null: nothing.</param>
    /// <returns>Null when it is no plan that can be read whole: a new one has to be made.</returns>
    public static PatchPlan? Read(string text, out string? problem)
    {
        problem = null;
        try
        {
            return JsonSerializer.Deserialize(text, PlanJsonContext.Default.PlanWire) is { } wire ? From(wire, out problem) : null;
        }
        catch (JsonException failure)
        {
            problem = $"It is not JSON of a plan: {failure.Message}";
            return null;
        }
    }

    private static PatchPlan? From(PlanWire wire, out string? problem)
    {
        var archive = wire.Archive is null ? null : ArchiveText.Read(wire.Archive, out _);
        var ordered = wire.Ordered is null ? null : ArchiveText.Read(wire.Ordered, out _);
        var service = IPAddress.TryParse(wire.RepoService, out var address) ? address : null;
        var changes = (wire.Changes ?? []).Select(c => c is { Name: not null, Architecture: not null, To: not null } && NodeOsWords.Pocket(c.Pocket) is { } pocket
            ? new PackageChange(c.Name, c.Architecture, c.From, c.To, pocket) : null).ToArray();
        problem = !PatchLevel.TryParse(wire.Level, out var level) ? $"'level' is '{wire.Level}'; write one such as 20261120T000000Z."
            : NodeOsWords.Content(wire.Content) is null ? $"'content' is '{wire.Content}'; allowed are {NodeOsWords.Contents}."
            : archive is null ? "'archive' is no list of suites."
            : wire.Ordered is not null && ordered is null ? "'ordered' is no list of suites."
            : changes.Contains(null) ? "'changes' has an entry without name, architecture, version or pocket."
            : NodeOsWords.Verdict(wire.Verdict) is null ? $"'verdict' is '{wire.Verdict}', which is unknown."
            : null;
        return problem is not null ? null : new PatchPlan
        {
            Goal = new PatchGoal(level, NodeOsWords.Content(wire.Content)!.Value) { Archive = ordered, RepoService = service, Names = [.. wire.Names ?? []] },
            Archive = archive!,
            Changes = [.. changes.OfType<PackageChange>()],
            Held = [.. (wire.Held ?? []).Select(h => new HeldPackage(h.Package ?? "", h.Installed ?? "", h.Available ?? "", h.Why ?? ""))],
            DownloadBytes = wire.DownloadBytes,
            Verdict = NodeOsWords.Verdict(wire.Verdict)!.Value,
        };
    }
}

internal sealed record PlanWire
{
    public string? Level { get; init; }

    public string? Content { get; init; }

    public JsonNode? Ordered { get; init; }

    public string? RepoService { get; init; }

    public string[]? Names { get; init; }

    public JsonNode? Archive { get; init; }

    public ChangeWire[]? Changes { get; init; }

    public HeldWireOfPlan[]? Held { get; init; }

    public long DownloadBytes { get; init; }

    public string? Verdict { get; init; }
}

internal sealed record ChangeWire(string? Name, string? Architecture, string? From, string? To, string? Pocket);

internal sealed record HeldWireOfPlan(string? Package, string? Installed, string? Available, string? Why);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PlanWire))]
internal sealed partial class PlanJsonContext : JsonSerializerContext;
