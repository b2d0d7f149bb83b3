using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Imago.Api.Authentication;

/// <summary>How a secret is kept: <c>pbkdf2-sha256$iterations$salt$hash</c>, the last two in Base64. Parameters travel with the hash, so that they can be raised.</summary>
public static class SecretHash
{
    /// <summary>Iterations of a new hash; OWASP's advice for PBKDF2 with SHA-256.</summary>
    public const int Iterations = 600_000;

    private const string Scheme = "pbkdf2-sha256";
    private const int SaltLength = 16;
    private const int HashLength = 32;
    private const int SecretLength = 32;

    // A hash that came from elsewhere may not make one sign-in cost minutes.
    private const int MostIterations = 10_000_000;

    /// <summary>A new secret: 256 bits in URL-safe Base64. It never begins with a dash, which a command line would take for an option.</summary>
    public static string NewSecret()
    {
        while (true)
        {
            var secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretLength)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
            if (secret[0] != '-')
            {
                return secret;
            }
        }
    }

    public static string Of(string secret, int iterations = Iterations)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltLength);
        var hash = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(secret), salt, iterations, HashAlgorithmName.SHA256, HashLength);
        return string.Create(CultureInfo.InvariantCulture, $"{Scheme}${iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
    }

    /// <summary>Whether the secret is the one that was hashed, in a time that does not depend on where they differ. A text that is no hash matches nothing.</summary>
    public static bool Matches(string stored, string secret)
    {
        if (stored.Split('$') is not [Scheme, var count, var saltText, var hashText]
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) || iterations is < 1 or > MostIterations)
        {
            return false;
        }

        var (salt, hash) = (new byte[SaltLength], new byte[HashLength]);
        if (!Convert.TryFromBase64String(saltText, salt, out var saltLength) || saltLength != SaltLength
            || !Convert.TryFromBase64String(hashText, hash, out var hashLength) || hashLength != HashLength)
        {
            return false;
        }

        var offered = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(secret), salt, iterations, HashAlgorithmName.SHA256, HashLength);
        return CryptographicOperations.FixedTimeEquals(offered, hash);
    }
}
