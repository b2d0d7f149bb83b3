namespace Imago.Cli;

/// <summary>Input that cannot be used. The message names the object, what was found, what is allowed and what to do; it is all the user sees.</summary>
public sealed class InputException : Exception
{
    public InputException()
    {
    }

    public InputException(string message)
        : base(message)
    {
    }

    public InputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
