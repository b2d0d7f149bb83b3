using System.CommandLine;
using Imago.Agent.Deciding;
using Imago.Agent.Working;
using Imago.Application.NodeOs;
using Imago.Domain.NodeOs;
using NodaTime;

namespace Imago.Agent.Commands;

/// <summary><c>imago agent apply</c>: bring this machine to a level. It goes the same way as an order of the control side, crash and all.</summary>
internal static class AgentApplyCommand
{
    public static Command Create(AgentConsole console)
    {
        var options = new AgentOptions();
        var reboot = new Option<bool>("--allow-reboot") { Description = "Restart the machine if the level needs it; without, such a level is refused and nothing is changed." };
        var command = new Command("apply", "Bring this machine to a level, and verify it. No cluster is needed. Interrupted, it goes on where it was when it is run again.");
        options.AddTo(command);
        command.Add(options.Level);
        command.Add(options.Content);
        command.Add(reboot);
        command.Does(console, async (parsed, cancellation) =>
        {
            var setting = AgentSetting.Of(parsed, options, console);
            var order = AgentOrder.ByHand(parsed.GetValue(options.Level), parsed.GetValue(options.Content), parsed.GetValue(reboot));
            AgentState state;
            using (setting.TakeWork())
            {
                setting.Memory.Refresh();
                state = await ApplyAsync(setting, order, cancellation);
            }

            await WriteAsync(setting, state, parsed.GetValue(options.Json));
            return state.Phase is AgentPhase.Applied or AgentPhase.Rebooting ? AgentExitCode.Ok : AgentExitCode.Failed;
        });
        return command;
    }

    private static async Task<AgentState> ApplyAsync(AgentSetting setting, AgentOrder order, CancellationToken cancellation)
    {
        var memory = setting.Memory;
        if (memory.Current is { Phase: not AgentPhase.Rebooting } known && known.Order?.IsSame(order) == true && (known.IsSettled || known.Phase == AgentPhase.Retrying))
        {
            // Who types a command again wants it done again, and now.
            memory.Keep(known.IsOpen ? known with { NextAttemptAt = null } : known.Forgotten());
        }

        var wishes = new NodeWishes { ByHand = order, Updater = memory.Current.Updater };
        var tools = new AgentTools(setting.Machine, memory, setting.Node, setting.Console.Clock)
        {
            Progress = new ConsoleProgress(setting.Console.Error),
            GuardedServices = setting.Settings.GuardedServices,
            RestartServices = setting.Settings.RestartServices,
        };
        var work = new AgentWork(tools);
        while (true)
        {
            var now = Instant.FromDateTimeOffset(setting.Console.Clock.GetUtcNow());
            var step = AgentPlanner.Decide(new AgentView(wishes, memory.Current, setting.Machine.BootId, setting.Node, now));
            if (step is AgentStep.Wait)
            {
                return memory.Current;
            }

            await work.DoAsync(step, wishes, cancellation);
        }
    }

    private static async Task WriteAsync(AgentSetting setting, AgentState state, bool json)
    {
        var output = setting.Console.Out;
        if (json)
        {
            var now = Instant.FromDateTimeOffset(setting.Console.Clock.GetUtcNow());
            var report = AgentReports.Of(state, setting.Machine.BootId, Imago.NodeOs.Machine.OsRelease.Of(setting.Root), AgentSetting.Version, now);
            await output.WriteLineAsync(ReportText.Write(report));
            return;
        }

        await StatusReport.WriteAsync(output, state);
        if (state.Phase == AgentPhase.RebootNeeded)
        {
            await output.WriteLineAsync("Run the command again with --allow-reboot when the machine may restart.");
        }
    }
}
