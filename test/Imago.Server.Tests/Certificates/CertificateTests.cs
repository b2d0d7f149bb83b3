using System.Security.Cryptography.X509Certificates;
using Imago.Server.Certificates;
using Imago.Server.DataFolders;
using Imago.Server.Tests.DataFolders;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Server.Tests.Certificates;

public sealed class CertificateTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 11, 25, 12, 0);

    [Fact]
    [Trait("Rule", "AZ-43")]
    public void Certificate_MadeOnFirstStart_ChainsToTheAuthorityAndCoversLoopback()
    {
        using var temporary = new TemporaryFolder();
        using var folder = DataFolder.Open(temporary.Path);
        using var certificate = ServerCertificate.OfDataFolder(folder, new CertificateOptions(["imago.example.com"]), Now);

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = Now.ToDateTimeUtc();
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(folder.AuthorityFile);
        chain.Build(certificate.Current).ShouldBeTrue();
        var names = certificate.Current.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        names.EnumerateDnsNames().ShouldBe(["localhost", "imago.example.com"]);
        names.EnumerateIPAddresses().Select(a => a.ToString()).ShouldBe(["127.0.0.1", "::1"]);
        certificate.Current.HasPrivateKey.ShouldBeTrue();
        foreach (var key in (string[])[folder.AuthorityKeyFile, folder.CertificateKeyFile])
        {
            File.GetUnixFileMode(key).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public void Certificate_AtTheNextStart_IsTheSame()
    {
        using var temporary = new TemporaryFolder();
        using var folder = DataFolder.Open(temporary.Path);
        using var first = ServerCertificate.OfDataFolder(folder, new CertificateOptions([]), Now);
        using var second = ServerCertificate.OfDataFolder(folder, new CertificateOptions([]), Now + Duration.FromDays(1));

        second.Current.Thumbprint.ShouldBe(first.Current.Thumbprint);
    }

    [Fact]
    public void Certificate_NearItsEnd_IsMadeAnewUnderTheSameAuthority()
    {
        using var temporary = new TemporaryFolder();
        using var folder = DataFolder.Open(temporary.Path);
        using var certificate = ServerCertificate.OfDataFolder(folder, new CertificateOptions([]), Now);
        var (first, authority) = (certificate.Current.Thumbprint, File.ReadAllText(folder.AuthorityFile));

        certificate.RenewIfDue(Now + Duration.FromDays(59)).ShouldBeFalse();
        certificate.RenewIfDue(Now + Duration.FromDays(61)).ShouldBeTrue();

        certificate.Current.Thumbprint.ShouldNotBe(first);
        File.ReadAllText(folder.AuthorityFile).ShouldBe(authority);
    }

    [Fact]
    public void Certificate_OtherNamesConfigured_IsMadeAnew()
    {
        using var temporary = new TemporaryFolder();
        using var folder = DataFolder.Open(temporary.Path);
        using var first = ServerCertificate.OfDataFolder(folder, new CertificateOptions([]), Now);
        using var second = ServerCertificate.OfDataFolder(folder, new CertificateOptions(["other.example.com"]), Now);

        second.Current.Thumbprint.ShouldNotBe(first.Current.Thumbprint);
    }

    [Fact]
    public void Certificate_OfItsOwner_IsReadAgainWhenTheFileChanges()
    {
        using var temporary = new TemporaryFolder();
        using var folder = DataFolder.Open(temporary.Path);
        using var made = ServerCertificate.OfDataFolder(folder, new CertificateOptions([]), Now);
        using var owners = ServerCertificate.OfFiles(folder.CertificateFile, folder.CertificateKeyFile, Now);
        owners.RenewIfDue(Now).ShouldBeFalse();

        made.RenewIfDue(Now + Duration.FromDays(61)).ShouldBeTrue();
        File.SetLastWriteTimeUtc(folder.CertificateFile, DateTime.MaxValue.AddYears(-7000));

        owners.RenewIfDue(Now).ShouldBeTrue();
        owners.Current.Thumbprint.ShouldBe(made.Current.Thumbprint);
    }

    [Fact]
    public void Certificate_FilesThatAreNone_SaysWhichAndWhatTheyMustBe()
    {
        using var temporary = new TemporaryFolder();
        File.WriteAllText(temporary.In("a.crt"), "nothing");
        File.WriteAllText(temporary.In("a.key"), "nothing");

        Should.Throw<InvalidDataException>(() => ServerCertificate.OfFiles(temporary.In("a.crt"), temporary.In("a.key"), Now)).Message.ShouldContain("must be PEM files and belong together");
    }
}
