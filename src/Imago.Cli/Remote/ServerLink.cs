using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Imago.Cli.Remote;

/// <summary>HTTP to one server: whom to trust, and where a token may go.</summary>
internal static class ServerLink
{
    private const int LargestAnswer = 64 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    /// <summary>The address of a server, as a user writes it.</summary>
    /// <exception cref="InputException">It is none, or tokens would go over the wire in the clear.</exception>
    public static Uri Address(string server)
    {
        if (!Uri.TryCreate(server, UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp) || address.AbsolutePath != "/")
        {
            throw new InputException($"'{server}' is not the address of a server. Write for example https://127.0.0.1:8443.");
        }

        return IsSafe(address)
            ? address
            : throw new InputException($"'{server}' is not encrypted: everybody on the way could read the token. Write https://; http:// is for this machine only.");
    }

    public static bool IsSafe(Uri address) => address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback);

    public static bool IsSameServer(Uri one, Uri other) =>
        Uri.Compare(one, other, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;

    /// <summary>A client for one server.</summary>
    /// <exception cref="InputException">The file with certificates cannot be used.</exception>
    public static HttpClient Open(Uri server, string? caFile)
    {
        var handler = new SocketsHttpHandler
        {
            // A token is for the server that was named; wherever it points to, we do not follow.
            AllowAutoRedirect = false,
            UseProxy = !server.IsLoopback,
            ConnectTimeout = TimeSpan.FromSeconds(15),
        };
        if (caFile is not null)
        {
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Trusting(caFile) };
        }

        var http = new HttpClient(handler) { BaseAddress = server, Timeout = Patience, MaxResponseContentBufferSize = LargestAnswer };
        http.DefaultRequestHeaders.UserAgent.ParseAdd($"imago/{typeof(ServerLink).Assembly.GetName().Version?.ToString(3)}");
        http.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        return http;
    }

    private static X509ChainPolicy Trusting(string caFile)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(caFile);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new InputException($"CA file '{caFile}' cannot be used: {problem.Message}", problem);
        }

        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new InputException($"CA file '{caFile}' has no certificate in it. Name a file with '-----BEGIN CERTIFICATE-----' blocks.");
    }
}
