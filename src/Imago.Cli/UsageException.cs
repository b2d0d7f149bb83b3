namespace Imago.Cli;

/// <summary>A command line whose parts are readable but make no sense together; each message is a line for the user.</summary>
public sealed class UsageException : Exception
{
    public UsageException()
    {
    }

    public UsageException(string message)
        : base(message)
    {
    }

    public UsageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
