using Imago.Application.Ports;

namespace Imago.Kubernetes.Configuration;

/// <summary>A kubeconfig cannot be used as it is. The message names file, context and user, and says what to do.</summary>
public sealed class KubeconfigException : Exception
{
    public KubeconfigException()
    {
    }

    public KubeconfigException(string message)
        : base(message)
    {
    }

    public KubeconfigException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>Who we are cannot be found out now: a plugin failed, a token file is not there. It may work later.</summary>
public sealed class CredentialException : ConnectionException
{
    public CredentialException()
    {
    }

    public CredentialException(string message)
        : base(message)
    {
    }

    public CredentialException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
