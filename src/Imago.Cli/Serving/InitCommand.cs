using System.CommandLine;
using Imago.Cli.Help;
using Imago.Cli.Terminals;
using Imago.Persistence;
using Imago.Server.Configuration;
using Imago.Server.DataFolders;
using Imago.Server.Setup;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;

namespace Imago.Cli.Serving;

/// <summary><c>imago server init</c>: somebody who may sign in and do everything, and a subscription to put things into.</summary>
internal static class InitCommand
{
    public static Command Create(Terminal terminal)
    {
        var settings = new ServerSettings();
        var another = new Option<bool>("--new") { Description = "Make another one although there is one, for example because its secret was lost." };
        var command = new Command("init", "Make a first service principal, Owner of everything, and a subscription; print its secret once.") { another };
        settings.AddTo(command);
        command.SetInterruptibleAction((parsed, cancellation) => ServerCommand.ExplainAsync(() => RunAsync(terminal, settings.Read(parsed), parsed.GetValue(another), cancellation)));
        return command.WithExamples(
            "# once, before the first start",
            "imago server init",
            "# its secret was lost",
            "imago server init --new");
    }

    private static async Task<int> RunAsync(Terminal terminal, ServerOptions options, bool another, CancellationToken cancellation)
    {
        using var folder = DataFolder.Open(options.DataFolder);
        await using var store = await StoreFactory.OpenAsync(StorePlace.Of(options, folder), terminal.Clock, NullLoggerFactory.Instance, cancellation);
        if (!another && await FirstPrincipal.ExistsAsync(store, cancellation))
        {
            throw new InputException("There is an Owner of everything already; its secret was printed when it was made. If it was lost, make another one with 'imago server init --new'.");
        }

        var made = await FirstPrincipal.MakeAsync(store, store, Instant.FromDateTimeOffset(terminal.Clock.GetUtcNow()), cancellation);
        string[] lines =
        [
            "Made a service principal that may do everything. Its secret is shown this once:",
            $"  client id      {made.AppId}",
            $"  client secret  {made.Secret}",
            $"  tenant         {made.TenantId}",
            $"  subscription   {made.SubscriptionId}",
        ];
        foreach (var line in lines)
        {
            await terminal.Out.WriteLineAsync(line);
        }

        return ExitCode.Ok;
    }
}
