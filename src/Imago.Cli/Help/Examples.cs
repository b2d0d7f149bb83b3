using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;
using Imago.Cli.Terminals;

namespace Imago.Cli.Help;

/// <summary>Examples in <c>--help</c>: every command shows how it is used, not only what it takes.</summary>
public static class Examples
{
    private static readonly ConditionalWeakTable<Command, string[]> OfCommand = [];

    /// <summary>Adds examples to a command: a line starting with <c>#</c> explains the next one.</summary>
    public static T WithExamples<T>(this T command, params string[] lines)
        where T : Command
    {
        OfCommand.AddOrUpdate(command, lines);
        return command;
    }

    /// <summary>The examples of a command; none if it has none.</summary>
    internal static IReadOnlyList<string> Of(Command command) => OfCommand.TryGetValue(command, out var lines) ? lines : [];

    /// <summary>Makes the help option of the root, which all commands share, print them.</summary>
    internal static void Enable(RootCommand root, Terminal terminal)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new WithExamplesAction((HelpAction)help.Action!, terminal);
    }

    private sealed class WithExamplesAction(HelpAction inner, Terminal terminal) : SynchronousCommandLineAction
    {
        // Who asks for help need not have typed the rest.
        public override bool ClearsParseErrors => inner.ClearsParseErrors;

        public override int Invoke(ParseResult parseResult)
        {
            var code = inner.Invoke(parseResult);
            if (Of(parseResult.CommandResult.Command) is { Count: > 0 } lines)
            {
                terminal.Out.WriteLine("Examples:");
                foreach (var line in lines)
                {
                    terminal.Out.WriteLine($"  {line}");
                }

                terminal.Out.WriteLine();
            }

            return code;
        }
    }
}
