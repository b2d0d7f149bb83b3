using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Imago.Application.Ports;
using Imago.Domain.Rollouts.Actions;
using Imago.Kubernetes.Tests.Providers.Kit;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Providers;

/// <summary>A provider whose certificate comes from an authority of its own.</summary>
public sealed class TlsTests
{
    [Fact]
    public async Task Call_AuthorityGiven_IsTrusted()
    {
        var (authority, certificate) = Made();
        await using var served = await Served.StartAsync(new ScriptedProvider(), certificate: certificate, authority: authority);

        served.Server.Endpoint.Scheme.ShouldBe("https");
        (await served.Client.BeginAsync(Served.Ask(), default)).State.ShouldBe(OperationState.Running);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Call_AuthorityNotOrAnotherOneGiven_IsRefusedByUs(bool another)
    {
        var world = new ScriptedProvider();
        await using var served = await Served.StartAsync(world, certificate: Made().Certificate, authority: another ? Made().Authority : null);

        var problem = await Should.ThrowAsync<ConnectionException>(async () => await served.Client.BeginAsync(Served.Ask(), default));

        problem.Message.ShouldContain("certificate is not trusted");
        world.Begun.ShouldBeEmpty();
    }

    private static (string Authority, X509Certificate2 Certificate) Made()
    {
        var (from, until) = (DateTimeOffset.UnixEpoch.AddYears(40), DateTimeOffset.UnixEpoch.AddYears(90));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=authority of a test", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = authorityRequest.CreateSelfSigned(from, until);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(authority, from, until, [1, 2, 3, 4]);
        using var whole = signed.CopyWithPrivateKey(key);
        return (authority.ExportCertificatePem(), X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null));
    }
}
