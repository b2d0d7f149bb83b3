using System.Text.Json;
using Imago.Domain.Clusters;
using Imago.Domain.NodeOs;
using NodaTime;

namespace Imago.Application.NodeOs;

/// <summary>A report as the value of annotation <see cref="NodeAnnotations.AgentReport"/>: JSON that people can read with <c>kubectl describe node</c>.</summary>
/// <remarks>Rules: NM-30, IM-17.</remarks>
public static class ReportText
{
    /// <summary>Writes a report; reading it gives the same report.</summary>
    public static string Write(AgentReport report) => JsonSerializer.Serialize(
        new ReportWire
        {
            Order = report.OrderId,
            Phase = report.Phase.ToString(),
            Level = report.Level?.ToString(),
            Reached = report.Reached?.ToString(),
            Reason = report.Reason,
            Message = report.Message,
            Attempts = report.Attempts,
            LastAttemptAt = NodeOsWords.Of(report.LastAttemptAt),
            NextAttemptAt = NodeOsWords.Of(report.NextAttemptAt),
            Held = report.Held.Length == 0 ? null : [.. report.Held.Select(h => new HeldWire(h.Package, h.Installed, h.Available, h.Why))],
            Verdict = NodeOsWords.Of(report.Verdict),
            Planned = report.Planned is { } p ? new PlannedWire(p.Level.ToString(), NodeOsWords.Of(p.Content), NodeOsWords.Of(p.Verdict), p.Packages, p.DownloadBytes) : null,
            Inventory = report.Inventory,
            BootId = report.BootId,
            Updater = report.Updater is { } updater ? NodeOsWords.Of(updater) : null,
            System = report.System,
            Agent = report.Agent,
            At = NodeOsWords.Of(report.At),
        },
        NodeOsJson.Default.ReportWire);

    /// <summary>Reads a report; null when there is none, or none that can be read. Words of a newer agent that are not known here count as not said.</summary>
    public static AgentReport? Read(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(text, NodeOsJson.Default.ReportWire) is { } wire && NodeOsWords.Phase(wire.Phase) is { } phase
                ? new AgentReport
                {
                    OrderId = wire.Order,
                    Phase = phase,
                    Level = NodeOsWords.Level(wire.Level),
                    Reached = NodeOsWords.Level(wire.Reached),
                    Reason = wire.Reason,
                    Message = wire.Message,
                    Attempts = wire.Attempts,
                    LastAttemptAt = NodeOsWords.Moment(wire.LastAttemptAt),
                    NextAttemptAt = NodeOsWords.Moment(wire.NextAttemptAt),
                    Held = [.. (wire.Held ?? []).Where(h => h.Package is not null).Select(h => new HeldPackage(h.Package!, h.Installed ?? "", h.Available ?? "", h.Why ?? ""))],
                    Verdict = NodeOsWords.Verdict(wire.Verdict) ?? RebootVerdict.None,
                    Planned = Planned(wire.Planned),
                    Inventory = wire.Inventory ?? "",
                    BootId = wire.BootId ?? "",
                    Updater = NodeOsWords.Updater(wire.Updater),
                    System = wire.System ?? "",
                    Agent = wire.Agent ?? "",
                    At = NodeOsWords.Moment(wire.At) ?? Instant.FromUnixTimeTicks(0),
                }
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static PlannedChange? Planned(PlannedWire? wire) =>
        wire is not null && NodeOsWords.Level(wire.Level) is { } level && NodeOsWords.Content(wire.Content) is { } content && NodeOsWords.Verdict(wire.Verdict) is { } verdict
            ? new PlannedChange(level, content, verdict, wire.Packages, wire.DownloadBytes)
            : null;
}
