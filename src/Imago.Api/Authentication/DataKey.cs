using System.Security.Cryptography;
using Imago.Application.Attachments;

namespace Imago.Api.Authentication;

/// <summary>Encrypts what must not lie readable in the database, with a key that lies elsewhere: AES-256-GCM; nonce, tag, then the ciphertext.</summary>
public sealed class DataKey : ISecretBox
{
    /// <summary>Length of the key in bytes.</summary>
    public const int Length = 32;

    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly byte[] _key;

    public DataKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != Length)
        {
            throw new ArgumentException($"The data key has {key.Length} bytes; it must have {Length}.", nameof(key));
        }

        _key = key.ToArray();
    }

    /// <summary>A new key.</summary>
    public static byte[] Make() => RandomNumberGenerator.GetBytes(Length);

    /// <summary>Encrypts; <paramref name="purpose"/> binds the result to what it is, so that no stored value can take another one's place.</summary>
    public byte[] Protect(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> purpose)
    {
        var result = new byte[NonceLength + TagLength + plain.Length];
        var nonce = result.AsSpan(0, NonceLength);
        var tag = result.AsSpan(NonceLength, TagLength);
        var cipher = result.AsSpan(NonceLength + TagLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagLength);
        aes.Encrypt(nonce, plain, cipher, tag, purpose);
        return result;
    }

    /// <summary>Decrypts; null if this key did not encrypt it, or it was changed.</summary>
    public byte[]? Unprotect(ReadOnlySpan<byte> value, ReadOnlySpan<byte> purpose)
    {
        if (value.Length < NonceLength + TagLength)
        {
            return null;
        }

        var plain = new byte[value.Length - NonceLength - TagLength];
        using var aes = new AesGcm(_key, TagLength);
        try
        {
            aes.Decrypt(value[..NonceLength], value[(NonceLength + TagLength)..], value.Slice(NonceLength, TagLength), plain, purpose);
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
