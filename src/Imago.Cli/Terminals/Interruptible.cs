using System.CommandLine;

namespace Imago.Cli.Terminals;

/// <summary>Actions that Ctrl-C reaches.</summary>
internal static class Interruptible
{
    /// <summary>
    /// Sets the action of a command. It gives control back once before it begins: Ctrl-C is listened to only from then on, and an action that computes for long without
    /// ever waiting would be killed by it in the middle of a line.
    /// </summary>
    public static void SetInterruptibleAction(this Command command, Func<ParseResult, CancellationToken, Task<int>> action) =>
        command.SetAction(async (parsed, cancellation) =>
        {
            await Task.Yield();
            return await action(parsed, cancellation);
        });
}
