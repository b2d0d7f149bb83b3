namespace Imago.Agent.Commands;

/// <summary>What a command of the agent says to its caller.</summary>
internal static class AgentExitCode
{
    public const int Ok = 0;

    /// <summary>It did not work, or not whole; a message says how.</summary>
    public const int Failed = 1;

    /// <summary>Command line or settings make no sense.</summary>
    public const int Usage = 2;

    /// <summary>Ctrl-C.</summary>
    public const int Canceled = 130;
}
