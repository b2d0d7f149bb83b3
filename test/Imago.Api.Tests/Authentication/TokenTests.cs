using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Authentication;

/// <summary>Every way in which a token can be bad, one at a time: all else is as in a good one.</summary>
public sealed class TokenTests
{
    private const string Read = IdentityHost.Cluster;

    [Fact]
    public async Task Request_GoodToken_IsLetThrough()
    {
        await using var host = await IdentityHost.StartAsync();
        var id = await host.PrincipalAsync("Reader");

        var answer = await host.SendAsync(HttpMethod.Get, Read, await host.TokenAsync(id));

        (await answer.Content.ReadAsStringAsync()).ShouldBe($"reached by {id}");
    }

    [Fact]
    [Trait("Rule", "AZ-44")]
    public async Task Request_NoToken_IsChallengedInArmsShape()
    {
        await using var host = await IdentityHost.StartAsync();

        var answer = await host.SendAsync(HttpMethod.Get, Read, token: null);

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Headers.WwwAuthenticate.ToString().ShouldStartWith("Bearer authorization_uri=\"https://imago.test/adfs\", error=\"invalid_token\"");
        (await answer.Content.ReadFromJsonAsync<JsonObject>())!["error"]!["code"]!.GetValue<string>().ShouldBe("AuthenticationFailed");
    }

