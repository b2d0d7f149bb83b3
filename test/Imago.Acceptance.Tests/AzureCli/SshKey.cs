using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Imago.Acceptance.Tests.AzureCli;

/// <summary>An SSH public key as <c>ssh-keygen</c> writes it. az looks into it before it hands it on (AZ-54); its private half is forgotten at once.</summary>
internal static class SshKey
{
    private const string Kind = "ssh-rsa";

    public static string MakePublic()
    {
        using var rsa = RSA.Create(2048);
        var parameters = rsa.ExportParameters(includePrivateParameters: false);
        byte[] blob = [.. Prefixed([.. Kind.Select(c => (byte)c)]), .. Prefixed(Positive(parameters.Exponent!)), .. Prefixed(Positive(parameters.Modulus!))];
        return $"{Kind} {Convert.ToBase64String(blob)} somebody@imago.test";
    }

    // Numbers are signed: one whose first bit is set would be negative.
    private static byte[] Positive(byte[] number) => number[0] < 0x80 ? number : [0, .. number];

    private static byte[] Prefixed(byte[] part)
    {
        var length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
        return [.. length, .. part];
    }
}
