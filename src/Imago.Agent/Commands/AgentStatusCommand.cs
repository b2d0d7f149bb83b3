using System.CommandLine;
using Imago.Agent.Deciding;
using Imago.Application.NodeOs;
using Imago.Domain.NodeOs;
using Imago.NodeOs;
using NodaTime;

namespace Imago.Agent.Commands;

/// <summary><c>imago agent status</c>: where the agent is, and what the machine needs.</summary>
internal static class AgentStatusCommand
{
    public static Command Create(AgentConsole console)
    {
        var options = new AgentOptions();
        var command = new Command("status", "Say where the agent of this machine is with its order, what is held back, and whether a restart is pending.");
        options.AddTo(command);
        command.Does(console, async (parsed, cancellation) =>
        {
            var setting = AgentSetting.Of(parsed, options, console);
            setting.Memory.Refresh();
            var (state, problem) = await ReadAsync(setting, cancellation);
            if (parsed.GetValue(options.Json))
            {
                var now = Instant.FromDateTimeOffset(console.Clock.GetUtcNow());
                await console.Out.WriteLineAsync(ReportText.Write(AgentReports.Of(state, setting.Machine.BootId, Imago.NodeOs.Machine.OsRelease.Of(setting.Root), AgentSetting.Version, now)));
            }
            else
            {
                await StatusReport.WriteAsync(console.Out, state);
                if (state.Phase == AgentPhase.Rebooting && setting.Machine.BootId != state.BootId)
                {
                    await console.Out.WriteLineAsync("The machine has restarted since and was not read again; the service does that, or 'imago agent apply' with the same level.");
                }
            }

            foreach (var trouble in new[] { setting.Memory.Trouble, problem }.OfType<string>())
            {
                await console.Error.WriteLineAsync($"imago agent: {trouble}");
            }

            return problem is null ? AgentExitCode.Ok : AgentExitCode.Failed;
        });
        return command;
    }

    // What the machine needs is read from it now; a status that repeats what was true an hour ago is none.
    private static async Task<(AgentState State, string? Problem)> ReadAsync(AgentSetting setting, CancellationToken cancellation)
    {
        var state = setting.Memory.Current;
        try
        {
            var probe = await setting.Machine.Driver.ProbeAsync(cancellation);
            var findings = await setting.Machine.Driver.VerdictAsync(cancellation);
            return (state with { Verdict = findings.Verdict, Inventory = probe.Inventory }, null);
        }
        catch (NodeOsException failure)
        {
            return (state, $"{failure.Reason}: {failure.Message}");
        }
    }
}
