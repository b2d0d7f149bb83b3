using System.CommandLine.Parsing;

namespace Imago.Cli.Help;

/// <summary>The full name of a command, as it is typed.</summary>
internal static class CommandPath
{
    // The root is named after the process by System.CommandLine, which is another one when commands run inside a test or a host.
    private const string Root = "imago";

    public static string Of(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Of(parent)} {result.Command.Name}" : Root;
}
