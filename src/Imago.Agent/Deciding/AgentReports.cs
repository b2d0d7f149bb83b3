using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using Imago.NodeOs.Machine;
using NodaTime;

namespace Imago.Agent.Deciding;

/// <summary>A condition of a node.</summary>
/// <param name="Type">Its name.</param>
/// <param name="Status"><c>True</c>, <c>False</c> or <c>Unknown</c>.</param>
/// <param name="Reason">One word.</param>
/// <param name="Message">The same for people.</param>
internal sealed record ToldCondition(string Type, string Status, string Reason, string Message);

/// <summary>What the agent tells: one status record and two conditions, which follow from its state and from nothing else.</summary>
/// <remarks>Rules: NM-8, NM-30, NM-34, CH-13.</remarks>
internal static class AgentReports
{
    /// <summary>Name of the condition that says whether the node is at its level.</summary>
    public const string Patched = "NodeOsPatched";

    /// <summary>Name of the condition that says whether the node has to restart.</summary>
    public const string RebootRequired = "RebootRequired";

    // All annotations of a node together may have 256 KiB, and one that is too long is refused whole: the node would seem to be silent. The state file has all of it.
    private const int MostHeld = 100;
    private const int LongestMessage = 4000;

    /// <summary>The status record.</summary>
    public static AgentReport Of(AgentState state, string bootId, OsRelease system, string version, Instant now) => new()
    {
        OrderId = state.Order?.ReportedId,
        Phase = state.Phase,
        Level = state.Order?.Order.Level,
        Reached = state.Reached,
        Reason = state.Reason,
        Message = Short(state.Message),
        Attempts = state.Attempts,
        LastAttemptAt = state.LastAttemptAt,
        NextAttemptAt = state.NextAttemptAt,
        Held = state.Held.Length > MostHeld ? state.Held[..MostHeld] : state.Held,
        Verdict = state.Verdict,
        Planned = state.Planned,
        Inventory = state.Inventory,
        BootId = bootId,
        Updater = state.Updater,
        System = system.ToString(),
        Agent = version,
        At = now,
    };

    /// <summary>The conditions.</summary>
    public static IEnumerable<ToldCondition> Conditions(AgentState state)
    {
        var level = state.Order?.Order.Level?.ToString() ?? "";
        yield return state.Phase switch
        {
            AgentPhase.Idle => state.Reached is { } reached
                ? new(Patched, "Unknown", "NothingOrdered", $"No level is ordered; the last one reached is {reached}.")
                : new(Patched, "Unknown", "NothingOrdered", "No level is ordered."),
            AgentPhase.Applied when state.Reached is { } reached => new(Patched, "True", nameof(AgentPhase.Applied), $"Level {reached} is reached."),
            AgentPhase.Applied => new(Patched, "Unknown", nameof(AgentPhase.Applied), "The restart that was ordered is done; no level was ordered."),
            AgentPhase.Staged => new(Patched, "False", nameof(AgentPhase.Staged), $"Level {level} is downloaded and waits for its window."),
            _ => new(Patched, "False", state.Reason ?? state.Phase.ToString(), Short(state.Message) ?? $"Level {level}: {state.Phase}."),
        };
        yield return state switch
        {
            { Phase: AgentPhase.Rebooting } => new(RebootRequired, "True", nameof(AgentPhase.Rebooting), "The machine is restarting."),
            { Verdict: RebootVerdict.Reboot } => new(RebootRequired, "True", nameof(RebootVerdict.Reboot), "Installed fixes are in use only after the machine has restarted."),
            { Inventory.Length: 0 } => new(RebootRequired, "Unknown", "NotRead", "The machine has not been read yet."),
            { Verdict: RebootVerdict.RestartServices } => new(RebootRequired, "False", nameof(RebootVerdict.RestartServices), "Services use files that were replaced."),
            _ => new(RebootRequired, "False", "NotRequired", "Installed fixes are in use."),
        };
    }

    /// <summary>IM-13: the label of a machine that has none: the image that it must have been made from at least, as nobody was there who knew.</summary>
    /// <remarks>The first release of a distribution is a floor that is always true.</remarks>
    public static NodeImage? FirstImage(OsRelease system) => (system.Id, system.Version) switch
    {
        ("debian", "12") => First(system, 202306, 10),
        ("debian", "13") => First(system, 202508, 9),
        ("ubuntu", "20.04") => First(system, 202004, 23),
        ("ubuntu", "22.04") => First(system, 202204, 21),
        ("ubuntu", "24.04") => First(system, 202404, 25),
        _ => null,
    };

    private static string? Short(string? message) => message is { Length: > LongestMessage } ? message[..LongestMessage] + "…" : message;

    private static NodeImage? First(OsRelease system, int yearMonth, int day) =>
        ImageFamily.OfMachine(system.Id, system.Version) is { } family && NodeImage.Parse($"{family.Name}-{yearMonth}.{day:00}.0") is { IsKnown: true } image ? image : null;
}
