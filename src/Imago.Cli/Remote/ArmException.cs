namespace Imago.Cli.Remote;

/// <summary>The server refused, or something it did failed. The message is all the user sees.</summary>
public sealed class ArmException : Exception
{
    public ArmException()
    {
    }

    public ArmException(string message)
        : base(message)
    {
    }

    public ArmException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>HTTP status; 0 when an operation failed that the server had accepted.</summary>
    public int Status { get; init; }

    /// <summary>ARM's word for the error; null when the answer had none.</summary>
    public string? Code { get; init; }
}
