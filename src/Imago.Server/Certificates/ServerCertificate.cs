using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Imago.Server.DataFolders;
using NodaTime;

namespace Imago.Server.Certificates;

/// <summary>
/// The certificate that the server shows: one that it made itself and makes anew in time, or its owner's, read again when the file changes. Connections made after a
/// renewal get the new one; the server need not be restarted.
/// </summary>
public sealed class ServerCertificate : IDisposable
{
    private readonly Func<Instant, X509Certificate2> _load;
    private readonly Func<X509Certificate2, Instant, bool> _isDue;
    private volatile X509Certificate2 _current;

    private ServerCertificate(Func<Instant, X509Certificate2> load, Func<X509Certificate2, Instant, bool> isDue, X509Certificate2 first) => (_load, _isDue, _current) = (load, isDue, first);

    /// <summary>The certificate with its key.</summary>
    public X509Certificate2 Current => _current;

    /// <summary>The server's own: authority and certificate lie as PEM files in the data folder, their keys readable by its owner only.</summary>
    /// <exception cref="InvalidDataException">A file in the data folder cannot be read as what it should be.</exception>
    public static ServerCertificate OfDataFolder(DataFolder folder, CertificateOptions options, Instant now)
    {
        return new ServerCertificate(Load, (certificate, at) => !IsGood(certificate, options, at), Load(now));

        X509Certificate2 Load(Instant at)
        {
            using var authority = Authority(folder, at);
            if (File.Exists(folder.CertificateFile) && File.Exists(folder.CertificateKeyFile))
            {
                var stored = Read(folder.CertificateFile, folder.CertificateKeyFile);
                if (IsGood(stored, options, at) && IsIssuedBy(stored, authority))
                {
                    return stored;
                }

                stored.Dispose();
            }

            using var made = CertificateMaker.MakeServer(authority, options, at);
            Write(folder, made, folder.CertificateFile, folder.CertificateKeyFile);
            return Usable(made);
        }
    }

    /// <summary>Its owner's: PEM files of a certificate (with those above it) and its key.</summary>
    /// <exception cref="InvalidDataException">The files cannot be read.</exception>
    public static ServerCertificate OfFiles(string certificateFile, string keyFile, Instant now)
    {
        var readAt = DateTime.MinValue;
        return new ServerCertificate(Load, (_, _) => Changed() > readAt, Load(now));

        X509Certificate2 Load(Instant at)
        {
            readAt = Changed();
            return Read(certificateFile, keyFile);
        }

        DateTime Changed() => File.GetLastWriteTimeUtc(certificateFile) is var one && File.GetLastWriteTimeUtc(keyFile) is var other && one > other ? one : other;
    }

    /// <summary>Takes a new certificate if it is time for one. True: it did.</summary>
    public bool RenewIfDue(Instant now)
    {
        var before = _current;
        if (!_isDue(before, now))
        {
            return false;
        }

        // Handshakes under way may still use the old one: it is left to the garbage collector.
        _current = _load(now);
        return true;
    }

    public void Dispose() => _current.Dispose();

    private static X509Certificate2 Authority(DataFolder folder, Instant now)
    {
        if (File.Exists(folder.AuthorityFile) && File.Exists(folder.AuthorityKeyFile))
        {
            var stored = Read(folder.AuthorityFile, folder.AuthorityKeyFile);
            if (Instant.FromDateTimeUtc(stored.NotAfter.ToUniversalTime()) > now + CertificateOptions.RenewBefore)
            {
                return stored;
            }

            stored.Dispose();
        }

        using var made = CertificateMaker.MakeAuthority(now);
        Write(folder, made, folder.AuthorityFile, folder.AuthorityKeyFile);
        return Usable(made);
    }

    private static bool IsGood(X509Certificate2 certificate, CertificateOptions options, Instant now)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SingleOrDefault();
        var covered = names is null
            ? []
            : names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(a => a.ToString())).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return covered.SetEquals(options.AllNames)
            && Instant.FromDateTimeUtc(certificate.NotBefore.ToUniversalTime()) <= now
            && Instant.FromDateTimeUtc(certificate.NotAfter.ToUniversalTime()) > now + CertificateOptions.RenewBefore;
    }

    private static bool IsIssuedBy(X509Certificate2 certificate, X509Certificate2 authority) =>
        certificate.IssuerName.RawData.AsSpan().SequenceEqual(authority.SubjectName.RawData);

    private static X509Certificate2 Read(string certificateFile, string keyFile)
    {
        try
        {
            using var pem = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
            return Usable(pem);
        }
        catch (Exception problem) when (problem is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException(
                $"The certificate '{certificateFile}' with the key '{keyFile}' cannot be used: {problem.Message} Both must be PEM files and belong together.", problem);
        }
    }

    private static void Write(DataFolder folder, X509Certificate2 certificate, string certificateFile, string keyFile)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        folder.WriteSecret(keyFile, System.Text.Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
        folder.WritePublic(certificateFile, System.Text.Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"));
    }

    // A key that came from PEM is bound to this object only; through PKCS #12 it can be used in handshakes on every platform.
    private static X509Certificate2 Usable(X509Certificate2 certificate) => X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
}
