using System.CommandLine;
using Imago.Cli.Help;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Login;

/// <summary><c>imago logout</c>: forgets server, token and secret.</summary>
internal static class LogoutCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("logout", "Forget the server of the last login, its token and its secret.");
        command.SetInterruptibleAction(async (_, _) =>
        {
            await terminal.Out.WriteLineAsync(new ProfileFile(terminal).Delete() ? "Logged out." : "Nobody was logged in.");
            return ExitCode.Ok;
        });
        return command.WithExamples("imago logout");
    }
}