    public static TheoryData<string, Action<SecurityTokenDescriptor>, string> BadTokens => new()
    {
        { "another issuer", d => d.Issuer = "https://elsewhere.test/adfs", "issued by somebody else" },
        { "another audience", d => d.Audience = "https://graph.example.com/", "another audience" },
        { "no audience", d => d.Audience = null, "another audience" },
        { "expired", d => (d.NotBefore, d.Expires) = (d.NotBefore!.Value.AddHours(-2), d.Expires!.Value.AddMinutes(-63)), "expired or is not valid yet" },
        { "not valid yet", d => d.NotBefore = d.NotBefore!.Value.AddMinutes(3), "expired or is not valid yet" },
        { "without an end", d => d.Expires = null, "cannot be used|does not expire|expired or is not valid yet" },
        { "about nobody", d => d.Claims = new Dictionary<string, object>(StringComparer.Ordinal), "for whom it speaks" },
    };

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task Request_BadToken_IsRefusedAndSaysWhy(string story, Action<SecurityTokenDescriptor> spoil, string said)
    {
        await using var host = await IdentityHost.StartAsync();
        var (descriptor, _) = await GoodAsync(host);
        spoil(descriptor);

        var answer = await host.SendAsync(HttpMethod.Get, Read, Make(descriptor));

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, story);
        var message = (await answer.Content.ReadFromJsonAsync<JsonObject>())!["error"]!["message"]!.GetValue<string>();
        said.Split('|').ShouldContain(s => message.Contains(s, StringComparison.Ordinal), message);
        answer.Headers.WwwAuthenticate.ToString().ShouldContain("error=\"invalid_token\"");
    }

    [Fact]
    public async Task Request_TokenWithinTheSkewOfItsTimes_IsLetThrough()
    {
        await using var host = await IdentityHost.StartAsync();
        var (descriptor, _) = await GoodAsync(host);
        descriptor.NotBefore = descriptor.NotBefore!.Value.AddMinutes(1);

        (await host.StatusAsync(HttpMethod.Get, Read, Make(descriptor))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Request_SignatureByAnotherKeyWithTheSameId_IsRefused()
    {
        await using var host = await IdentityHost.StartAsync();
        var (descriptor, _) = await GoodAsync(host);
        using var forged = RSA.Create(2048);
        descriptor.SigningCredentials = new SigningCredentials(new RsaSecurityKey(forged) { KeyId = descriptor.SigningCredentials!.Kid }, SecurityAlgorithms.RsaSha256);

        (await host.StatusAsync(HttpMethod.Get, Read, Make(descriptor))).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Request_UnknownKeyId_IsRefused()
    {
        await using var host = await IdentityHost.StartAsync();
        var (descriptor, _) = await GoodAsync(host);
        using var forged = RSA.Create(2048);
        descriptor.SigningCredentials = new SigningCredentials(new RsaSecurityKey(forged) { KeyId = "mine" }, SecurityAlgorithms.RsaSha256);

        (await host.StatusAsync(HttpMethod.Get, Read, Make(descriptor))).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Request_ChangedPayload_IsRefused()
    {
        await using var host = await IdentityHost.StartAsync();
        var id = await host.PrincipalAsync("Reader");
        var parts = (await host.TokenAsync(id)).Split('.');
        var payload = Base64UrlEncoder.Decode(parts[1]).Replace(id, "22222222-2222-2222-2222-222222222222", StringComparison.Ordinal);

        (await host.StatusAsync(HttpMethod.Get, Read, $"{parts[0]}.{Base64UrlEncoder.Encode(payload)}.{parts[2]}")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Request_UnsignedToken_IsRefused()
    {
        await using var host = await IdentityHost.StartAsync();
        var good = await host.TokenAsync(await host.PrincipalAsync("Reader"));
        var header = Base64UrlEncoder.Encode($$"""{"alg":"none","typ":"JWT","kid":"{{new JsonWebToken(good).Kid}}"}""");

        (await host.StatusAsync(HttpMethod.Get, Read, $"{header}.{good.Split('.')[1]}.")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Request_PublicKeyUsedAsHmacSecret_IsRefused()
    {
        await using var host = await IdentityHost.StartAsync();
        var (descriptor, key) = await GoodAsync(host);
        var secret = new SymmetricSecurityKey(Encoding.ASCII.GetBytes(key.Rsa.ExportSubjectPublicKeyInfoPem())) { KeyId = key.Stored.KeyId };
        descriptor.SigningCredentials = new SigningCredentials(secret, SecurityAlgorithms.HmacSha256);

        (await host.StatusAsync(HttpMethod.Get, Read, Make(descriptor))).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("a.b.c")]
    [InlineData("....")]
    public async Task Request_NoTokenAtAll_IsRefused(string token)
    {
        await using var host = await IdentityHost.StartAsync();

        (await host.StatusAsync(HttpMethod.Get, Read, token)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Request_PrincipalDisabledMeanwhile_IsRefused()
    {
        await using var host = await IdentityHost.StartAsync();
        var id = await host.PrincipalAsync("Reader");
        var token = await host.TokenAsync(id);
        (await host.StatusAsync(HttpMethod.Get, Read, token)).ShouldBe(HttpStatusCode.OK);

        await host.Store.WritePrincipalAsync((await host.Store.FindPrincipalAsync(id, default))! with { DisabledAt = host.Clock.Now }, default);
        host.Clock.Now += Duration.FromSeconds(16);

        (await host.StatusAsync(HttpMethod.Get, Read, token)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    private static async Task<(SecurityTokenDescriptor Good, Imago.Api.Authentication.RingKey Key)> GoodAsync(IdentityHost host)
    {
        var id = await host.PrincipalAsync("Reader");
        var ring = (Imago.Api.Authentication.SigningKeyRing)host.Services.GetService(typeof(Imago.Api.Authentication.SigningKeyRing))!;
        var key = await ring.CurrentAsync(default);
        var now = host.Clock.Now.ToDateTimeUtc();
        return (new SecurityTokenDescriptor
        {
            Issuer = IdentityHost.Issuer,
            Audience = "https://management.core.windows.net/",
            NotBefore = now,
            Expires = now.AddHours(1),
            SigningCredentials = new SigningCredentials(key.Security, SecurityAlgorithms.RsaSha256),
            Claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["appid"] = id, ["oid"] = id },
        }, key);
    }

    private static string Make(SecurityTokenDescriptor descriptor) => new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(descriptor);
}
