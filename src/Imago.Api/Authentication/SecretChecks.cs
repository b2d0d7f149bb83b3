using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Imago.Application.Storage;
using NodaTime;

namespace Imago.Api.Authentication;

/// <summary>
/// Checks secrets of service principals. The hash is slow on purpose: a right secret is remembered for a few minutes, and only so many are computed at once, so that
/// signing in cannot be used to take the machine's time.
/// </summary>
internal sealed class SecretChecks(TimeProvider clock) : IDisposable
{
    private static readonly Duration Remembered = Duration.FromMinutes(5);

    private const int MostAtOnce = 2;
    private const int MostRemembered = 10_000;

    // What an unknown client id is compared with: whether an id exists must not be told by how long the answer takes.
    private static readonly string NobodysHash = SecretHash.Of(SecretHash.NewSecret());

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<string, (byte[] Proof, string Hash, Instant Until)> _right = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim _turns = new(MostAtOnce);

    /// <summary>Whether this very secret was found right a short while ago; costs nothing.</summary>
    public bool IsKnownRight(ServicePrincipal principal, string secret) =>
        _right.TryGetValue(principal.AppId, out var known)
        && known.Until > Now
        && string.Equals(known.Hash, principal.SecretHash, StringComparison.Ordinal)
        && CryptographicOperations.FixedTimeEquals(known.Proof, Proof(secret));

    /// <summary>Whether the secret is right. Of nobody (null) no secret is.</summary>
    public async ValueTask<bool> CheckAsync(ServicePrincipal? principal, string secret, CancellationToken cancellation)
    {
        await _turns.WaitAsync(cancellation);
        bool right;
        try
        {
            right = SecretHash.Matches(principal?.SecretHash ?? NobodysHash, secret);
        }
        finally
        {
            _turns.Release();
        }

        if (!right || principal is null)
        {
            return false;
        }

        if (_right.Count >= MostRemembered)
        {
            _right.Clear();
        }

        _right[principal.AppId] = (Proof(secret), principal.SecretHash, Now + Remembered);
        return true;
    }

    public void Dispose() => _turns.Dispose();

    private Instant Now => Instant.FromDateTimeOffset(clock.GetUtcNow());

    private byte[] Proof(string secret) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(secret));
}
