using Imago.Cli.Terminals;
using Spectre.Console;

namespace Imago.Cli.Remote;

/// <summary>Asks before something is taken away for good.</summary>
internal static class Confirmation
{
    /// <summary>Goes on when the user agrees, or agreed with <c>--yes</c>.</summary>
    /// <exception cref="UsageException">Nobody is there to be asked.</exception>
    /// <exception cref="OperationCanceledException">The user does not agree.</exception>
    public static async Task AskAsync(Terminal terminal, string question, bool agreed, CancellationToken cancellation)
    {
        if (agreed)
        {
            return;
        }

        if (!terminal.IsInteractive)
        {
            throw new UsageException($"{question} Nobody is there to be asked: say so with --yes.");
        }

        if (!await new ConfirmationPrompt(Markup.Escape(question)) { DefaultValue = false }.ShowAsync(terminal.Console, cancellation))
        {
            throw new OperationCanceledException();
        }
    }
}
