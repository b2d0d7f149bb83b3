using System.Globalization;
using Imago.Application.Catalog.Archives;
using NodaTime;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Imago.NodeOs.Archives;

/// <summary>The public keys that may sign, from a file as <c>apt</c> takes it in <c>signed-by</c>: binary (<c>.gpg</c>) or armoured (<c>.asc</c>).</summary>
/// <remarks>The file is its owner's word: whoever is in it is trusted. Whether a key still counts is asked of the key itself.</remarks>
internal sealed class Keyring
{
    private const int FewestRsaBits = 2048;
    private static readonly Duration ClockSkew = Duration.FromDays(1);

    private readonly PgpPublicKeyRingBundle _keys;
    private readonly string _name;

    private Keyring(PgpPublicKeyRingBundle keys, string name)
    {
        _keys = keys;
        _name = name;
    }

    /// <summary>Reads a file of keys.</summary>
    /// <exception cref="ArchiveException">It cannot be read, or holds no key.</exception>
    public static Keyring Open(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            using var decoded = PgpUtilities.GetDecoderStream(stream);
            var keys = new PgpPublicKeyRingBundle(decoded);
            return keys.Count > 0 ? new Keyring(keys, file) : throw new ArchiveException(ArchiveProblem.Keyring, $"Keyring {file} holds no public key.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or PgpException)
        {
            throw new ArchiveException(ArchiveProblem.Keyring, $"Keyring {file} cannot be read: {failure.Message} It has to be a file of OpenPGP public keys, as apt takes in 'signed-by'.");
        }
    }

    /// <summary>Demands one good signature; others, also of keys that are not here, may stand beside it, as they do while an archive changes its key.</summary>
    /// <param name="signed">The bytes that are signed.</param>
    /// <param name="signature">Signatures, armoured or binary.</param>
    /// <param name="what">What is signed, for messages.</param>
    /// <param name="now">Now.</param>
    /// <exception cref="ArchiveException">There is none; says why each does not count.</exception>
    public void Demand(byte[] signed, byte[] signature, string what, Instant now)
    {
        var refused = new List<string>();
        foreach (var candidate in Signatures(signature, what))
        {
            if (Refusal(candidate, signed, now) is not { } why)
            {
                return;
            }

            refused.Add(why);
        }

        throw new ArchiveException(
            ArchiveProblem.SignatureInvalid,
            $"{what}: no signature counts. {(refused.Count == 0 ? "There is none." : string.Join(" ", refused))} Keys are those in {_name}.");
    }

    private static List<PgpSignature> Signatures(byte[] armoured, string what)
    {
        try
        {
            using var decoded = PgpUtilities.GetDecoderStream(new MemoryStream(armoured));
            var packets = new PgpObjectFactory(decoded);
            var found = new List<PgpSignature>();
            while (packets.NextPgpObject() is { } packet)
            {
                if (packet is PgpSignatureList list)
                {
                    found.AddRange(Enumerable.Range(0, list.Count).Select(i => list[i]));
                }
            }

            return found;
        }
        catch (Exception failure) when (failure is IOException or PgpException or ArgumentException or InvalidOperationException)
        {
            throw new ArchiveException(ArchiveProblem.SignatureInvalid, $"{what}: its signature cannot be read: {failure.Message}");
        }
    }

    private string? Refusal(PgpSignature signature, byte[] signed, Instant now)
    {
        var id = signature.KeyId.ToString("X16", CultureInfo.InvariantCulture);
        var made = Instant.FromDateTimeUtc(DateTime.SpecifyKind(signature.CreationTime, DateTimeKind.Utc));
        if (signature.HashAlgorithm is not (HashAlgorithmTag.Sha256 or HashAlgorithmTag.Sha384 or HashAlgorithmTag.Sha512))
        {
            return $"That of key {id} uses {signature.HashAlgorithm}, which is too weak.";
        }

        if (signature.SignatureType is not (PgpSignature.CanonicalTextDocument or PgpSignature.BinaryDocument))
        {
            return $"That of key {id} is not one over a text.";
        }

        if (made > now + ClockSkew || (signature.GetHashedSubPackets()?.GetSignatureExpirationTime() is > 0 and var seconds && made + Duration.FromSeconds(seconds) <= now))
        {
            return $"That of key {id} does not count at this time.";
        }

        if (_keys.GetPublicKeyRing(signature.KeyId) is not { } ring || ring.GetPublicKey(signature.KeyId) is not { } key)
        {
            return $"Key {id} is not known.";
        }

        if (KeyRefusal(ring.GetPublicKey(), now) is { } master)
        {
            return $"Key {id} {master}.";
        }

        if (KeyRefusal(key, now) is { } own)
        {
            return $"Key {id} {own}.";
        }

        try
        {
            signature.InitVerify(key);
            signature.Update(signed);
            return signature.Verify() ? null : $"That of key {id} does not fit: the text was changed after it was signed.";
        }
        catch (Exception failure) when (failure is PgpException or ArgumentException or InvalidOperationException)
        {
            return $"That of key {id} cannot be checked: {failure.Message}";
        }
    }

    private static string? KeyRefusal(PgpPublicKey key, Instant now)
    {
        var made = Instant.FromDateTimeUtc(DateTime.SpecifyKind(key.CreationTime, DateTimeKind.Utc));
        return key.HasRevocation() ? "was revoked"
            : key.GetValidSeconds() is > 0 and var seconds && made + Duration.FromSeconds(seconds) <= now ? "has expired"
            : key.Algorithm switch
            {
                PublicKeyAlgorithmTag.RsaGeneral or PublicKeyAlgorithmTag.RsaSign => key.BitStrength >= FewestRsaBits ? null : $"has {key.BitStrength} bits, which is too weak",
                PublicKeyAlgorithmTag.EdDsa_Legacy or PublicKeyAlgorithmTag.Ed25519 or PublicKeyAlgorithmTag.Ed448 or PublicKeyAlgorithmTag.ECDsa => null,
                _ => $"is one of {key.Algorithm}, which is not accepted",
            };
    }
}
