using System.Globalization;
using Imago.Agent.Deciding;
using Imago.Domain.NodeOs;
using NodaTime;

namespace Imago.Agent.Commands;

/// <summary>The state for people.</summary>
internal static class StatusReport
{
    public static async Task WriteAsync(TextWriter output, AgentState state)
    {
        await output.WriteLineAsync($"phase      {state.Phase}");
        await output.WriteLineAsync($"level      {state.Order?.Order.Level?.ToString() ?? "none ordered"}");
        await output.WriteLineAsync($"reached    {state.Reached?.ToString() ?? "none"}");
        if (state.Reason is not null)
        {
            await output.WriteLineAsync($"reason     {state.Reason}");
        }

        if (state.Message is not null)
        {
            await output.WriteLineAsync($"           {state.Message}");
        }

        if (state.Attempts > 0)
        {
            await output.WriteLineAsync($"attempts   {state.Attempts}{At(", the last one began ", state.LastAttemptAt)}{At(", the next one begins ", state.NextAttemptAt)}");
        }

        if (state.Planned is { } planned && state.Phase != AgentPhase.Applied)
        {
            await output.WriteLineAsync($"planned    {planned.Packages} packages, {PlanReport.WordOf(planned.Verdict)} afterwards");
        }

        await PlanReport.WriteHeldAsync(output, state.Held);
        await output.WriteLineAsync($"restart    {PlanReport.WordOf(state.Verdict)}");
        if (state.Updater is { } updater)
        {
            await output.WriteLineAsync($"updater    {(updater == OsUpdater.Imago ? "the distribution's own is switched off" : "the distribution's own keeps the packages")}");
        }
    }

    private static string At(string words, Instant? at) => at is { } moment ? words + moment.ToString("uuuu-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "";
}
