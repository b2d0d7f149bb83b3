using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Agent.Deciding;
using Imago.Application.NodeOs;
using Imago.Domain.NodeOs;
using Imago.NodeOs;

namespace Imago.Agent.State;

/// <summary>The state as JSON; reading it gives the same state.</summary>
internal static class StateText
{
    // A state of a newer version may say things that this one would lose.
    private const int Version = 1;

    public static string Write(AgentState state) => JsonSerializer.Serialize(
        new StateWire
        {
            Version = Version,
            MachineId = state.MachineId,
            Reached = state.Reached?.ToString(),
            Order = state.Order is { } order ? JsonNode.Parse(OrderText.Write(order.Order)) : null,
            Origin = state.Order?.Origin.ToString(),
            Phase = state.Phase.ToString(),
            Reason = state.Reason,
            Message = state.Message,
            Attempts = state.Attempts,
            LastAttemptAt = NodeOsWords.Of(state.LastAttemptAt),
            NextAttemptAt = NodeOsWords.Of(state.NextAttemptAt),
            IsWorking = state.IsWorking,
            IsOpen = state.IsOpen,
            Plan = state.Plan is { } plan ? JsonNode.Parse(PlanJson.Write(plan)) : null,
            BootId = state.BootId,
            RestartAskedAt = NodeOsWords.Of(state.RestartAskedAt),
            Restarts = state.Restarts,
            HasRestarted = state.HasRestarted,
            Planned = state.Planned is { } p ? new PlannedWire(p.Level.ToString(), NodeOsWords.Of(p.Content), NodeOsWords.Of(p.Verdict), p.Packages, p.DownloadBytes) : null,
            Held = state.Held.IsEmpty ? null : [.. state.Held.Select(h => new KeptBackWire(h.Package, h.Installed, h.Available, h.Why))],
            Verdict = NodeOsWords.Of(state.Verdict),
            Inventory = state.Inventory,
            Updater = state.Updater is { } updater ? NodeOsWords.Of(updater) : null,
            UpdaterRetryAt = NodeOsWords.Of(state.UpdaterRetryAt),
            Image = state.Image,
            ImageAppliedAt = NodeOsWords.Of(state.ImageAppliedAt),
        },
        StateJson.Default.StateWire);

    /// <summary>Reads a state.</summary>
    /// <param name="text">The text of the file.</param>
    /// <param name="problem">Why it cannot be read; null: it can.</param>
    public static AgentState? Read(string text, out string? problem)
    {
        try
        {
            var wire = JsonSerializer.Deserialize(text, StateJson.Default.StateWire);
            problem = wire?.Version != Version ? $"its version is {wire?.Version}, and {Version} is known"
                : NodeOsWords.Phase(wire.Phase) is null ? $"its phase is '{wire.Phase}'"
                : null;
            return problem is null ? FromWire(wire!) : null;
        }
        catch (JsonException failure)
        {
            problem = failure.Message;
            return null;
        }
    }

    private static AgentState FromWire(StateWire wire) => new()
    {
        MachineId = wire.MachineId ?? "",
        Reached = NodeOsWords.Level(wire.Reached),
        Order = OrderText.Read(wire.Order?.ToJsonString(), out _) is { } order && Enum.TryParse<OrderOrigin>(wire.Origin, out var origin) ? new AgentOrder(order, origin) : null,
        Phase = NodeOsWords.Phase(wire.Phase)!.Value,
        Reason = wire.Reason,
        Message = wire.Message,
        Attempts = wire.Attempts,
        LastAttemptAt = NodeOsWords.Moment(wire.LastAttemptAt),
        NextAttemptAt = NodeOsWords.Moment(wire.NextAttemptAt),
        IsWorking = wire.IsWorking,
        IsOpen = wire.IsOpen,
        Plan = wire.Plan is { } plan ? PlanJson.Read(plan.ToJsonString(), out _) : null,
        BootId = wire.BootId ?? "",
        RestartAskedAt = NodeOsWords.Moment(wire.RestartAskedAt),
        Restarts = wire.Restarts,
        HasRestarted = wire.HasRestarted,
        Planned = Planned(wire.Planned),
        Held = [.. (wire.Held ?? []).Select(h => new HeldPackage(h.Package ?? "", h.Installed ?? "", h.Available ?? "", h.Why ?? ""))],
        Verdict = NodeOsWords.Verdict(wire.Verdict) ?? RebootVerdict.None,
        Inventory = wire.Inventory ?? "",
        Updater = NodeOsWords.Updater(wire.Updater),
        UpdaterRetryAt = NodeOsWords.Moment(wire.UpdaterRetryAt),
        Image = wire.Image,
        ImageAppliedAt = NodeOsWords.Moment(wire.ImageAppliedAt),
    };

    private static PlannedChange? Planned(PlannedWire? wire) =>
        wire is not null && NodeOsWords.Level(wire.Level) is { } level && NodeOsWords.Content(wire.Content) is { } content && NodeOsWords.Verdict(wire.Verdict) is { } verdict
            ? new PlannedChange(level, content, verdict, wire.Packages, wire.DownloadBytes)
            : null;
}
