using System.CommandLine.Parsing;

namespace Imago.Cli.Help;

/// <summary>The full name of a command, as it is typed.</summary>
internal static class CommandPath
{
    public static string Of(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Of(parent)} {result.Command.Name}" : result.Command.Name;
}
