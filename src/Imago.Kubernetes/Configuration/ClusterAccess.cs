using System.Security.Cryptography.X509Certificates;

namespace Imago.Kubernetes.Configuration;

/// <summary>All that is needed to talk to one cluster: where it is, whom to trust, who we are.</summary>
public sealed class ClusterAccess : IDisposable
{
    /// <summary>Address of the API server, possibly with a path.</summary>
    public required Uri Server { get; init; }

    /// <summary>Whom to trust.</summary>
    public TlsSettings Tls { get; init; } = new();

    /// <summary>Who we are.</summary>
    public Credential Credential { get; init; } = Credential.None;

    /// <summary>The proxy to go through; null: what the environment says.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>The namespace that the context names; null: none.</summary>
    public string? Namespace { get; init; }

    /// <summary>Where this came from, for messages: file, context and user.</summary>
    public string Origin { get; init; } = "";

    /// <inheritdoc />
    public void Dispose()
    {
        Credential.Dispose();
        Tls.Dispose();
    }

    /// <summary>Not the secrets.</summary>
    public override string ToString() => Origin.Length == 0 ? Server.ToString() : $"{Server} ({Origin})";
}

/// <summary>How the server proves who it is.</summary>
public sealed class TlsSettings : IDisposable
{
    /// <summary>The authorities that may have signed its certificate; null: those of the system.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>The name its certificate must have; null: the host of its address.</summary>
    public string? ServerName { get; init; }

    /// <summary>Believe anybody. For experiments only.</summary>
    public bool SkipVerification { get; init; }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var authority in Authorities ?? [])
        {
            authority.Dispose();
        }
    }
}
