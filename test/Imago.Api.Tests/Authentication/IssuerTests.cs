using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Authentication;

public sealed class IssuerTests
{
    [Theory]
    [InlineData("/adfs/.well-known/openid-configuration")]
    [InlineData("/adfs/any-tenant/.well-known/openid-configuration")]
    [Trait("Rule", "AZ-36")]
    [Trait("Rule", "AZ-38")]
    public async Task Discovery_AskedAnonymously_NamesAbsoluteEndpoints(string path)
    {
        await using var host = await IdentityHost.StartAsync();

        var document = await host.Client.GetFromJsonAsync<JsonObject>(path);

        document!["token_endpoint"]!.GetValue<string>().ShouldBe("https://imago.test/adfs/oauth2/token");
        document["authorization_endpoint"]!.GetValue<string>().ShouldStartWith("https://imago.test/adfs/");
        document["jwks_uri"]!.GetValue<string>().ShouldBe("https://imago.test/adfs/discovery/keys");
    }

    [Fact]
    [Trait("Rule", "AZ-39")]
    [Trait("Rule", "AZ-42")]
    public async Task Token_ServicePrincipalAsAzSendsIt_IsForTheAudienceWithOneSlash()
    {
        await using var host = await IdentityHost.StartAsync();
        var id = await host.PrincipalAsync();

        var answer = await (await host.SignInAsync(id)).Content.ReadFromJsonAsync<JsonObject>();

        answer!["token_type"]!.GetValue<string>().ShouldBe("Bearer");
        answer["expires_in"]!.GetValue<int>().ShouldBe(3600);
        var token = new JsonWebToken(answer["access_token"]!.GetValue<string>());
        token.Audiences.ShouldBe(["https://management.core.windows.net/"]);
        token.Issuer.ShouldBe(IdentityHost.Issuer);
        token.Alg.ShouldBe("RS256");
        token.Subject.ShouldBe(id);
    }

    [Fact]
    [Trait("Rule", "AZ-40")]
    [Trait("Rule", "AZ-45")]
    public async Task Token_OfAServicePrincipal_HasNothingOfAUserAndLastsAsLongAsTheAnswerSays()
    {
        await using var host = await IdentityHost.StartAsync();

        var answer = await (await host.SignInAsync(await host.PrincipalAsync())).Content.ReadFromJsonAsync<JsonObject>();

        answer.ShouldNotBeNull().Select(p => p.Key).Order(StringComparer.Ordinal).ShouldBe(["access_token", "expires_in", "ext_expires_in", "resource", "token_type"]);
        var token = new JsonWebToken(answer!["access_token"]!.GetValue<string>());
        (token.ValidTo - host.Clock.Now.ToDateTimeUtc()).TotalSeconds.ShouldBe(answer["expires_in"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("/adfs/oauth2/token")]
    [InlineData("/adfs/some-tenant/oauth2/v2.0/token")]
    public async Task Token_CredentialsInBasicHeader_IsIssued(string path)
    {
        await using var host = await IdentityHost.StartAsync();
        var id = await host.PrincipalAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent([new("grant_type", "client_credentials")]) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:secret")));

        (await host.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    [Trait("Rule", "AZ-39")]
    public async Task Token_WrongSecretOrUnknownClient_IsRefusedInTheSameWords()
    {
        await using var host = await IdentityHost.StartAsync();
        var id = await host.PrincipalAsync();

        var wrong = await host.SignInAsync(id, "guess");
        var unknown = await host.SignInAsync("11111111-1111-1111-1111-111111111111");

        wrong.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        unknown.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var said = (await wrong.Content.ReadFromJsonAsync<JsonObject>())!;
        said["error"]!.GetValue<string>().ShouldBe("invalid_client");
        said["error_description"]!.GetValue<string>().Replace(id, "11111111-1111-1111-1111-111111111111", StringComparison.Ordinal)
            .ShouldBe((await unknown.Content.ReadFromJsonAsync<JsonObject>())!["error_description"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("password", "https://management.core.windows.net//.default", "unsupported_grant_type")]
    [InlineData("client_credentials", "https://graph.example.com/.default", "invalid_scope")]
    public async Task Token_NotOffered_SaysWhatIsWrong(string grant, string scope, string error)
    {
        await using var host = await IdentityHost.StartAsync();
        var id = await host.PrincipalAsync();

        var answer = await host.Client.PostAsync(
            "/adfs/oauth2/token", new FormUrlEncodedContent([new("grant_type", grant), new("scope", scope), new("client_id", id), new("client_secret", "secret")]));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadFromJsonAsync<JsonObject>())!["error"]!.GetValue<string>().ShouldBe(error);
    }

    [Fact]
    public async Task Token_BodyIsJson_IsRefused()
    {
        await using var host = await IdentityHost.StartAsync();

        (await host.Client.PostAsJsonAsync("/adfs/oauth2/token", new { })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Keys_Published_VerifyTheTokenAndHoldNothingPrivate()
    {
        await using var host = await IdentityHost.StartAsync();
        var token = new JsonWebToken(await host.TokenAsync(await host.PrincipalAsync()));

        var key = (await host.Client.GetFromJsonAsync<JsonObject>("/adfs/discovery/keys"))!["keys"]!.AsArray().ShouldHaveSingleItem()!.AsObject();

        key["kid"]!.GetValue<string>().ShouldBe(token.Kid);
        key.Select(p => p.Key).Order(StringComparer.Ordinal).ShouldBe(["alg", "e", "kid", "kty", "n", "use"]);
    }

    [Fact]
    public async Task SignIn_FailingAgainAndAgain_IsMadeToWait()
    {
        await using var host = await IdentityHost.StartAsync(new() { FailedSignIns = new(3, 0.01) });
        var id = await host.PrincipalAsync();
        for (var i = 0; i < 3; i++)
        {
            (await host.SignInAsync(id, $"guess {i}")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        var fourth = await host.SignInAsync(id, "guess 4");

        fourth.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        fourth.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
    }

    [Fact]
    public async Task SignIn_FailingWhileItsBucketFillsByFractions_IsStillMadeToWait()
    {
        await using var host = await IdentityHost.StartAsync(new() { FailedSignIns = new(1, 0.01) });
        var id = await host.PrincipalAsync();
        (await host.SignInAsync(id, "guess")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        // Long enough for the bucket's timer, which fires ten times a second.
        for (var i = 0; i < 6; i++)
        {
            await Task.Delay(60, TestContext.Current.CancellationToken);
            (await host.SignInAsync(id, $"guess {i}")).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        }
    }

    [Fact]
    public async Task SignIn_SecretFoundRightBefore_IsNotHeldUpByOthersFailing()
    {
        await using var host = await IdentityHost.StartAsync(new() { FailedSignIns = new(1, 0.01) });
        var id = await host.PrincipalAsync();
        (await host.SignInAsync(id)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await host.SignInAsync(id, "guess")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        (await host.SignInAsync(id)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
