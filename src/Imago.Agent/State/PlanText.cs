using System.Net;
using System.Text.Json.Nodes;
using Imago.Application.NodeOs;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using Imago.NodeOs;

namespace Imago.Agent.State;

/// <summary>A plan as JSON; reading it gives the same plan.</summary>
internal static class PlanText
{
    public static PlanWire ToWire(PatchPlan plan) => new()
    {
        Level = plan.Goal.Level.ToString(),
        Content = NodeOsWords.Of(plan.Goal.Content),
        RepoService = plan.Goal.RepoService?.ToString(),
        Ordered = plan.Goal.Archive is { } ordered ? ArchiveText.Write(ordered) : null,
        Archive = ArchiveText.Write(plan.Archive),
        Changes = [.. plan.Changes.Select(c => new ChangeWire(c.Name, c.Architecture, c.From, c.To, NodeOsWords.Of(c.Pocket)))],
        Held = plan.Held.IsEmpty ? null : [.. plan.Held.Select(ToWire)],
        DownloadBytes = plan.DownloadBytes,
        Verdict = NodeOsWords.Of(plan.Verdict),
    };

    /// <summary>Null when it cannot be read: it is planned anew then.</summary>
    public static PatchPlan? FromWire(PlanWire? wire)
    {
        if (wire is null || !PatchLevel.TryParse(wire.Level, out var level) || NodeOsWords.Content(wire.Content) is not { } content || NodeOsWords.Verdict(wire.Verdict) is not { } verdict)
        {
            return null;
        }

        var changes = (wire.Changes ?? []).Where(c => c is { Name: not null, Architecture: not null, To: not null } && NodeOsWords.Pocket(c.Pocket) is not null)
            .Select(c => new PackageChange(c.Name!, c.Architecture!, c.From, c.To!, NodeOsWords.Pocket(c.Pocket)!.Value));
        return new PatchPlan
        {
            Goal = new PatchGoal(level, content) { Archive = Archive(wire.Ordered), RepoService = IPAddress.TryParse(wire.RepoService, out var address) ? address : null },
            Archive = Archive(wire.Archive) ?? new ArchiveState([]),
            Changes = [.. changes],
            Held = [.. (wire.Held ?? []).Select(FromWire)],
            DownloadBytes = wire.DownloadBytes,
            Verdict = verdict,
        };
    }

    public static KeptBackWire ToWire(HeldPackage held) => new(held.Package, held.Installed, held.Available, held.Why);

    public static HeldPackage FromWire(KeptBackWire wire) => new(wire.Package ?? "", wire.Installed ?? "", wire.Available ?? "", wire.Why ?? "");

    private static ArchiveState? Archive(JsonNode? json) => json is null ? null : ArchiveText.Read(json, out _);
}
