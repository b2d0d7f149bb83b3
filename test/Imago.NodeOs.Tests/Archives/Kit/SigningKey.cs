using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;

namespace Imago.NodeOs.Tests.Archives.Kit;

/// <summary>A key made for one test, which signs as an archive does.</summary>
internal sealed class SigningKey
{
    private static readonly SecureRandom Random = new();

    private readonly PgpKeyPair _pair;
    private readonly PgpPublicKey _public;

    private SigningKey(PgpKeyPair pair, DateTime madeAt, TimeSpan? lifetime)
    {
        _pair = pair;
        var packets = new PgpSignatureSubpacketGenerator();
        if (lifetime is { } validFor)
        {
            packets.SetKeyExpirationTime(false, (long)validFor.TotalSeconds);
        }

        MadeAt = madeAt;
        _public = new PgpKeyRingGenerator(PgpSignature.PositiveCertification, pair, "Test archive", SymmetricKeyAlgorithmTag.Null, Array.Empty<byte>(), false, packets.Generate(), null, Random)
            .GenerateSecretKeyRing().GetPublicKey();
    }

    public DateTime MadeAt { get; }

    public static SigningKey Rsa(DateTime madeAt, int bits = 2048, TimeSpan? lifetime = null)
    {
        var generator = new RsaKeyPairGenerator();
        generator.Init(new RsaKeyGenerationParameters(BigInteger.ValueOf(65537), Random, bits, 12));
        return new SigningKey(new PgpKeyPair(PublicKeyAlgorithmTag.RsaGeneral, generator.GenerateKeyPair(), madeAt), madeAt, lifetime);
    }

    public static SigningKey Ed25519(DateTime madeAt, TimeSpan? lifetime = null)
    {
        var generator = new Ed25519KeyPairGenerator();
        generator.Init(new Ed25519KeyGenerationParameters(Random));
        AsymmetricCipherKeyPair pair = generator.GenerateKeyPair();
        return new SigningKey(new PgpKeyPair(PublicKeyAlgorithmTag.EdDsa_Legacy, pair, madeAt), madeAt, lifetime);
    }

    /// <summary>Writes the public keys as a keyring, armoured if its name ends in <c>.asc</c>.</summary>
    public static void Export(string file, params SigningKey[] keys)
    {
        using var stream = File.Create(file);
        using Stream target = file.EndsWith(".asc", StringComparison.Ordinal) ? new ArmoredOutputStream(stream) : new MemoryStream();
        foreach (var key in keys)
        {
            target.Write(key._public.GetEncoded());
        }

        if (target is MemoryStream binary)
        {
            binary.WriteTo(stream);
        }
    }

    /// <summary>A detached signature over bytes, armoured.</summary>
    public byte[] Sign(byte[] bytes, int type = PgpSignature.BinaryDocument, HashAlgorithmTag hash = HashAlgorithmTag.Sha256, DateTime? at = null, TimeSpan? lifetime = null)
    {
        var generator = new PgpSignatureGenerator(_public.Algorithm, hash);
        generator.InitSign(type, _pair.PrivateKey, Random);
        var packets = new PgpSignatureSubpacketGenerator();
        packets.SetSignatureCreationTime(false, at ?? MadeAt);
        packets.SetIssuerKeyID(false, _public.KeyId);
        if (lifetime is { } validFor)
        {
            packets.SetSignatureExpirationTime(false, (long)validFor.TotalSeconds);
        }

        generator.SetHashedSubpackets(packets.Generate());
        generator.Update(bytes);
        using var armoured = new MemoryStream();
        using (var armour = new ArmoredOutputStream(armoured))
        {
            generator.Generate().Encode(armour);
        }

        return armoured.ToArray();
    }
}
