using System.Collections.Immutable;

namespace Imago.NodeOs.Machine;

/// <summary>Runs programs on the machine. A port, so that recorded outputs, or another root file system, can stand in for the machine.</summary>
public interface ICommands
{
    /// <summary>Runs a program to its end and returns what it said. A program that fails is a result like any other; nothing is concluded from it here (NM-31).</summary>
    /// <param name="command">What to run.</param>
    /// <param name="cancellation">Ends the program with everything that it started, unless it <see cref="Command.EndsByItself"/>.</param>
    /// <exception cref="NodeOsException">With <see cref="NodeOsReason.TimedOut"/> when it took longer than it may; it was ended, with everything that it started.</exception>
    ValueTask<CommandResult> RunAsync(Command command, CancellationToken cancellation);
}

/// <summary>A program to run.</summary>
/// <param name="Program">Name, found in the machine's path, for example <c>apt-get</c>.</param>
/// <param name="Arguments">Arguments, one by one: no shell reads them.</param>
public sealed record Command(string Program, ImmutableArray<string> Arguments)
{
    /// <summary>Variables in addition to those of the agent.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>How long it may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// NM-46: whether it is left to end when somebody stops the agent meanwhile: packages, and boot loaders above all, that are cut off in the middle are the one thing that a repair
    /// may come too late for. <see cref="Timeout"/> counts all the same.
    /// </summary>
    public bool EndsByItself { get; init; }

    /// <summary>As one could type it, for people.</summary>
    public override string ToString() => Arguments.IsEmpty ? Program : $"{Program} {string.Join(' ', Arguments)}";
}

/// <summary>What a program said.</summary>
/// <param name="ExitCode">Exit code; 127 when the program does not exist, as a shell has it.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>Exit code of a program that does not exist.</summary>
    public const int NotFound = 127;

    /// <summary>Both outputs, for searching: which of the two a message goes to differs between versions.</summary>
    public string Text => Error.Length == 0 ? Output : Output + "\n" + Error;
}
