using System.CommandLine;
using System.Text.Json;
using Imago.Agent.State;
using Imago.NodeOs;

namespace Imago.Agent.Commands;

/// <summary><c>imago agent plan</c>: what a level would change on this machine.</summary>
internal static class AgentPlanCommand
{
    public static Command Create(AgentConsole console)
    {
        var options = new AgentOptions();
        var command = new Command("plan", "Say what going to a level would change on this machine and whether a reboot would follow. Changes nothing; no cluster is needed.");
        options.AddTo(command);
        command.Add(options.Level);
        command.Add(options.Content);
        command.Does(console, async (parsed, cancellation) =>
        {
            var setting = AgentSetting.Of(parsed, options, console);
            var goal = new PatchGoal(parsed.GetValue(options.Level), parsed.GetValue(options.Content));
            PatchPlan plan;
            using (setting.TakeWork())
            {
                plan = await setting.Machine.Driver.PlanAsync(goal, new ConsoleProgress(console.Error), cancellation);
            }

            if (parsed.GetValue(options.Json))
            {
                await console.Out.WriteLineAsync(JsonSerializer.Serialize(PlanText.ToWire(plan), StateJson.Default.PlanWire));
            }
            else
            {
                await PlanReport.WriteAsync(console.Out, plan);
            }

            return AgentExitCode.Ok;
        });
        return command;
    }
}
