using System.CommandLine;
using Imago.Cli.Options;
using Imago.Cli.Terminals;

namespace Imago.Cli.Remote;

/// <summary>A command that is carried out by a server: the options that all of them share, and a session when it runs.</summary>
internal sealed class RemoteCommand : Command
{
    private readonly Terminal _terminal;

    public RemoteCommand(Terminal terminal, string name, string description)
        : base(name, description)
    {
        _terminal = terminal;
        Add(Group);
        Add(Subscription);
        Add(Output);
    }

    /// <summary>For what lies in no resource group.</summary>
    public static RemoteCommand OfTenant(Terminal terminal, string name, string description)
    {
        var command = new RemoteCommand(terminal, name, description);
        command.Options.Remove(command.Group);
        command.Options.Remove(command.Subscription);
        return command;
    }

    /// <summary>For what lies in a subscription.</summary>
    public static RemoteCommand OfSubscription(Terminal terminal, string name, string description)
    {
        var command = new RemoteCommand(terminal, name, description);
        command.Options.Remove(command.Group);
        return command;
    }

    public Option<string?> Group { get; } = RemoteOptions.Group();

    public Option<string?> Subscription { get; } = RemoteOptions.Subscription();

    public Option<OutputFormat> Output { get; } = OutputOption.Create();

    public RemoteCommand Takes(params Symbol[] symbols)
    {
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                Add(argument);
            }
            else
            {
                Add((Option)symbol);
            }
        }

        return this;
    }

    /// <summary>What it does.</summary>
    public RemoteCommand Does(Func<Session, ParseResult, Task> action) => Ends(async (session, parsed) =>
    {
        await action(session, parsed);
        return ExitCode.Ok;
    });

    /// <summary>What it does, and with which exit code it ends.</summary>
    public RemoteCommand Ends(Func<Session, ParseResult, Task<int>> action)
    {
        this.SetInterruptibleAction(async (parsed, cancellation) =>
        {
            using var session = await Session.OpenAsync(
                _terminal, Options.Contains(Group) ? parsed.GetValue(Group) : null, Options.Contains(Subscription) ? parsed.GetValue(Subscription) : null, parsed.GetValue(Output), cancellation);
            return await action(session, parsed);
        });
        return this;
    }
}
