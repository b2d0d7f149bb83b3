using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Imago.Application.Storage;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Authentication;

public sealed class OpenIdTokenTests : IDisposable
{
    private const string Elsewhere = "https://login.elsewhere.test/tenant";

    private readonly OtherIssuer _issuer = new();

    public void Dispose() => _issuer.Dispose();

    [Fact]
    public async Task Request_TokenOfTheConfiguredIssuer_IsLetThroughAsItsObject()
    {
        await using var host = await StartAsync();
        await host.Store.WriteAssignmentAsync(new RoleAssignment("33333333-3333-3333-3333-333333333333", "object-1", "Reader", "/", host.Clock.Now), default);

        var answer = await host.SendAsync(HttpMethod.Get, IdentityHost.Cluster, _issuer.Token(host, "object-1"));

        (await answer.Content.ReadAsStringAsync()).ShouldBe("reached by object-1");
    }

    [Fact]
    public async Task Request_RoleGivenToAnApplicationThatUsersSignInWith_DoesNotCount()
    {
        await using var host = await StartAsync();
        await host.Store.WriteAssignmentAsync(new RoleAssignment("33333333-3333-3333-3333-333333333333", "app-1", "Reader", "/", host.Clock.Now), default);

        (await host.StatusAsync(HttpMethod.Get, IdentityHost.Cluster, _issuer.Token(host, "object-1"))).ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Request_IssuerChangedItsKeys_AsksItAgain()
    {
        await using var host = await StartAsync();
        _issuer.ChangeKey();

        (await host.StatusAsync(HttpMethod.Get, "/subscriptions", _issuer.Token(host, "object-1"))).ShouldBe(HttpStatusCode.OK);
        _issuer.Refreshes.ShouldBe(1);
    }

    [Fact]
    public async Task Request_KeyThatTheIssuerDoesNotHave_IsRefused()
    {
        await using var host = await StartAsync();
        using var other = new OtherIssuer();
        other.ChangeKey();
        other.ChangeKey();

        (await host.StatusAsync(HttpMethod.Get, "/subscriptions", other.Token(host, "object-1"))).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Request_IssuerCannotBeReached_IsRefusedWithoutACrash()
    {
        await using var host = await StartAsync();
        _issuer.IsDown = true;

        (await host.StatusAsync(HttpMethod.Get, "/subscriptions", _issuer.Token(host, "object-1"))).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task BuiltInIssuer_AnotherOneConfigured_IsNotServed()
    {
        await using var host = await StartAsync();

        (await host.Client.GetStringAsync("/adfs/.well-known/openid-configuration")).ShouldBe("reached by ");
    }

    private Task<IdentityHost> StartAsync() => IdentityHost.StartAsync(
        change: o => o with { ExternalIssuer = new Uri(Elsewhere) },
        services: s => s.AddSingleton<IConfigurationManager<OpenIdConnectConfiguration>>(_issuer));

    // What the library does over HTTP, in process: the document is fetched once, and again when a refresh was asked for.
    private sealed class OtherIssuer : IConfigurationManager<OpenIdConnectConfiguration>, IDisposable
    {
        private readonly List<RsaSecurityKey> _keys = [Key(1)];
        private OpenIdConnectConfiguration? _fetched;

        public int Refreshes { get; private set; }

        public bool IsDown { get; set; }

        public void ChangeKey()
        {
            _ = _fetched ?? Fetch();
            _keys.Add(Key(_keys.Count + 1));
        }

        public Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancel) =>
            IsDown ? throw new InvalidOperationException("IDX20803: unreachable") : Task.FromResult(_fetched ??= Fetch());

        public void RequestRefresh()
        {
            Refreshes++;
            _fetched = null;
        }

        public string Token(IdentityHost host, string subject)
        {
            var now = host.Clock.Now.ToDateTimeUtc();
            return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
            {
                Issuer = Elsewhere,
                Audience = "https://management.azure.com",
                NotBefore = now,
                IssuedAt = now,
                Expires = now.AddHours(1),
                SigningCredentials = new SigningCredentials(_keys[^1], SecurityAlgorithms.RsaSha256),
                Claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["oid"] = subject, ["azp"] = "app-1" },
            });
        }

        public void Dispose() => _keys.ForEach(k => k.Rsa.Dispose());

        private OpenIdConnectConfiguration Fetch()
        {
            var document = new OpenIdConnectConfiguration { Issuer = Elsewhere };
            document.SigningKeys.Add(_keys[^1]);
            return _fetched = document;
        }

        private static RsaSecurityKey Key(int number) => new(RSA.Create(2048)) { KeyId = $"key-{number}" };
    }
}
