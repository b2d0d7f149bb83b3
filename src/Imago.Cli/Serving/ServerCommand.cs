using System.CommandLine;
using System.Globalization;
using Imago.Cli.Help;
using Imago.Cli.Terminals;
using Imago.Persistence;
using Imago.Api.Authentication;

namespace Imago.Cli.Serving;

/// <summary><c>imago server</c>: the control plane, in this process until Ctrl-C.</summary>
internal static class ServerCommand
{
    private const double DemoTimeScale = 60;

    public static Command Create(Terminal terminal)
    {
        var settings = new ServerSettings();
        var listen = new Option<string?>("--listen") { Description = "Where it listens; port 0: the system chooses [default: https://127.0.0.1:8443].", HelpName = "address" };
        var publicAddress = new Option<string?>("--public-address") { Description = "The address that clients use, if it is another one: behind a proxy, or by name.", HelpName = "address" };
        var timeScale = new Option<string?>("--time-scale") { Description = $"Simulated work takes one part in so many of its time [default: 1, with --demo {DemoTimeScale:0}].", HelpName = "number" };
        var log = new Option<string?>("--log") { Description = "Text or Json [default: Text].", HelpName = "format" };
        var demo = new Option<bool>("--demo") { Description = "Make a simulated cluster through the server's own API and show its nodes being upgraded. On a data folder of its own, unless --data names one." };
        var command = new Command("server", "Run the control plane: Azure's API, the store and the engine that upgrades nodes, in one process.") { listen, publicAddress, timeScale, log, demo };
        settings.AddTo(command);
        command.Add(InitCommand.Create(terminal));
        command.Add(BackupCommands.CreateBackup(terminal));
        command.Add(BackupCommands.CreateRestore(terminal));
        command.SetInterruptibleAction(async (parsed, cancellation) =>
        {
            var isDemo = parsed.GetValue(demo);
            (string, string?)[] flags =
            [
                ("listen", parsed.GetValue(listen)),
                ("publicAddress", parsed.GetValue(publicAddress)),
                ("simulation.timeScale", parsed.GetValue(timeScale) ?? (isDemo ? DemoTimeScale.ToString(CultureInfo.InvariantCulture) : null)),
                ("log.format", parsed.GetValue(log)),
            ];
            return isDemo
                ? await DemoServer.RunAsync(terminal, own => settings.Read(parsed, flags.Concat(own)), parsed.GetValue(settings.Data), parsed.GetValue(listen), cancellation)
                : await ServerRun.RunAsync(terminal, settings.Read(parsed, flags), cancellation);
        });
        return command.WithExamples(
            "# a server with a simulated cluster that is upgraded before your eyes",
            "imago server --demo",
            "# a server of your own: first make somebody who may sign in, then start it",
            "imago server init",
            "imago server",
            "# several replicas on one PostgreSQL database",
            "imago server --database 'Host=db;Database=imago;Username=imago;Password=…' --listen https://0.0.0.0:8443 --public-address https://imago.example.com",
            "# any setting",
            "imago server --set history.retention=30d --set metrics.anonymous=true");
    }

    /// <summary>What keeps a server from starting is somebody's input, not a bug.</summary>
    public static async Task<T> ExplainAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception problem) when (problem is StoreConfigurationException or StoreRefusedException or Application.Storage.StoreUnavailableException or InvalidDataException or DataKeyException)
        {
            throw new InputException(problem.Message, problem);
        }
    }
}
