using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Imago.Kubernetes.Configuration;

/// <summary>Makes what a client needs out of a context.</summary>
internal static class KubeconfigAccess
{
    public static ClusterAccess Of(ChosenContext chosen, TimeProvider time)
    {
        var (context, cluster, user) = chosen;
        if (!Uri.TryCreate(cluster.Server, UriKind.Absolute, out var server) || server.Scheme is not ("https" or "http"))
        {
            throw new KubeconfigException($"{chosen.Subject}: the server of cluster '{cluster.Name}' is no https:// address.");
        }

        if (server.UserInfo.Length > 0 || server.Query.Length > 0 || server.Fragment.Length > 0)
        {
            // It is named in messages and shown to people; the rest of it may be a secret.
            throw new KubeconfigException($"{chosen.Subject}: the server of cluster '{cluster.Name}' has more than scheme, host, port and path. Leave out user name, password, query and fragment; credentials belong to the user.");
        }

        return new ClusterAccess
        {
            Server = server,
            Tls = new TlsSettings
            {
                Authorities = cluster.Authority.Read($"{chosen.Subject}: certificate authority") is { } pem ? AuthoritiesOf(pem, $"{chosen.Subject}: cluster '{cluster.Name}'") : null,
                ServerName = cluster.TlsServerName,
                SkipVerification = cluster.SkipVerification,
            },
            Credential = CredentialOf(chosen, time),
            Proxy = ProxyOf(chosen),
            Namespace = context.Namespace,
            Origin = $"context {context.Name}{(user.Name.Length == 0 ? "" : $", user {user.Name}")}",
        };
    }

    public static X509Certificate2Collection AuthoritiesOf(byte[] pem, string subject)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(Encoding.UTF8.GetString(pem));
        }
        catch (CryptographicException e)
        {
            throw new KubeconfigException($"{subject}: the certificate authority is not readable: {e.Message}", e);
        }

        return authorities.Count > 0 ? authorities : throw new KubeconfigException($"{subject}: the certificate authority holds no certificate in PEM form.");
    }

    /// <summary>A certificate with its key.</summary>
    public static X509Certificate2 CertificateOf(byte[] certificate, byte[] key, string subject)
    {
        try
        {
            var made = X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(certificate), Encoding.UTF8.GetString(key));
            if (!OperatingSystem.IsWindows())
            {
                return made;
            }

            // There, TLS takes no key that was never stored.
            using (made)
            {
                return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
            }
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new KubeconfigException($"{subject}: the client certificate and its key are not readable or do not belong together: {e.Message}", e);
        }
    }

    private static Credential CredentialOf(ChosenContext chosen, TimeProvider time)
    {
        var user = chosen.User;
        var subject = $"{chosen.Subject}, user '{user.Name}'";
        if (user.AuthProvider is { } provider)
        {
            throw new KubeconfigException($"{subject}: auth-provider '{provider}' was removed from Kubernetes 1.26. Create the kubeconfig anew with a current tool, which writes 'exec' instead.");
        }

        var certificate = (user.Certificate.IsNothing, user.Key.IsNothing) switch
        {
            (true, true) => null,
            (false, false) => CertificateOf(user.Certificate.Read($"{subject}: client certificate")!, user.Key.Read($"{subject}: client key")!, subject),
            (true, _) => throw new KubeconfigException($"{subject}: there is a client-key without client-certificate. Add it, or remove the key."),
            _ => throw new KubeconfigException($"{subject}: there is a client-certificate without client-key. Add it, or remove the certificate."),
        };
        if (user.TokenFile is { } file)
        {
            return new TokenFileCredential(file, subject, time, certificate);
        }

        if (user.Token is { } token)
        {
            return new FixedCredential(new(BearerOf(token.Trim(), subject), certificate));
        }

        if (user.UserName is { } name)
        {
            return Credential.OfPassword(name, user.Password ?? "", certificate);
        }

        // What the file itself says wins over a plugin, as in every client.
        return (certificate, user.Exec) switch
        {
            ({ } given, _) => Credential.OfCertificate(given),
            (_, { } plugin) => new ExecCredential(plugin, plugin.ProvideClusterInfo ? chosen : null, subject, time),
            _ => Credential.None,
        };
    }

    private static System.Net.Http.Headers.AuthenticationHeaderValue BearerOf(string token, string subject)
    {
        try
        {
            return Credential.Bearer(token, subject);
        }
        catch (CredentialException e)
        {
            throw new KubeconfigException(e.Message, e);
        }
    }

    private static Uri? ProxyOf(ChosenContext chosen)
    {
        if (chosen.Cluster.Proxy is not { } text)
        {
            return null;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var proxy) && proxy.Scheme is "http" or "https" or "socks5"
            ? proxy
            : throw new KubeconfigException($"{chosen.Subject}: proxy-url of cluster '{chosen.Cluster.Name}' is no address of scheme http, https or socks5.");
    }
}
