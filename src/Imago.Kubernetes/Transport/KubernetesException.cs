using Imago.Application.Ports;
using Imago.Kubernetes.Objects;

namespace Imago.Kubernetes.Transport;

/// <summary>A call was not answered, or was refused in a way that its caller does not expect.</summary>
public sealed class KubernetesException : ConnectionException
{
    public KubernetesException()
    {
    }

    public KubernetesException(string message)
        : base(message)
    {
    }

    public KubernetesException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The HTTP status; 0: there was no answer, and whether the call took effect is unknown.</summary>
    public int Code { get; init; }

    /// <summary>What the API said; null: nothing that can be read.</summary>
    public Status? Status { get; init; }

    /// <summary>How long to wait; null: not said.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Machine-readable reason; empty: none was given.</summary>
    public string Reason => Status?.Reason ?? "";

    /// <summary>401: the server does not know who we are.</summary>
    public bool IsUnauthorized => Code == 401;

    /// <summary>403: it knows, and we may not.</summary>
    public bool IsForbidden => Code == 403;

    /// <summary>404: there is no such object or no such kind.</summary>
    public bool IsNotFound => Code == 404;

    /// <summary>410: a version or a continue token is too old.</summary>
    public bool IsGone => Code == 410;

    /// <summary>The server has never seen the version that was asked for: it was restored from a backup.</summary>
    public bool IsAhead => Status?.Details?.Causes?.Any(c => c.Reason == "ResourceVersionTooLarge") == true;
}
