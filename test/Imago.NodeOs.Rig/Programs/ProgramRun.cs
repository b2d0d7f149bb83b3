namespace Imago.NodeOs.Rig.Programs;

/// <summary>What a program said, and how it ended.</summary>
/// <param name="Command">Its command line, for messages.</param>
/// <param name="ExitCode">How it ended.</param>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record ProgramRun(string Command, int ExitCode, string Out, string Error)
{
    /// <summary>The same; a program that failed ends the test with everything it said.</summary>
    public ProgramRun MustSucceed() => ExitCode == 0 ? this : throw new InvalidOperationException($"{this} should have ended with 0.");

    public override string ToString() => $"'{Command}' (exit code {ExitCode}) said:\n{Out}\n{Error}\nIt";
}
