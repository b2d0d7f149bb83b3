namespace Imago.Cli;

/// <summary>What the process says to its caller.</summary>
public static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The input is bad, or what was asked for did not work; a message says how.</summary>
    public const int Failed = 1;

    /// <summary>The command line itself makes no sense.</summary>
    public const int Usage = 2;

    /// <summary>A bug in Imago (EX_SOFTWARE of sysexits).</summary>
    public const int Internal = 70;

    /// <summary>Ctrl-C.</summary>
    public const int Canceled = 130;
}
