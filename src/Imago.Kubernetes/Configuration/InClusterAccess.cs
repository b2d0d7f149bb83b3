namespace Imago.Kubernetes.Configuration;

/// <summary>The cluster in which Imago itself runs, as its service account.</summary>
public static class InClusterAccess
{
    /// <summary>Where Kubernetes puts what a service account needs.</summary>
    public const string ServiceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>How to reach it; null: Imago does not run in a cluster.</summary>
    /// <param name="environment">Reads variables of the environment.</param>
    /// <param name="time">The clock.</param>
    /// <param name="folder">The service account's folder.</param>
    /// <exception cref="KubeconfigException">It runs in one, but the service account is not there.</exception>
    public static ClusterAccess? Find(Func<string, string?> environment, TimeProvider time, string folder = ServiceAccountFolder)
    {
        if (environment("KUBERNETES_SERVICE_HOST") is not { Length: > 0 } host || environment("KUBERNETES_SERVICE_PORT") is not { Length: > 0 } port)
        {
            return null;
        }

        var token = Path.Combine(folder, "token");
        var authority = Path.Combine(folder, "ca.crt");
        if (!File.Exists(token) || !File.Exists(authority))
        {
            throw new KubeconfigException($"Imago runs in a cluster, but {folder} holds no token and ca.crt. Give its pod a service account and leave automountServiceAccountToken on.");
        }

        var space = Path.Combine(folder, "namespace");
        return new ClusterAccess
        {
            // An IPv6 address needs brackets in an address.
            Server = new Uri($"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}"),
            Tls = new TlsSettings { Authorities = KubeconfigAccess.AuthoritiesOf(File.ReadAllBytes(authority), authority) },
            Credential = new TokenFileCredential(token, "Service account", time),
            Namespace = File.Exists(space) ? File.ReadAllText(space).Trim() : null,
            Origin = "the service account of this pod",
        };
    }
}
