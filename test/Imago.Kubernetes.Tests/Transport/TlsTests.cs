using System.Security.Cryptography.X509Certificates;
using Imago.Kubernetes.Configuration;
using Imago.Kubernetes.Tests.Kit;
using Imago.Kubernetes.Transport;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Transport;

public sealed class TlsTests : IDisposable
{
    private readonly X509Certificate2 _authority = Certificates.Authority();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Request_ClientCertificateAndServerName_AreUsed()
    {
        await using var api = await StartAsync("kubernetes", wantsClientCertificate: true);
        using var issued = Certificates.Client(_authority, "imago");
        using var client = api.Client(
            credential: Credential.OfCertificate(KubeconfigAccess.CertificateOf(Pem(issued.ExportCertificatePem()), Pem(Certificates.KeyPem(issued)), "test")),
            tls: new TlsSettings { Authorities = [Trusted()], ServerName = "kubernetes" });

        (await client.VersionAsync(CancellationToken.None)).GitVersion.ShouldBe("v1.36.2");

        api.Seen.Single().ClientCertificate.ShouldBe("CN=imago");
    }

    [Fact]
    public async Task Request_AnotherName_IsRefusedWithWhatToCheck()
    {
        await using var api = await StartAsync("kubernetes");
        using var client = api.Client(tls: new TlsSettings { Authorities = [Trusted()] });

        var message = (await Should.ThrowAsync<KubernetesException>(() => client.VersionAsync(CancellationToken.None))).Message;

        message.ShouldContain("RemoteCertificateNameMismatch");
        message.ShouldContain("tls-server-name");
    }

    [Fact]
    public async Task Request_AnotherAuthority_IsRefused()
    {
        await using var api = await StartAsync("kubernetes");
        using var other = Certificates.Authority("another authority");
        using var client = api.Client(tls: new TlsSettings { Authorities = [X509CertificateLoader.LoadCertificate(other.RawData)], ServerName = "kubernetes" });

        (await Should.ThrowAsync<KubernetesException>(() => client.VersionAsync(CancellationToken.None))).Message.ShouldContain("certificate-authority-data");
        api.Seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task Request_SkippingVerification_BelievesAnybody()
    {
        await using var api = await StartAsync("somebody");
        using var client = api.Client(tls: new TlsSettings { SkipVerification = true });

        (await client.VersionAsync(CancellationToken.None)).Major.ShouldBe("1");
    }

    private async Task<ScriptedApi> StartAsync(string name, bool wantsClientCertificate = false)
    {
        var api = await ScriptedApi.StartAsync(Certificates.Server(_authority, name), wantsClientCertificate);
        return api.On("GET", "/version", Replies.Json("""{"major":"1","minor":"36","gitVersion":"v1.36.2"}"""));
    }

    private X509Certificate2 Trusted() => X509CertificateLoader.LoadCertificate(_authority.RawData);

    private static byte[] Pem(string text) => System.Text.Encoding.ASCII.GetBytes(text);
}
