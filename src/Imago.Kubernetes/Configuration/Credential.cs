using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Imago.Kubernetes.Configuration;

/// <summary>What one request shows to say who it is from.</summary>
/// <param name="Authorization">The header; null: none.</param>
/// <param name="Certificate">The client certificate with its key; null: none.</param>
public sealed record Identity(AuthenticationHeaderValue? Authorization, X509Certificate2? Certificate)
{
    /// <summary>Nobody in particular.</summary>
    public static Identity Anonymous { get; } = new(null, null);

    /// <summary>Not the secrets.</summary>
    public override string ToString() => (Authorization, Certificate) switch
    {
        (null, null) => "nobody",
        (null, _) => "a client certificate",
        (_, null) => $"{Authorization.Scheme} credentials",
        _ => $"{Authorization.Scheme} credentials and a client certificate",
    };
}

/// <summary>Says who we are, and can find out again when the server does not believe it any more.</summary>
public abstract class Credential : IDisposable
{
    /// <summary>Nobody in particular.</summary>
    public static Credential None { get; } = new FixedCredential(Identity.Anonymous);

    /// <summary>A bearer token.</summary>
    public static Credential OfToken(string token, X509Certificate2? certificate = null) => new FixedCredential(new(Bearer(token, "This token"), certificate));

    /// <summary>A user name and a password.</summary>
    public static Credential OfPassword(string user, string password, X509Certificate2? certificate = null) =>
        new FixedCredential(new(new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))), certificate));

    /// <summary>A client certificate with its key.</summary>
    public static Credential OfCertificate(X509Certificate2 certificate) => new FixedCredential(new(null, certificate));

    /// <summary>The header for a token.</summary>
    /// <exception cref="CredentialException">It cannot be one.</exception>
    internal static AuthenticationHeaderValue Bearer(string token, string subject)
    {
        // Which character it is would be a part of the secret.
        return token.Length > 0 && token.All(c => c is > ' ' and < '\x7f')
            ? new AuthenticationHeaderValue("Bearer", token)
            : throw new CredentialException($"{subject}: the token has characters that no token has, such as spaces or line breaks. Copy it again.");
    }

    /// <summary>Who we are now.</summary>
    /// <exception cref="CredentialException">It cannot be found out; the message says what to do.</exception>
    public abstract ValueTask<Identity> GetAsync(CancellationToken cancellation);

    /// <summary>The server refused an identity (401). True: another one may be had by asking again.</summary>
    public abstract bool Reject(Identity refused);

    /// <inheritdoc />
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>An identity that stays as it is.</summary>
internal sealed class FixedCredential(Identity identity) : Credential
{
    public override ValueTask<Identity> GetAsync(CancellationToken cancellation) => ValueTask.FromResult(identity);

    public override bool Reject(Identity refused) => false;

    protected override void Dispose(bool disposing) => identity.Certificate?.Dispose();
}
