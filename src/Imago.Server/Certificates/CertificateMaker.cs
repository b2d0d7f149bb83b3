using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NodaTime;

namespace Imago.Server.Certificates;

/// <summary>Makes a small certificate authority and, signed by it, the server's certificate.</summary>
internal static class CertificateMaker
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>A certificate authority with its key. Its key identifies it: no two installations have the same subject.</summary>
    public static X509Certificate2 MakeAuthority(Instant now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = $"Imago CA {Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()).AsSpan(0, 4))}";
        var request = new CertificateRequest(new X500DistinguishedName($"CN={name}"), key, HashAlgorithmName.SHA256);

        // It can sign for servers, and nothing below it can sign.
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned((now - CertificateOptions.Backdated).ToDateTimeOffset(), (now + CertificateOptions.AuthorityLifetime).ToDateTimeOffset());
    }

    /// <summary>The server's certificate with its key. It does not outlive the authority.</summary>
    public static X509Certificate2 MakeServer(X509Certificate2 authority, CertificateOptions options, Instant now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName("CN=Imago server"), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in options.AllNames)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var end = Instant.Min(now + CertificateOptions.Lifetime, Instant.FromDateTimeUtc(authority.NotAfter.ToUniversalTime()));
        var serial = RandomNumberGenerator.GetBytes(16);

        // Serial numbers are positive.
        serial[0] &= 0x7F;
        using var certificate = request.Create(authority, (now - CertificateOptions.Backdated).ToDateTimeOffset(), end.ToDateTimeOffset(), serial);
        return certificate.CopyWithPrivateKey(key);
    }
}
