using System.Security.Cryptography.X509Certificates;

namespace Imago.Kubernetes.Configuration;

/// <summary>A bearer token in a file that somebody else renews, as Kubernetes does for service accounts.</summary>
internal sealed class TokenFileCredential(string file, string subject, TimeProvider time, X509Certificate2? certificate = null) : Credential
{
    // The file is renewed long before its token expires; one that is refused is read again at once.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private Identity? _known;
    private long _readAt;

    public override ValueTask<Identity> GetAsync(CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_known is null || time.GetElapsedTime(_readAt) > Fresh)
            {
                var token = ReadFile(file, subject);
                _readAt = time.GetTimestamp();

                // The same instance for the same token: what was refused stays recognisable.
                _known = _known?.Authorization?.Parameter == token ? _known : new Identity(Bearer(token, $"{subject}: token file '{file}'"), certificate);
            }

            return ValueTask.FromResult(_known);
        }
    }

    public override bool Reject(Identity refused)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_known, refused))
            {
                return true;
            }

            try
            {
                // Only a token that is another one is worth a try.
                if (ReadFile(file, subject) == refused.Authorization?.Parameter)
                {
                    return false;
                }
            }
            catch (CredentialException)
            {
                return false;
            }

            _known = null;
            return true;
        }
    }

    protected override void Dispose(bool disposing) => certificate?.Dispose();

    internal static string ReadFile(string file, string subject)
    {
        try
        {
            return File.ReadAllText(file).Trim() is { Length: > 0 } token ? token : throw new CredentialException($"{subject}: token file '{file}' is empty.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CredentialException($"{subject}: token file '{file}' cannot be read: {e.Message}", e);
        }
    }
}
