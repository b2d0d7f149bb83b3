using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Imago.Application.Storage;
using Microsoft.IdentityModel.Tokens;
using NodaTime;

namespace Imago.Api.Authentication;

/// <summary>
/// The keys of the built-in issuer. A new one takes over every so many days; the one before verifies until the last token that it signed has expired, and is deleted
/// then. Replicas share them through the store: a key id that is not known here may be one that another replica just made.
/// </summary>
internal sealed class SigningKeyRing(IPrincipalStore store, IdentityOptions options, TimeProvider clock) : IDisposable
{
    private const int KeyBits = 2048;

    // Made-up key ids may not send every request to the database.
    private static readonly Duration LeastBetweenLooks = Duration.FromSeconds(2);
    private static readonly Duration Freshness = Duration.FromMinutes(5);

    private readonly DataKey _dataKey = new(options.DataKey.Span);
    private readonly SemaphoreSlim _turn = new(1);
    private ImmutableArray<RingKey> _keys = [];
    private Instant _lookedAt = Instant.MinValue;

    /// <summary>The key that signs now.</summary>
    public async ValueTask<RingKey> CurrentAsync(CancellationToken cancellation)
    {
        if (Signer(Now) is { } known && Now - _lookedAt < Freshness)
        {
            return known;
        }

        await _turn.WaitAsync(cancellation);
        try
        {
            await LookAsync(cancellation);
            return Signer(Now) ?? await RotateAsync(cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>All keys that verify.</summary>
    public async ValueTask<ImmutableArray<RingKey>> AllAsync(CancellationToken cancellation)
    {
        await CurrentAsync(cancellation);
        return _keys;
    }

    /// <summary>The key of that id; null if there is none.</summary>
    public async ValueTask<RingKey?> FindAsync(string keyId, CancellationToken cancellation)
    {
        if (Known(keyId) is { } known)
        {
            return known;
        }

        await _turn.WaitAsync(cancellation);
        try
        {
            if (Now - _lookedAt >= LeastBetweenLooks)
            {
                await LookAsync(cancellation);
            }

            return Known(keyId);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _turn.Dispose();
        foreach (var key in _keys)
        {
            key.Rsa.Dispose();
        }
    }

    private Instant Now => Instant.FromDateTimeOffset(clock.GetUtcNow());

    private RingKey? Signer(Instant now) =>
        _keys.Where(k => k.Stored.RetiredAt is null && now - k.Stored.CreatedAt < options.KeyRotation)
            .OrderByDescending(k => k.Stored.CreatedAt).ThenBy(k => k.Stored.KeyId, StringComparer.Ordinal).FirstOrDefault();

    private RingKey? Known(string keyId) => _keys.FirstOrDefault(k => string.Equals(k.Stored.KeyId, keyId, StringComparison.Ordinal) && !IsPast(k.Stored, Now));

    // Every token that the key signed has expired by then, also for the clock that is furthest behind.
    private bool IsPast(SigningKey key, Instant now) => key.RetiredAt is { } retired && retired + options.TokenLifetime + options.ClockSkew * 2 < now;

    private async ValueTask LookAsync(CancellationToken cancellation)
    {
        var now = Now;
        var stored = await store.SigningKeysAsync(cancellation);
        foreach (var past in stored.Where(k => IsPast(k, now)))
        {
            await store.DeleteSigningKeyAsync(past.KeyId, cancellation);
        }

        // Keys that are known keep their objects: requests in flight use them.
        _keys = [.. stored.Where(k => !IsPast(k, now)).Select(k => Known(k.KeyId) is { } known ? known with { Stored = k } : Open(k))];
        _lookedAt = now;
    }

    private async ValueTask<RingKey> RotateAsync(CancellationToken cancellation)
    {
        var now = Now;
        var rsa = RSA.Create(KeyBits);
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var stored = new SigningKey(id, _dataKey.Protect(rsa.ExportPkcs8PrivateKey(), Purpose(id)), now, RetiredAt: null);
        await store.WriteSigningKeyAsync(stored, cancellation);
        foreach (var old in _keys.Where(k => k.Stored.RetiredAt is null))
        {
            await store.WriteSigningKeyAsync(old.Stored with { RetiredAt = now }, cancellation);
        }

        var key = new RingKey(stored, rsa);
        _keys = [key, .. _keys.Select(k => k.Stored.RetiredAt is null ? k with { Stored = k.Stored with { RetiredAt = now } } : k)];
        return key;
    }

    private RingKey Open(SigningKey stored)
    {
        var plain = _dataKey.Unprotect(stored.Pkcs8.Span, Purpose(stored.KeyId)) ?? throw new DataKeyException(
            $"Signing key '{stored.KeyId}' in the database was not encrypted with this data folder's key. All replicas of one database need the same key file (keys/data.key): copy it from the first one; a restored database needs the one that was kept with its backup.");
        var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(plain, out _);
        CryptographicOperations.ZeroMemory(plain);
        return new RingKey(stored, rsa);
    }

    private static byte[] Purpose(string keyId) => Encoding.UTF8.GetBytes($"signing-key {keyId}");
}

/// <summary>A key, opened.</summary>
internal sealed record RingKey(SigningKey Stored, RSA Rsa)
{
    // The library's shared cache of signers would keep this key's by its id, and hand it out again after the key has been opened anew.
    public RsaSecurityKey Security { get; } = new(Rsa) { KeyId = Stored.KeyId, CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } };
}

/// <summary>What is stored cannot be read with the key of this data folder.</summary>
public sealed class DataKeyException : Exception
{
    public DataKeyException()
    {
    }

    public DataKeyException(string message)
        : base(message)
    {
    }

    public DataKeyException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
