using System.CommandLine;
using Imago.Agent.Serving;

namespace Imago.Agent.Commands;

/// <summary><c>imago agent run</c>: the service.</summary>
internal static class AgentRunCommand
{
    public static Command Create(AgentConsole console)
    {
        var options = new AgentOptions();
        var check = new Option<bool>("--check") { Description = "Only read settings and identity, say what is wrong with them, and end." };
        var command = new Command("run", "Watch this machine's node and carry out what is ordered there, until stopped.");
        options.AddTo(command);
        command.Add(check);
        command.Does(console, (parsed, cancellation) => RunAsync(AgentSetting.Of(parsed, options, console), parsed.GetValue(check), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(AgentSetting setting, bool checkOnly, CancellationToken cancellation)
    {
        if (checkOnly)
        {
            return await CheckAsync(setting);
        }

        // One service per machine, for as long as it runs; what it does is kept apart from commands by another lock.
        using var service = setting.TakeWork("service");
        var toJournal = setting.Console.Environment("JOURNAL_STREAM") is { Length: > 0 };
        var log = new JournalLogger(setting.Console.Error, toJournal);
        try
        {
            await new AgentService(setting.Parts(), log).RunAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // A service that is stopped has done well.
        }

        return AgentExitCode.Ok;
    }

    private static async Task<int> CheckAsync(AgentSetting setting)
    {
        var failed = false;
        await setting.Console.Out.WriteLineAsync($"node       {setting.Node}");
        await setting.Console.Out.WriteLineAsync($"state      {setting.Root.At(setting.Settings.StateDirectory)}");
        try
        {
            await setting.Console.Out.WriteLineAsync($"driver     {setting.Machine.Driver.Name}");
        }
        catch (Imago.NodeOs.NodeOsException problem)
        {
            failed = true;
            await setting.Console.Error.WriteLineAsync($"imago agent: {problem.Reason}: {problem.Message}");
        }

        try
        {
            using var access = ClusterDoor.Open(setting.Settings, setting.Console.Environment, setting.Console.Clock, out var waitsFor);
            await setting.Console.Out.WriteLineAsync(access is null ? $"cluster    waits for {waitsFor}" : $"cluster    {access}");
        }
        catch (Imago.Kubernetes.Configuration.KubeconfigException problem)
        {
            failed = true;
            await setting.Console.Error.WriteLineAsync($"imago agent: {problem.Message}");
        }

        return failed ? AgentExitCode.Failed : AgentExitCode.Ok;
    }
}
